import type { AccessToken } from './access-token.ts'
import * as z from './schema.ts'
import {
  type SourceLimits,
  sourceLimitsShape,
  type TokenSourceLimits,
  tokenSourceLimitsShape,
} from './source-options.ts'
import { callable, count, filled, oneOf, text } from './value-options.ts'

/** Tells whether tokens are still active: the credential deleted, the token revoked, the account suspended. */
export interface StatusSource extends TokenSourceLimits {
  /**
   * Whether this verified token may still be used. Rejecting, answering anything but a boolean, or taking
   * too long gets the request 503.
   */
  readonly isActive: (token: AccessToken) => boolean | Promise<boolean>
}

/** Tells what tokens are granted now, whatever they were granted when they were issued. */
export interface GrantSource extends TokenSourceLimits {
  /**
   * The scopes this verified token has at the moment: a space-delimited string or an array. Rejecting, answering anything
   * else, or taking too long gets the request 503.
   */
  readonly resolve: (token: AccessToken) => string | readonly string[] | Promise<string | readonly string[]>
}

/**
 * Shared secrets that are found by something the token says of itself, before it is trusted. A secret that was removed
 * dies within `maxAge`.
 */
export interface SecretLookup extends SourceLimits {
  /** What is looked up: the header's `kid`, or a claim that is text. */
  readonly by: 'kid' | { readonly claim: string }
  /**
   * The secret (or several) that belongs to the key id; `undefined` for one nobody knows, which gets the token 401. Called
   * with text chosen by whoever sent the request: never build a path or a query from it. Rejecting, a secret shorter than
   * the hash, or taking too long gets the request 503.
   */
  readonly find: (keyId: string) => Secrets | undefined | Promise<Secrets | undefined>
  /** How many answers are remembered. Default 10000, at most 1000000. */
  readonly maxEntries?: number
}

/** One shared secret, or several that are good at the same time. Text is taken as UTF-8. */
export type Secrets = string | Uint8Array | readonly (string | Uint8Array)[]

const oneSecret = z.union([text, z.custom((value) => value instanceof Uint8Array)])

/** @internal */
export const statusSourceSchema: z.Schema = z.strictObject({
  isActive: callable('(token) => boolean'),
  ...tokenSourceLimitsShape,
})

/** @internal */
export const grantSourceSchema: z.Schema = z.strictObject({
  resolve: callable('(token) => scopes'),
  ...tokenSourceLimitsShape,
})

const secretLookupSchema: z.Schema = z.strictObject({
  by: z.union([oneOf(['kid']), z.strictObject({ claim: text })]),
  find: callable('(keyId) => secret'),
  ...sourceLimitsShape,
  maxEntries: z.optional(count(1, 1_000_000)),
})

/** @internal */
export const secretSchema: z.Schema = z.union(
  [oneSecret, z.array(oneSecret, filled('is empty')), secretLookupSchema],
  'must be text, bytes, a non-empty array of them, or { by, find }',
)
