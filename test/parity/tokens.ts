import { createTestIssuer, type TestIssuer } from '@scopegate/core/testing'
import type { Random } from './random.ts'

/** Tokens with the scopes `r0`, `r1`, ...: one for each rule of a table, by its index. */
export interface Tokens {
  readonly issuer: TestIssuer
  readonly list: readonly Token[]
}

export interface Token {
  readonly text: string
  readonly rules: ReadonlySet<number>
}

/** More than any random app has. */
const RULES = 24

/** The scope that the rule asks for. */
export function scopeOf(rule: number): string {
  return `r${rule}`
}

/** Tokens for everything, for everything but one rule, and for a random half. */
export async function mintTokens(random: Random): Promise<Tokens> {
  const issuer = await createTestIssuer()
  const every = Array.from({ length: RULES }, (_, rule) => rule)
  const sets = [
    every,
    every,
    ...every.map((left) => every.filter((rule) => rule !== left)),
    ...every.slice(0, 12).map(() => every.filter(() => random.chance(0.6))),
  ]
  return { issuer, list: await Promise.all(sets.map((rules) => mint(issuer, rules))) }
}

async function mint(issuer: TestIssuer, rules: readonly number[]): Promise<Token> {
  const text = await issuer.mintToken({ scope: rules.map(scopeOf).join(' '), expiresIn: 7200 })
  return { text, rules: new Set(rules) }
}
