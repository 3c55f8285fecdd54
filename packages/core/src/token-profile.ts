import type { AccessToken, VerifiedToken } from './access-token.ts'
import type { Challenger } from './challenge.ts'
import {
  type ClaimCheck,
  type Claims,
  compileClaimChecks,
  firstPresent,
  list,
  names,
} from './claim-checks.ts'
import type { ClaimNames } from './claim-options.ts'
import { createGrantReader, type Grant } from './grant.ts'
import type { KeySource } from './key-source.ts'
import { own } from './own.ts'
import { isScopeClaim } from './scope.ts'
import { SealedAccessToken } from './sealed-access-token.ts'
import { toMilliseconds } from './source-options.ts'
import { createTokenLookup, type TokenLookup } from './token-lookup.ts'
import type { ProfileOptions, SignatureAlgorithm } from './token-profile-options.ts'
import type { GrantSource, StatusSource } from './token-source-options.ts'

/** How one family of access tokens is recognised, verified and read: functions chosen at set-up, no options left. */
export interface TokenProfile {
  readonly name: string
  readonly kind: string | undefined
  readonly issuer: string | undefined
  readonly algorithms: ReadonlySet<string>
  /** Lower-case name of the header its tokens come in. */
  readonly header: string
  readonly keys: KeySource
  /** In seconds. */
  readonly clockTolerance: number
  /** Whether a token that is not yet verified claims to be of this family. */
  readonly recognises: (claims: Claims) => boolean
  readonly acceptsType: (typ: unknown) => boolean
  readonly checks: readonly ClaimCheck[]
  readonly read: (claims: Claims, text: string, { scopes }: Grant) => AccessToken
  readonly readGrant: (claims: Claims) => Grant
  /** How denials look once a token is known to be of this family, if otherwise than the server's. */
  readonly challenge: Challenger | undefined
  /** Whether a token is still active; none where its text says all there is to say. */
  readonly status: TokenLookup<boolean> | undefined
  /** The token with what it is granted now, in place of what it names. */
  readonly grants: TokenLookup<VerifiedToken> | undefined
}

/** What a profile needs besides its options. */
export interface ProfileParts {
  readonly keys: KeySource
  readonly algorithms: readonly SignatureAlgorithm[]
  readonly now: () => number
  readonly challenge: Challenger | undefined
}

/** Compiles a profile whose options have been checked. */
export function compileTokenProfile(options: ProfileOptions, parts: ProfileParts): TokenProfile {
  const name = profileName(options)
  const clockTolerance = options.clockTolerance ?? 5
  const fixed = Object.entries(options.claims ?? {})
  const scopeNames = names(options.read?.scopes, ['scope', 'scp'])
  const toGrant = createGrantReader({
    implies: options.implies ?? {},
    wildcardSeparator: options.wildcardSeparator,
  })
  return Object.freeze({
    name,
    kind: options.kind,
    issuer: options.issuer ?? undefined,
    header: (options.header ?? 'authorization').toLowerCase(),
    algorithms: new Set(parts.algorithms),
    keys: parts.keys,
    clockTolerance,
    recognises: (claims: Claims) => fixed.every(([claim, value]) => own(claims, claim) === value),
    acceptsType: acceptTypes(options),
    checks: compileClaimChecks(options, clockTolerance),
    read: createReader(name, options.kind, options.read),
    readGrant: (claims: Claims) =>
      toGrant((firstPresent(claims, scopeNames) ?? '') as string | readonly string[]),
    challenge: parts.challenge,
    status: options.status && compileStatus(options.status, parts.now),
    grants: options.grants && compileGrants(options.grants, toGrant, parts.now),
  })
}

function compileStatus(source: StatusSource, now: () => number): TokenLookup<boolean> {
  const load = async (token: AccessToken): Promise<boolean> => {
    const active: unknown = await source.isActive(token)
    if (typeof active !== 'boolean') throw new TypeError('`isActive` must answer true or false')
    return active
  }
  return createTokenLookup({ load, ...toMilliseconds(source), now })
}

function compileGrants(
  source: GrantSource,
  toGrant: ReturnType<typeof createGrantReader>,
  now: () => number,
): TokenLookup<VerifiedToken> {
  const load = async (token: AccessToken, verified: VerifiedToken): Promise<VerifiedToken> => {
    const named: unknown = await source.resolve(token)
    if (!isScopeClaim(named)) throw new TypeError('`resolve` must answer a string or an array of strings')
    const { scopes, held } = toGrant(named)
    return Object.freeze({ ...verified, accessToken: withScopes(token, scopes), scopes: held })
  }
  return createTokenLookup({ load, ...toMilliseconds(source), now })
}

function withScopes(token: AccessToken, scopes: readonly string[]): AccessToken {
  return new SealedAccessToken({ ...token, scopes }, token.token)
}

/** How a profile is called where its options do not name it. */
export function profileName(options: ProfileOptions): string {
  return options.name ?? options.kind ?? options.issuer ?? 'default'
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

function createReader(profile: string, kind: string | undefined, from?: ClaimNames): TokenProfile['read'] {
  const clientNames = names(from?.clientId, ['client_id', 'azp'])
  const subjectNames = names(from?.subject, ['sub'])
  const accountNames = names(from?.account, ['account'])
  return (claims, text, { scopes }) => {
    const fields = {
      claims,
      scopes,
      clientId: textOf(claims, clientNames),
      subject: textOf(claims, subjectNames),
      account: textOf(claims, accountNames),
      kind,
      issuer: textOf(claims, ['iss']),
      profile,
      expiresAt: own(claims, 'exp') as number | undefined,
    }
    return new SealedAccessToken(fields, text)
  }
}

function textOf(claims: Claims, claimNames: readonly string[]): string | undefined {
  const value = firstPresent(claims, claimNames)
  return typeof value === 'string' ? value : undefined
}
