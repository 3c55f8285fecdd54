import type { ClaimType } from './claim-options.ts'
import type { DenialReason } from './denial-reason.ts'
import { own } from './own.ts'
import { isScopeClaim } from './scope.ts'
import type { ProfileOptions } from './token-profile-options.ts'

/** The claims of a token, parsed and not to be trusted before its signature is. */
export type Claims = Readonly<Record<string, unknown>>

/** One thing a profile asks of a token, after its signature. Milliseconds since 1970, and {@link timesOf} the claims. */
export type ClaimCheck = (claims: Claims, now: number, times: Times) => DenialReason | undefined

const MAX_NUMERIC_DATE = 253_402_300_799 // 9999-12-31: above it someone wrote milliseconds
const RFC9068_CLAIMS = ['sub', 'client_id', 'iat', 'jti']

/** Everything a profile asks of the claims, in the order it is asked. */
export function compileClaimChecks(options: ProfileOptions, clockTolerance: number): readonly ClaimCheck[] {
  const { issuer, audience, claims, maxLifetime, expiry, read } = options
  return Object.freeze([
    checkTexts,
    checkIssuer(issuer),
    checkAudience(audience),
    checkTimes(clockTolerance, expiry !== 'optional'),
    ...requiredClaims(options).map(([name, type]) => checkPresent(name, type)),
    ...Object.entries(claims ?? {}).map(([claim, value]) => checkEquals(claim, value)),
    ...(maxLifetime === undefined ? [] : [checkLifetime(maxLifetime)]),
    checkUnbound,
    checkScopes(names(read?.scopes, ['scope', 'scp'])),
  ])
}

function requiredClaims({
  requiredClaims,
  rfc9068,
}: ProfileOptions): readonly (readonly [string, ClaimType])[] {
  const strict: [string, ClaimType][] = rfc9068 ? RFC9068_CLAIMS.map((name) => [name, 'any']) : []
  if (!isList(requiredClaims)) return [...strict, ...Object.entries(requiredClaims ?? {})]
  return [...strict, ...requiredClaims.map((name) => [name, 'any'] as const)]
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value)
}

function checkTexts(claims: Claims): DenialReason | undefined {
  const areTexts =
    isText(claims, 'iss', claims.iss) &&
    isText(claims, 'sub', claims.sub) &&
    isText(claims, 'jti', claims.jti) &&
    isText(claims, 'client_id', claims.client_id) &&
    isText(claims, 'azp', claims.azp)
  return areTexts ? undefined : 'token_claim'
}

/** Whether a claim is text, or not there. The value is given too, as V8 finds it faster where its name is written. */
function isText(claims: Claims, name: string, value: unknown): boolean {
  return typeof value === 'string' || own(claims, name) === undefined
}

function checkIssuer(issuer: string | null): ClaimCheck {
  return (claims) => (issuer === null || own(claims, 'iss') === issuer ? undefined : 'token_issuer')
}

/** RFC 7519 section 4.1.3: a string or an array of strings, one of which is exactly ours. */
function checkAudience(audience: ProfileOptions['audience']): ClaimCheck {
  if (audience === null) return () => undefined
  const ours: readonly unknown[] = list(audience)
  return (claims) => {
    const claim = own(claims, 'aud')
    const isOurs = Array.isArray(claim)
      ? claim.every((entry) => typeof entry === 'string') && claim.some((entry) => ours.includes(entry))
      : ours.includes(claim)
    return isOurs ? undefined : 'token_audience'
  }
}

function checkTimes(tolerance: number, expires: boolean): ClaimCheck {
  return (_, now, times) => {
    const { exp, nbf, iat } = times
    if (expires && exp === undefined) return 'token_claim'
    if (!isTime(exp) || !isTime(nbf) || !isTime(iat)) return 'token_claim'
    const seconds = now / 1000
    if (!(seconds < notAfter(times, tolerance))) return 'token_expired'
    return seconds >= notBefore(times, tolerance) ? undefined : 'token_not_yet_valid'
  }
}

/** The times of a token, not yet checked. */
export interface Times {
  readonly exp: unknown
  readonly nbf: unknown
  readonly iat: unknown
}

/** What a token says of its times. */
export function timesOf(claims: Claims): Times {
  return { exp: own(claims, 'exp'), nbf: own(claims, 'nbf'), iat: own(claims, 'iat') }
}

function isTime(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && value >= 0 && value <= MAX_NUMERIC_DATE)
}

/**
 * When a token begins, by the later of `nbf` and `iat`. A fraction of `nbf` counts as the whole second, so that no token
 * begins earlier than for a verifier whose clock has whole seconds. All in seconds since 1970; checked times only.
 */
export function notBefore({ nbf, iat }: Times, tolerance: number): number {
  const begins = Math.ceil(((nbf as number | undefined) ?? 0) - tolerance)
  return Math.max(begins, ((iat as number | undefined) ?? 0) - tolerance)
}

/** The first second at which a token is of no use any more. Checked times only. */
export function notAfter({ exp }: Times, tolerance: number): number {
  return ((exp as number | undefined) ?? Number.POSITIVE_INFINITY) + tolerance
}

function checkPresent(name: string, type: ClaimType): ClaimCheck {
  return (claims) => {
    const value = own(claims, name) ?? ''
    return value !== '' && isOfType(value, type) ? undefined : 'token_claim'
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function isOfType(value: unknown, type: ClaimType): boolean {
  if (type === 'uuid') return typeof value === 'string' && UUID.test(value)
  return type === 'any' || typeOf(value) === type
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value
}

function checkEquals(name: string, value: unknown): ClaimCheck {
  return (claims) => (own(claims, name) === value ? undefined : 'token_claim')
}

function checkLifetime(maxLifetime: number): ClaimCheck {
  return (_claims, _now, { exp, iat }) => {
    return typeof iat === 'number' && typeof exp === 'number' && exp - iat <= maxLifetime
      ? undefined
      : 'token_lifetime'
  }
}

/** A token bound to a key or certificate is worth nothing as a bearer token (RFC 9449 section 7.2, RFC 8705 section 3). */
function checkUnbound(claims: Claims): DenialReason | undefined {
  return own(claims, 'cnf') === undefined ? undefined : 'token_binding'
}

function checkScopes(claimNames: readonly string[]): ClaimCheck {
  return (claims) => {
    const claim = firstPresent(claims, claimNames)
    return claim === undefined || isScopeClaim(claim) ? undefined : 'token_claim'
  }
}

/** The claims an option names, or the usual ones. */
export function names(
  option: string | readonly string[] | undefined,
  otherwise: readonly string[],
): readonly string[] {
  return option === undefined ? otherwise : list(option)
}

/** One or several, as a list. */
export function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

/** The first of these claims that is there, whatever it holds. */
export function firstPresent(claims: Claims, claimNames: readonly string[]): unknown {
  for (const name of claimNames) {
    const value = own(claims, name)
    if (value !== undefined) return value
  }
  return undefined
}
