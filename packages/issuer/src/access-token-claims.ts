import type { JWTPayload } from 'jose'
import { ConfigurationError } from './errors.ts'
import type { AccountState, Instant, Metadata, Subject } from './store.ts'

/** What {@link TokenIssuerOptions.claims} is given to make claims from. */
export interface ClaimSource {
  /** Whether the token is issued at an exchange or minted directly. */
  readonly issuance: 'exchange' | 'direct'
  /** The credential's or the token's own id. */
  readonly clientId: string
  readonly name: string
  /** What the token is granted. */
  readonly scopes: readonly string[]
  readonly subject: Subject
  readonly environment: string
  readonly metadata: Metadata
  readonly account: AccountState
}

/** Claims besides the issuer's own. */
export type ClaimMapping = (source: ClaimSource) => Readonly<Record<string, unknown>>

/** What a token says, before it is put into claims. Milliseconds. */
export interface TokenContent {
  readonly id: string
  readonly issuer: string
  /** What the subject says behind the client's id. */
  readonly subjectSuffix: string
  readonly audience: string
  readonly issuedAt: Instant
  readonly expiresAt: Instant | null
  readonly source: ClaimSource
  /** Whether it was asked for with less than the credential has. */
  readonly narrowed: boolean
}

/** A mapping that could set these would undo what the issuer decides. */
const RESERVED: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'client_id',
  'scope',
  'account',
  'narrowed',
  'cnf',
])

/**
 * The claims of an access token (RFC 9068 section 2.2), with the account and what the mapping adds.
 * @throws ConfigurationError where the mapping sets a claim that is the issuer's
 */
export function toClaims(content: TokenContent, mapping: ClaimMapping | undefined): JWTPayload {
  const { source, audience, narrowed } = content
  const scope = source.scopes.join(' ')
  return {
    iss: content.issuer,
    sub: source.clientId + content.subjectSuffix,
    aud: audience,
    client_id: source.clientId,
    iat: toSeconds(content.issuedAt),
    ...(content.expiresAt === null ? {} : { exp: toSeconds(content.expiresAt) }),
    jti: content.id,
    ...(scope === '' ? {} : { scope }),
    account: source.account.id,
    ...(narrowed ? { narrowed } : {}),
    ...mapped(source, mapping),
  }
}

function mapped(source: ClaimSource, mapping: ClaimMapping | undefined): Readonly<Record<string, unknown>> {
  const claims = mapping?.(source) ?? {}
  const taken = Object.keys(claims).find((name) => RESERVED.has(name))
  if (taken === undefined) return claims
  throw new ConfigurationError('claims', `must not set "${taken}", which is the issuer's to say`)
}

/** NumericDate (RFC 7519 section 2), rounded down: a token never outlives what it was given. */
export function toSeconds(instant: Instant): number {
  return Math.floor(instant / 1000)
}
