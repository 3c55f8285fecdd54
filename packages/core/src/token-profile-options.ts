import * as z from 'zod/mini'
import {
  isKeySetUrl,
  type JsonWebKeySet,
  jsonWebKeySetSchema,
  type KeySetOptions,
  keySetSchema,
} from './key-set-options.ts'

/** The JWS algorithms a profile may list (RFC 7518 section 3.1, RFC 8037, RFC 9864). */
export type SignatureAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'
  | HmacAlgorithm

/** The algorithms with a shared secret; never listed beside asymmetric ones. */
export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512'

/** A claim's fixed value. */
export type ClaimValue = string | number | boolean

/** Which claims the fields of {@link AccessToken} are read from. A list is tried in order; the first claim present wins. */
export interface ClaimNames {
  /** A space-delimited string or an array of strings. Default `['scope', 'scp']`. */
  readonly scopes?: string | readonly string[]
  /** Default `['client_id', 'azp']`. */
  readonly clientId?: string | readonly string[]
  /** Default `sub`. */
  readonly subject?: string | readonly string[]
  /** The tenant that owns the credential. Default `account`. */
  readonly account?: string | readonly string[]
}

interface ProfileDetails {
  /** How events and {@link AccessToken.profile} call this profile. Default: its `kind`, else its issuer, else `default`. */
  readonly name?: string
  /** What rules call such tokens in `tokens`. Default: none, no rule can ask for it. */
  readonly kind?: string
  /**
   * The only signature algorithms accepted. Default RS256, PS256, ES256, EdDSA and Ed25519; with a `secret` HS256.
   * HMAC never stands beside asymmetric ones.
   */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /** The `typ` headers accepted, compared without case or `application/`. Default `at+jwt`, `JWT` or none at all. */
  readonly typ?: string | readonly string[]
  /** Claims that must be present with exactly this value, type included: `{ token_use: 'access' }`. Default: none. */
  readonly claims?: Readonly<Record<string, ClaimValue>>
  /** Claims that must be present besides `exp`, `iss` and `aud`. Default: none. */
  readonly requiredClaims?: readonly string[]
  /** Demands the whole of RFC 9068: `typ` is `at+jwt`; `sub`, `client_id`, `iat` and `jti` are present. Default: false. */
  readonly rfc9068?: boolean
  /** Seconds that `exp`, `nbf` and `iat` may be off. Default 5, at most 300. */
  readonly clockTolerance?: number
  /** The most seconds from `iat` to `exp`; a token without `iat` is then refused. Default: no limit. */
  readonly maxLifetime?: number
  /** Where the fields of the access token are read from. */
  readonly read?: ClaimNames
}

interface IssuerAndAudience {
  /** The `iss` of the tokens, compared byte for byte (a slash at the end counts). */
  readonly issuer: string
  /** The `aud` that means us; with a list any of them will do. A token without `aud` is refused. */
  readonly audience: string | readonly string[]
}

interface FixedClaimInsteadOfAudience {
  readonly issuer: string
  /** Gives up the audience check, in words. Only with `claims` that tie the token to this API. */
  readonly audience: null
  readonly claims: Readonly<Record<string, ClaimValue>>
}

interface NoIssuer {
  /** Gives up the issuer check, in words. The keys must then be given here. */
  readonly issuer: null
  readonly audience: string | readonly string[]
}

interface Discovery {
  readonly jwksUri?: never
  readonly keys?: never
  readonly secret?: never
  /** A key set to begin with, while the first fetch is still on its way. Default: the first request waits for it. */
  readonly initialKeys?: JsonWebKeySet
  /** How the fetched key set is kept fresh. */
  readonly keySet?: KeySetOptions
}

interface RemoteKeys {
  /** Where the JWK Set is; https unless on loopback. Spares the discovery. */
  readonly jwksUri: string
  readonly keys?: never
  readonly secret?: never
  readonly initialKeys?: JsonWebKeySet
  readonly keySet?: KeySetOptions
}

