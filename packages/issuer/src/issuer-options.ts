import * as z from 'zod/mini'
import type { ClaimMapping } from './access-token-claims.ts'
import { dialectSchema, lifetimeSchema, type TokenDialect } from './dialect-options.ts'
import type { SigningAlgorithm } from './signing-key.ts'
import type { IssuerStore } from './store.ts'
import { callable, oneOf, text, whole } from './value-options.ts'

/** One token endpoint. */
export interface TokenEndpointOptions {
  /** The whole path on the issuer's origin: `/oauth/token`. Compared byte for byte, a slash at the end too. */
  readonly path: string
  /** How its clients speak. */
  readonly dialect: TokenDialect
}

/** How tokens are signed. */
export interface SigningOptions {
  /** For keys made from now on. Default `ES256`. */
  readonly algorithm?: Exclude<SigningAlgorithm, 'HS256'>
  /**
   * 256 bits that private keys are sealed with in the store (AES-256-GCM), as bytes or in base64url. Keep it outside the
   * store. Default: none; keys are then kept in plain text, which `warn` is told of where the store outlives the process.
   */
  readonly encryptionKey?: Uint8Array | string
  /** How long a key signs before the next one takes over, in seconds, at least an hour. Default 2592000 (30 days). */
  readonly rotateAfter?: number
}

/** How refresh tokens live. Each can be used once and is answered with the next. */
export interface RefreshTokenOptions {
  /** Seconds, counted anew at each use and never beyond the credential's end. Default 2592000 (30 days). */
  readonly lifetime?: number
  /** Refresh tokens alive per credential; one more ends the oldest. Default 100. */
  readonly maxLive?: number
}

/** When wrong secrets are answered 429 instead of 401. A right secret always gets its token. */
export interface ThrottleOptions {
  /** Failures per client id and window. Default 10. */
  readonly failures?: number
  /** Seconds. Default 60. */
  readonly window?: number
}

/** Everything an issuer is made of. */
export interface TokenIssuerOptions {
  /** The `iss` of tokens: an https URL (http on loopback only) without query or fragment. */
  readonly issuer: string
  /** The `aud` of tokens; of several a client may ask for one, and gets the first where it asks for none. */
  readonly audience: string | readonly string[]
  /** Where records are kept. Default: in memory, gone with the process. */
  readonly store?: IssuerStore
  /**
   * The token endpoints; the first is the one that metadata names. Default `/oauth/token` in the standard dialect; empty only
   * where `issuance` is `direct`.
   */
  readonly endpoints?: readonly TokenEndpointOptions[]
  /** The scopes there are; a credential cannot be given others. Default: any. */
  readonly scopes?: readonly string[]
  /** The lifetime of access tokens in seconds, where the dialect does not say. Default 3600. */
  readonly lifetime?: number
  /** Hands out refresh tokens where a dialect's reply has a field for them. Default: none. */
  readonly refreshTokens?: RefreshTokenOptions
  /** How tokens are signed, and how its keys are kept. Default ES256, with keys that are not encrypted. */
  readonly signing?: SigningOptions
  /** Adds claims: `({ account, metadata }) => ({ tenantId: account.id, roles: metadata.roles })`. Default: none. */
  readonly claims?: ClaimMapping
  /**
   * What `sub` says behind the client's id, such as `@clients`, so that no client can be taken for a user by a resource
   * server that only reads `sub` (RFC 9068 section 5). It begins with a character that no id has. Default: nothing.
   */
  readonly subjectSuffix?: string
  /** `exchange` refuses to mint tokens directly, `direct` refuses every exchange. Default `both`. */
  readonly issuance?: 'both' | 'exchange' | 'direct'
  /**
   * What `status` says of an exchanged token whose credential or account is no longer active: `immediate` ends it, `at-expiry`
   * lets it live on until `exp`. Directly minted tokens always end when they are deleted. Default `immediate`.
   */
  readonly revocation?: 'immediate' | 'at-expiry'
  /** Whether pages on `localhost` and `127.0.0.1`, any port, are on every account's allowlist. Default false. */
  readonly localhost?: boolean
  /** How long the gate may remember what `status`, `grants`, `origins` and `secrets` answer, in seconds. Default 10. */
  readonly sourceMaxAge?: number
  /** How many failed exchanges of one client are taken before it must wait. Default: see {@link ThrottleOptions}. */
  readonly throttle?: ThrottleOptions
  /** The longest request body that is read, in bytes; a longer one is answered 413. Default 16384. */
  readonly maxBodyBytes?: number
  /** The path of the JWK Set on the issuer's origin. Default `/.well-known/jwks.json`. */
  readonly jwksPath?: string
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
  /** Told of set-ups that are good for development only. What it throws changes nothing. Default `console.warn`. */
  readonly warn?: (message: string) => void
  /** Told of every error behind an answer 500 or 503. What it throws or rejects with changes nothing. Default: nobody. */
  readonly onFault?: (error: unknown) => void
}

