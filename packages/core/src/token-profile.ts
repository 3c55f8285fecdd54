import type { AccessToken } from './access-token.ts'
import type { DenialReason } from './denial-reason.ts'
import type { KeySet } from './key-set.ts'
import { parseScopeClaim } from './scope.ts'
import type { ClaimNames, ProfileOptions, SignatureAlgorithm } from './token-profile-options.ts'

/** The claims of a token, parsed and not to be trusted before its signature is. */
export type Claims = Readonly<Record<string, unknown>>

/** One thing a profile asks of a token, after its signature. Milliseconds since 1970. */
export type ClaimCheck = (claims: Claims, now: number) => DenialReason | undefined

/** How one family of access tokens is recognised, verified and read: functions chosen at set-up, no options left. */
export interface TokenProfile {
  readonly name: string
  readonly kind: string | undefined
  readonly issuer: string | undefined
  readonly algorithms: ReadonlySet<string>
  readonly keys: KeySet
  readonly clockTolerance: number
  /** Whether a token that is not yet verified claims to be of this family. */
  readonly recognises: (claims: Claims) => boolean
  readonly acceptsType: (typ: unknown) => boolean
  readonly checks: readonly ClaimCheck[]
  readonly read: (claims: Claims, text: string) => AccessToken
}

const MAX_NUMERIC_DATE = 253_402_300_799 // 9999-12-31: above it someone wrote milliseconds
const RFC9068_CLAIMS = ['sub', 'client_id', 'iat', 'jti']
const TEXT_CLAIMS = ['iss', 'sub', 'jti', 'client_id', 'azp']

/** Compiles a profile whose options have been checked. */
export function compileTokenProfile(
  options: ProfileOptions,
  keys: KeySet,
  algorithms: readonly SignatureAlgorithm[],
): TokenProfile {
  const name = profileName(options)
  const clockTolerance = (options.clockTolerance ?? 5) * 1000
  const fixed = Object.entries(options.claims ?? {})
  return Object.freeze({
    name,
    kind: options.kind,
    issuer: options.issuer ?? undefined,
    algorithms: new Set(algorithms),
    keys,
    clockTolerance,
    recognises: (claims: Claims) => fixed.every(([claim, value]) => own(claims, claim) === value),
    acceptsType: acceptTypes(options),
    checks: Object.freeze([
      ...TEXT_CLAIMS.map(checkText),
      checkIssuer(options.issuer),
      checkAudience(options.audience),
      checkTimes(clockTolerance),
      ...requiredClaims(options).map(checkPresent),
      ...fixed.map(([claim, value]) => checkEquals(claim, value)),
      ...(options.maxLifetime === undefined ? [] : [checkLifetime(options.maxLifetime)]),
      checkUnbound,
      checkScopes(names(options.read?.scopes, ['scope', 'scp'])),
    ]),
    read: createReader(name, options.kind, options.read ?? {}),
  })
}

/** How a profile is called where its options do not name it. */
export function profileName(options: ProfileOptions): string {
  return options.name ?? options.kind ?? options.issuer ?? 'default'
}

/** An own member only: a claim called `constructor` is absent unless the issuer wrote it. */
function own(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined
}

function acceptTypes({ typ, rfc9068 }: ProfileOptions): (typ: unknown) => boolean {
  const given = typ === undefined ? (rfc9068 ? ['at+jwt'] : undefined) : list(typ)
  const accepted = new Set((given ?? ['at+jwt', 'jwt']).map(mediaType))
  return (value) =>
    value === undefined ? given === undefined : typeof value === 'string' && accepted.has(mediaType(value))
}

/** A value without a slash stands for `application/` before it (RFC 7515 section 4.1.9). */
function mediaType(typ: string): string {
  const lower = typ.toLowerCase()
  return lower.startsWith('application/') ? lower.slice(12) : lower
}

function requiredClaims({ requiredClaims, rfc9068 }: ProfileOptions): readonly string[] {
  return [...new Set([...(rfc9068 ? RFC9068_CLAIMS : []), ...(requiredClaims ?? [])])]
}

function checkText(name: string): ClaimCheck {
  return (claims) => (['undefined', 'string'].includes(typeof own(claims, name)) ? undefined : 'token_claim')
}

