import {
  type ClaimNames,
  type ClaimType,
  type ClaimValue,
  claimNamesSchema,
  fixedClaimsSchema,
  requiredClaimsSchema,
} from './claim-options.ts'
import type { ErrorRenderer } from './error-renderer.ts'
import type { FoundSecret, KeyDiscovery, KeyOrigin } from './key-origin-options.ts'
import {
  isKeySetUrl,
  type JsonWebKeySet,
  jsonWebKeySetSchema,
  type KeySetOptions,
  keySetSchema,
} from './key-set-options.ts'
import * as z from './schema.ts'
import {
  type GrantSource,
  grantSourceSchema,
  type SecretLookup,
  type Secrets,
  type StatusSource,
  secretSchema,
  statusSourceSchema,
} from './token-source-options.ts'
import {
  callable,
  filled,
  fitting,
  flag,
  isFieldName,
  isNumber,
  oneOf,
  seconds,
  string,
  table,
  text,
  texts,
} from './value-options.ts'

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
type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512'

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
  /** Claims that must be present besides `exp`, `iss` and `aud`, as a list or with their JSON types. Default: none. */
  readonly requiredClaims?: readonly string[] | Readonly<Record<string, ClaimType>>
  /**
   * The header its tokens come in: `authorization` carries them as bearer tokens, any other carries the token and nothing
   * else. Requests with two credentials are refused, wherever they are. Default `authorization`.
   */
  readonly header?: string
  /** `optional` takes tokens without `exp`; only beside `status`, which then says when they end. Default `required`. */
  readonly expiry?: 'required' | 'optional'
  /** Asked for every token after it is verified. Default: a token lives until it expires. */
  readonly status?: StatusSource
  /** Gives the scopes in place of the token's own. Default: what the token says. */
  readonly grants?: GrantSource
  /**
   * What a scope, or a role read as one, brings with it: `{ admin: ['read', 'write'] }`; followed to the end. Default: a
   * scope brings nothing but itself.
   */
  readonly implies?: Readonly<Record<string, readonly string[]>>
  /**
   * Makes `*` in a granted scope stand for segments parted by this: with `.`, `orders.*` covers `orders.read` and
   * `orders.read.all`, never `orders` or `ordersx.read`. Default: `*` is a character like any other.
   */
  readonly wildcardSeparator?: string
  /** Demands the whole of RFC 9068: `typ` is `at+jwt`; `sub`, `client_id`, `iat` and `jti` are present. Default: false. */
  readonly rfc9068?: boolean
  /** Seconds that `exp`, `nbf` and `iat` may be off. Default 5, at most 300. */
  readonly clockTolerance?: number
  /** The most seconds from `iat` to `exp`; a token without `iat` is then refused. Default: no limit. */
  readonly maxLifetime?: number
  /** Where the fields of the access token are read from. Default: see {@link ClaimNames}. */
  readonly read?: ClaimNames
  /**
   * The look of denials on routes that take no other tokens than this family's (by `kind`), and elsewhere once a token is
   * known to be of it. Families may share one. Default: the server's.
   */
  readonly renderError?: ErrorRenderer
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

interface SecretInsteadOfAudience extends FoundSecret {
  readonly issuer: string | null
  /** Gives up the audience check, in words. The secret found for the token is what ties it to this API. */
  readonly audience: null
}

interface FixedClaimInsteadOfBoth {
  readonly issuer: null
  readonly audience: null
  readonly claims: Readonly<Record<string, ClaimValue>>
}

/**
 * One family of access tokens: how it is recognised, verified and read. Keys come from the issuer's discovery document
 * unless `jwksUri`, `keys` or `secret` is given. Issuer and audience must be given or given up in words.
 */
export type TokenProfileOptions = ProfileDetails &
  (
    | SecretInsteadOfAudience
    | ((FixedClaimInsteadOfBoth | NoIssuer) & KeyOrigin)
    | (FixedClaimInsteadOfAudience & (KeyOrigin | KeyDiscovery))
    | (IssuerAndAudience & KeyOrigin)
    // The usual one is last, as the compiler's messages are about that.
    | (IssuerAndAudience & KeyDiscovery)
  )

/** {@link TokenProfileOptions} with its unions folded into one shape, as the compiler reads them. */
export interface ProfileOptions extends ProfileDetails {
  readonly issuer: string | null
  readonly audience: string | readonly string[] | null
  readonly jwksUri?: string
  readonly keys?: JsonWebKeySet
  readonly secret?: Secrets | SecretLookup
  readonly initialKeys?: JsonWebKeySet
  readonly keySet?: KeySetOptions
}

const url = string(
  fitting(isKeySetUrl, 'must be an https URL (http on loopback only) without userinfo or fragment'),
)
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  ...['HS256', 'HS384', 'HS512'],
]

/** The fields of a profile, to be spread where a profile may also be written at the top level. @internal */
export const tokenProfileShape: Readonly<Record<string, z.Schema>> = {
  name: z.optional(text),
  kind: z.optional(text),
  issuer: z.union([text, oneOf([null])], "must be the issuer's URL, or null to give the check up"),
  audience: z.union(
    [texts, oneOf([null])],
    'must be one audience, a list of them, or null to give the check up',
  ),
  jwksUri: z.optional(url),
  keys: z.optional(jsonWebKeySetSchema),
  initialKeys: z.optional(jsonWebKeySetSchema),
  secret: z.optional(secretSchema),
  keySet: z.optional(keySetSchema),
  algorithms: z.optional(
    z.array(
      oneOf(ALGORITHMS, `must be one of ${ALGORITHMS.join(', ')}`),
      filled('is empty; leave it out for the default'),
    ),
  ),
  typ: z.optional(texts),
  claims: z.optional(fixedClaimsSchema),
  requiredClaims: z.optional(requiredClaimsSchema),
  header: z.optional(string(fitting(isFieldName, 'is no header name'))),
  renderError: z.optional(callable('(answer) => ({ status, body })')),
  expiry: z.optional(oneOf(['required', 'optional'])),
  status: z.optional(statusSourceSchema),
  grants: z.optional(grantSourceSchema),
  implies: z.optional(table(z.array(text, filled('implies nothing; leave it out')))),
  wildcardSeparator: z.optional(
    string(fitting((value: string) => value.length === 1, 'must be one character')),
  ),
  rfc9068: z.optional(flag),
  clockTolerance: z.optional(seconds(0, 300)),
  maxLifetime: z.optional(fitting((value) => isNumber(value) && value > 0, 'must be seconds, above 0')),
  read: z.optional(claimNamesSchema),
}

/** @internal */
export const tokenProfileSchema: z.Schema = z.strictObject(tokenProfileShape)