const path = z
  .string()
  .check(
    z.refine(
      (value) => /^(?:\/[A-Za-z0-9._~-]+)+\/?$/.test(value) && new URL(value, 'http://x').pathname === value,
      "must be a path such as '/oauth/token', without empty or dot segments",
    ),
  )
const scope = z.string().check(z.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'is no scope (RFC 6749 section 3.3)'))

export const issuerOptionsSchema: z.ZodMiniType = z.strictObject({
  issuer: z
    .string()
    .check(
      z.refine(
        isIssuerUrl,
        'must be an https URL (http on loopback only) without query, fragment or credentials',
      ),
    ),
  audience: z.union(
    [text, z.array(text).check(z.minLength(1, 'is empty'))],
    'must be a string or a non-empty array of them',
  ),
  store: z.optional(z.unknown().check(z.refine(isStore, 'must be an open store; await it'))),
  endpoints: z.optional(z.array(z.strictObject({ path, dialect: dialectSchema }))),
  scopes: z.optional(z.array(scope).check(z.minLength(1, 'is empty; leave it out where any scope will do'))),
  lifetime: z.optional(lifetimeSchema),
  refreshTokens: z.optional(
    z.strictObject({
      lifetime: z.optional(whole(1, 31_536_000)),
      maxLive: z.optional(whole(1, 10_000)),
    }),
  ),
  signing: z.optional(
    z.strictObject({
      algorithm: z.optional(oneOf(['ES256', 'RS256', 'EdDSA'])),
      encryptionKey: z.optional(
        z
          .unknown()
          .check(z.refine((key) => toKeyBytes(key)?.length === 32, 'must be 32 bytes, or their base64url')),
      ),
      rotateAfter: z.optional(whole(3600, 315_360_000)),
    }),
  ),
  claims: z.optional(callable('(source) => claims')),
  subjectSuffix: z.optional(
    z
      .string()
      .check(
        z.regex(
          /^[!-~]{1,64}$/,
          'must be 1 to 64 printable ASCII characters without space; leave it out for none',
        ),
        z.regex(/^[^A-Za-z0-9_-]/, 'must begin with a character that no id has, such as "@"'),
      ),
  ),
  issuance: z.optional(oneOf(['both', 'exchange', 'direct'])),
  revocation: z.optional(oneOf(['immediate', 'at-expiry'])),
  localhost: z.optional(z.boolean()),
  sourceMaxAge: z.optional(whole(1, 3600)),
  throttle: z.optional(
    z.strictObject({
      failures: z.optional(whole(1, 1_000_000)),
      window: z.optional(whole(1, 86_400)),
    }),
  ),
  maxBodyBytes: z.optional(whole(256, 1_048_576)),
  jwksPath: z.optional(path),
  now: z.optional(callable('() => milliseconds')),
  warn: z.optional(callable('(message) => void')),
  onFault: z.optional(callable('(error) => void')),
})

function isIssuerUrl(value: string): boolean {
  if (!URL.canParse(value) || /[?#@\s\\]/.test(value)) return false
  const { protocol, hostname, href } = new URL(value)
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const canonical = href === value || href === `${value}/`
  return canonical && (protocol === 'https:' || (protocol === 'http:' && loopback))
}

function isStore(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'persistent' in value && 'signingKeys' in value
}

/** The bytes of an encryption key in either form; `undefined` for anything else. */
export function toKeyBytes(key: unknown): Uint8Array | undefined {
  if (key instanceof Uint8Array) return key
  if (typeof key !== 'string' || !/^[A-Za-z0-9_-]+$/.test(key)) return undefined
  return new Uint8Array(Buffer.from(key, 'base64url'))
}