function checkIssuer(issuer: string | null): ClaimCheck {
  return (claims) => (issuer === null || own(claims, 'iss') === issuer ? undefined : 'token_issuer')
}

/** RFC 7519 section 4.1.3: a string or an array of strings, one of which is exactly ours. */
function checkAudience(audience: ProfileOptions['audience']): ClaimCheck {
  if (audience === null) return () => undefined
  const ours = new Set(list(audience))
  return (claims) => {
    const claim = own(claims, 'aud')
    const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
    const wellFormed = named.every((entry) => typeof entry === 'string')
    return wellFormed && named.some((entry) => ours.has(entry as string)) ? undefined : 'token_audience'
  }
}

function checkTimes(tolerance: number): ClaimCheck {
  return (claims, now) => {
    const { exp, nbf, iat } = timesOf(claims)
    if (exp === undefined || ![exp, nbf ?? 0, iat ?? 0].every(isNumericDate)) return 'token_claim'
    if (!(now < (exp as number) * 1000 + tolerance)) return 'token_expired'
    return now >= notBefore(claims) - tolerance ? undefined : 'token_not_yet_valid'
  }
}

function timesOf(claims: Claims): { exp: unknown; nbf: unknown; iat: unknown } {
  return { exp: own(claims, 'exp'), nbf: own(claims, 'nbf'), iat: own(claims, 'iat') }
}

function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_NUMERIC_DATE
}

/** The later of `nbf` and `iat`, in milliseconds: before either the token is from the future. Checked claims only. */
export function notBefore(claims: Claims): number {
  const { nbf, iat } = timesOf(claims)
  return Math.max((nbf as number | undefined) ?? 0, (iat as number | undefined) ?? 0) * 1000
}

function checkPresent(name: string): ClaimCheck {
  return (claims) =>
    own(claims, name) === undefined || own(claims, name) === null ? 'token_claim' : undefined
}

function checkEquals(name: string, value: unknown): ClaimCheck {
  return (claims) => (own(claims, name) === value ? undefined : 'token_claim')
}

function checkLifetime(maxLifetime: number): ClaimCheck {
  return (claims) => {
    const { exp, iat } = timesOf(claims)
    return typeof iat === 'number' && (exp as number) - iat <= maxLifetime ? undefined : 'token_lifetime'
  }
}

/** A token bound to a key or certificate is worth nothing as a bearer token (RFC 9449 section 7.2, RFC 8705 section 3). */
function checkUnbound(claims: Claims): DenialReason | undefined {
  return own(claims, 'cnf') === undefined ? undefined : 'token_binding'
}

function checkScopes(claimNames: readonly string[]): ClaimCheck {
  return (claims) => {
    const claim = firstPresent(claims, claimNames)
    return claim === undefined || parseScopeClaim(claim) ? undefined : 'token_claim'
  }
}

function createReader(profile: string, kind: string | undefined, from: ClaimNames): TokenProfile['read'] {
  const scopeNames = names(from.scopes, ['scope', 'scp'])
  const clientNames = names(from.clientId, ['client_id', 'azp'])
  const subjectNames = names(from.subject, ['sub'])
  const accountNames = names(from.account, ['account'])
  return (claims, text) => {
    const accessToken = {
      claims,
      scopes: Object.freeze(parseScopeClaim(firstPresent(claims, scopeNames)) ?? []),
      clientId: textOf(claims, clientNames),
      subject: textOf(claims, subjectNames),
      account: textOf(claims, accountNames),
      kind,
      issuer: textOf(claims, ['iss']),
      profile,
      expiresAt: own(claims, 'exp') as number,
    }
    return Object.freeze(
      Object.defineProperty(accessToken, 'token', { value: text, enumerable: false }) as AccessToken,
    )
  }
}

function names(
  option: string | readonly string[] | undefined,
  otherwise: readonly string[],
): readonly string[] {
  return option === undefined ? otherwise : list(option)
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

function firstPresent(claims: Claims, claimNames: readonly string[]): unknown {
  for (const name of claimNames) if (Object.hasOwn(claims, name)) return claims[name]
  return undefined
}

function textOf(claims: Claims, claimNames: readonly string[]): string | undefined {
  const value = firstPresent(claims, claimNames)
  return typeof value === 'string' ? value : undefined
}
