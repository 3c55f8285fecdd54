import * as z from './schema.ts'
import { count, filled, seconds, string } from './value-options.ts'

/** A public key as JSON (RFC 7517 section 4). */
export interface JsonWebKey {
  readonly kty: string
  readonly [parameter: string]: unknown
}

/** A JWK Set (RFC 7517 section 5). */
export interface JsonWebKeySet {
  readonly keys: readonly JsonWebKey[]
}

/** How a remote key set is kept fresh. Every time is in seconds. */
export interface KeySetOptions {
  /** How long a fetched set is good. It is fetched again in the background at four fifths of it. Default 600. */
  readonly maxAge?: number
  /** How long past `maxAge` the last good set still serves while fetching fails; then requests get 503. Default 3600. */
  readonly staleIfError?: number
  /** The least time between a successful fetch and the next one that an unknown `kid` may cause. Default 10. */
  readonly cooldown?: number
  /** The least time between a failed fetch and the next attempt, whatever causes it. Default 1. */
  readonly retryAfter?: number
  /** How long one fetch may take, its body included. Default 5. */
  readonly timeout?: number
  /** How large a document may be, in bytes. Default 524288. */
  readonly maxBytes?: number
  /** How many keys of a set are looked at; the rest is ignored. Default 100. */
  readonly maxKeys?: number
}

/** {@link KeySetOptions} with nothing left open. */
export type KeySetPolicy = Required<KeySetOptions>

/** The defaults documented on {@link KeySetOptions}. */
export const KEY_SET_DEFAULTS: KeySetPolicy = Object.freeze({
  maxAge: 600,
  staleIfError: 3600,
  cooldown: 10,
  retryAfter: 1,
  timeout: 5,
  maxBytes: 524_288,
  maxKeys: 100,
})

/** @internal */
export const keySetSchema: z.Schema = z.strictObject({
  maxAge: z.optional(seconds(1, 86_400)),
  staleIfError: z.optional(seconds(0, 604_800)),
  cooldown: z.optional(seconds(0.1, 3600)),
  retryAfter: z.optional(seconds(0.1, 3600)),
  timeout: z.optional(seconds(0.05, 60)),
  maxBytes: z.optional(count(1, 16_777_216)),
  maxKeys: z.optional(count(1, 1000)),
})

/** @internal */
export const jsonWebKeySetSchema: z.Schema = z.object({
  keys: z.array(z.object({ kty: string() }), filled('holds no key to verify with')),
})

/** A URL that keys may be fetched from: https, or http on loopback; no userinfo, no fragment. */
export function isKeySetUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || text.includes('#')) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
