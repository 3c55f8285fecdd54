import * as z from 'zod/mini'
import type { AccessToken } from './access-token.ts'

/** Tells whether tokens are still active: the credential deleted, the token revoked, the account suspended. */
export interface StatusSource {
  /**
   * Whether this verified token may still be used. Rejecting, answering anything but a boolean, or taking over 5 seconds
   * gets the request 503.
   */
  readonly isActive: (token: AccessToken) => boolean | Promise<boolean>
  /** How long an answer (yes or no) is remembered per token, in seconds. Default 10. */
  readonly maxAge?: number
}

/** Tells what tokens are granted now, whatever they were granted when they were issued. */
export interface GrantSource {
  /**
   * The scopes this verified token has at the moment: a space-delimited string or an array. Rejecting, answering anything
   * else, or taking over 5 seconds gets the request 503.
   */
  readonly resolve: (token: AccessToken) => string | readonly string[] | Promise<string | readonly string[]>
  /** How long an answer is remembered per token, in seconds. Default 10. */
  readonly maxAge?: number
}

/** Shared secrets that are found by something the token says of itself, before it is trusted. */
export interface SecretLookup {
  /** What is looked up: the header's `kid`, or a claim that is text. */
  readonly by: 'kid' | { readonly claim: string }
  /**
   * The secret (or several) that belongs to the key id; `undefined` for one nobody knows, which gets the token 401. Called
   * with text chosen by whoever sent the request: never build a path or a query from it. Rejecting, a secret shorter than
   * the hash, or taking over 5 seconds gets the request 503.
   */
  readonly find: (keyId: string) => Secrets | undefined | Promise<Secrets | undefined>
  /** How long an answer, also a negative one, is remembered, in seconds; a removed secret dies within it. Default 60. */
  readonly maxAge?: number
  /** How many answers are remembered. Default 10000. */
  readonly maxEntries?: number
}

/** One shared secret, or several that are good at the same time. Text is taken as UTF-8. */
export type Secrets = string | Uint8Array | readonly (string | Uint8Array)[]

const seconds = z
  .number('must be seconds from 0.1 to 3600')
  .check(z.gte(0.1, 'must be seconds from 0.1 to 3600'), z.lte(3600, 'must be seconds from 0.1 to 3600'))
const callable = (what: string): z.ZodMiniType =>
  z.unknown().check(z.refine((value) => typeof value === 'function', `must be a function: ${what}`))
const text = z.string().check(z.minLength(1, 'is empty'))
const oneSecret = z.union([text, z.instanceof(Uint8Array)])

export const statusSourceSchema: z.ZodMiniType = z.strictObject({
  isActive: callable('(token) => boolean'),
  maxAge: z.optional(seconds),
})

export const grantSourceSchema: z.ZodMiniType = z.strictObject({
  resolve: callable('(token) => scopes'),
  maxAge: z.optional(seconds),
})

const secretLookupSchema: z.ZodMiniType = z.strictObject({
  by: z.union([z.literal('kid'), z.strictObject({ claim: text })], "must be 'kid' or { claim: 'name' }"),
  find: callable('(keyId) => secret'),
  maxAge: z.optional(seconds),
  maxEntries: z.optional(
    z
      .number()
      .check(z.refine((value) => Number.isSafeInteger(value) && value >= 1, 'must be a whole number from 1')),
  ),
})

export const secretSchema: z.ZodMiniType = z.union(
  [oneSecret, z.array(oneSecret).check(z.minLength(1)), secretLookupSchema],
  'must be text, bytes, a non-empty array of them, or { by, find }',
)