interface GivenKeys {
  /** The keys themselves, public parts only; nothing is fetched. */
  readonly keys: JsonWebKeySet
  readonly jwksUri?: never
  readonly secret?: never
  readonly initialKeys?: never
  readonly keySet?: never
}

interface GivenSecret {
  /** The shared secret (or several, while one replaces another), at least as long as the hash. Text is taken as UTF-8. */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[]
  readonly keys?: never
  readonly jwksUri?: never
  readonly initialKeys?: never
  readonly keySet?: never
}

type IssuedBy = IssuerAndAudience | FixedClaimInsteadOfAudience
type KeySource = RemoteKeys | GivenKeys | GivenSecret

/**
 * One family of access tokens: how it is recognised, verified and read. Keys come from the issuer's discovery document
 * unless `jwksUri`, `keys` or `secret` is given. Issuer and audience must be given or given up in words.
 */
export type TokenProfileOptions = ProfileDetails &
  ((IssuedBy & (Discovery | KeySource)) | (NoIssuer & KeySource))

/** {@link TokenProfileOptions} with its unions folded into one shape, as the compiler reads them. */
export interface ProfileOptions extends ProfileDetails {
  readonly issuer: string | null
  readonly audience: string | readonly string[] | null
  readonly jwksUri?: string
  readonly keys?: JsonWebKeySet
  readonly secret?: string | Uint8Array | readonly (string | Uint8Array)[]
  readonly initialKeys?: JsonWebKeySet
  readonly keySet?: KeySetOptions
}

const text = z.string().check(z.minLength(1, 'is empty'))
const texts = z.union(
  [text, z.array(text).check(z.minLength(1))],
  'must be a string or a non-empty array of non-empty strings',
)
const url = z
  .string()
  .check(z.refine(isKeySetUrl, 'must be an https URL (http on loopback only) without userinfo or fragment'))
const secret = z.union([text, z.instanceof(Uint8Array)])
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  ...['HS256', 'HS384', 'HS512'],
]

/** The fields of a profile, to be spread where a profile may also be written at the top level. */
export const tokenProfileShape: Readonly<Record<string, z.ZodMiniType>> = {
  name: z.optional(text),
  kind: z.optional(text),
  issuer: z.union([text, z.null()], "must be the issuer's URL, or null to give the check up"),
  audience: z.union([texts, z.null()], 'must be one audience, a list of them, or null to give the check up'),
  jwksUri: z.optional(url),
  keys: z.optional(jsonWebKeySetSchema),
  initialKeys: z.optional(jsonWebKeySetSchema),
  secret: z.optional(
    z.union(
      [secret, z.array(secret).check(z.minLength(1))],
      'must be text, bytes or a non-empty array of them',
    ),
  ),
  keySet: z.optional(keySetSchema),
  algorithms: z.optional(
    z
      .array(z.enum(ALGORITHMS, `must be one of ${ALGORITHMS.join(', ')}`))
      .check(z.minLength(1, 'is empty; leave it out for the default')),
  ),
  typ: z.optional(texts),
  claims: z.optional(
    z.record(text, z.union([z.string(), z.number(), z.boolean()], 'must be a string, number or boolean')),
  ),
  requiredClaims: z.optional(z.array(text).check(z.minLength(1, 'is empty; leave it out'))),
  rfc9068: z.optional(z.boolean()),
  clockTolerance: z.optional(
    z.number('must be seconds from 0 to 300').check(z.gte(0), z.lte(300, 'must be seconds from 0 to 300')),
  ),
  maxLifetime: z.optional(z.number('must be seconds, above 0').check(z.gt(0, 'must be seconds, above 0'))),
  read: z.optional(
    z.strictObject({
      scopes: z.optional(texts),
      clientId: z.optional(texts),
      subject: z.optional(texts),
      account: z.optional(texts),
    }),
  ),
}

export const tokenProfileSchema: z.ZodMiniType = z.strictObject(tokenProfileShape)
