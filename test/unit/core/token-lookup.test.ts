import { createFakeClock } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import type { VerifiedToken } from '../../../packages/core/src/access-token.ts'
import {
  createTokenLookup,
  type TokenLookup,
  type TokenLookupOptions,
} from '../../../packages/core/src/token-lookup.ts'

const clock = createFakeClock()

interface Asked extends TokenLookup<unknown> {
  /** What the source was asked about: the token's subject and the detail. */
  readonly asked: readonly string[]
}

function createLookup(
  answer: (question: string) => unknown,
  options: Partial<TokenLookupOptions<unknown>> = {},
): Asked {
  const asked: string[] = []
  const lookup = createTokenLookup<unknown>({
    load: async (token, verified, detail) => {
      expect(verified.accessToken).toBe(token)
      asked.push(`${token.subject} ${detail}`)
      return await answer(`${token.subject} ${detail}`)
    },
    maxAge: 10_000,
    timeout: 60_000,
    now: clock.now,
    ...options,
  })
  return { ...lookup, asked }
}

/** As much of a token as a look-up reads. */
function tokenOf(subject: string): VerifiedToken {
  return { accessToken: { subject } } as VerifiedToken
}

describe('the answer about a token', () => {
  it('is known once it was asked for, also a negative one', async () => {
    for (const answer of [true, false, '']) {
      const [lookup, token] = [createLookup(() => answer), tokenOf('a')]
      expect(lookup.peek(token)).toBeUndefined()
      expect(await lookup.get(token)).toBe(answer)
      expect(lookup.peek(token)).toBe(answer)
      expect(await lookup.get(token)).toBe(answer)
      expect(lookup.asked).toEqual(['a '])
    }
  })

  it('is that of no other token and of no other detail', async () => {
    const [lookup, one, other] = [createLookup((question) => `about ${question}`), tokenOf('a'), tokenOf('a')]
    expect(await lookup.get(one, 'x')).toBe('about a x')
    expect([lookup.peek(one), lookup.peek(one, 'y'), lookup.peek(other, 'x')]).toEqual(
      Array(3).fill(undefined),
    )
    await lookup.get(other, 'x')
    await lookup.get(one, 'y')
    expect([lookup.peek(one, 'x'), lookup.peek(one, 'y')]).toEqual(['about a x', 'about a y'])
    expect(lookup.asked).toEqual(['a x', 'a x', 'a y'])
  })

  it('is good for its time, and no longer where the clock is set back', async () => {
    const [lookup, token] = [createLookup(() => true), tokenOf('a')]
    for (const step of [10, -10]) {
      await lookup.get(token)
      clock.advance(step * 0.999)
      expect(lookup.peek(token)).toBe(true)
      clock.advance(step * 0.001)
      expect(lookup.peek(token)).toBeUndefined()
    }
    await lookup.get(token)
    expect(lookup.asked).toHaveLength(3)
  })

  it('is dated by when it came, not by when it was asked for', async () => {
    const answer = (): boolean => {
      clock.advance(60)
      return true
    }
    const [lookup, token] = [createLookup(answer), tokenOf('a')]
    await lookup.get(token)
    clock.advance(9)
    await lookup.get(token)
    expect(lookup.asked).toHaveLength(1)
  })

  it('is one for all who ask at the same time', async () => {
    const [lookup, one, other] = [createLookup(() => ({})), tokenOf('a'), tokenOf('b')]
    const asking = [one, one, other].map(async (token) => await lookup.get(token))
    const [first, second, third] = await Promise.all([...asking, lookup.get(one, 'x')])
    expect(second).toBe(first)
    expect(third).not.toBe(first)
    expect(lookup.asked).toEqual(['a ', 'b ', 'a x'])
  })

  it('is each one its own where it may not be remembered', async () => {
    const [lookup, token] = [createLookup(() => ({}), { maxAge: 0 }), tokenOf('a')]
    const [first, second] = await Promise.all([lookup.get(token), lookup.get(token)])
    expect(second).not.toBe(first)
    expect(lookup.peek(token)).toBeUndefined()
    await lookup.get(token, 'x')
    expect(lookup.asked).toEqual(['a ', 'a ', 'a x'])
  })

  it('is kept for sixteen details of a token', async () => {
    const [lookup, token] = [createLookup(() => true), tokenOf('a')]
    const details = Array.from({ length: 17 }, (_, index) => String(index))
    const known = (): readonly string[] => details.filter((detail) => lookup.peek(token, detail))
    for (const detail of details.slice(0, 16)) await lookup.get(token, detail)
    expect(known()).toHaveLength(16)
    await lookup.get(token, '16')
    expect(known()).toEqual(['16'])
  })
})

describe('an answer to a detail longer than any origin', () => {
  it('is given, and not kept: the sender chooses how long it is', async () => {
    const [lookup, token] = [createLookup(() => false), tokenOf('a')]
    const [longest, longer] = ['o'.repeat(512), 'o'.repeat(513)]
    for (const detail of [longest, longer, longer]) expect(await lookup.get(token, detail)).toBe(false)
    expect([lookup.peek(token, longest), lookup.peek(token, longer)]).toEqual([false, undefined])
    expect(lookup.asked).toHaveLength(3)
  })
})

describe('a source of answers', () => {
  it('that fails is asked again the next time', async () => {
    const answers = [Promise.reject(new Error('down')), Promise.resolve(true)]
    const [lookup, token] = [createLookup(() => answers.shift()), tokenOf('a')]
    await expect(lookup.get(token)).rejects.toThrow('down')
    expect(lookup.peek(token)).toBeUndefined()
    expect(await lookup.get(token)).toBe(true)
  })

  it('that does not answer in time has failed', async () => {
    const lookup = createLookup(async () => await new Promise(() => undefined), { timeout: 1 })
    await expect(lookup.get(tokenOf('a'))).rejects.toThrow('the source took too long')
  })
})
