import { verifySignature } from '#signature'
import type { Refusal, VerifiedToken } from './access-token.ts'
import { notBefore } from './claim-checks.ts'
import { type CompactJws, parseCompactJws } from './compact-jws.ts'
import type { Credential } from './credential.ts'
import type { DenialReason } from './denial-reason.ts'
import type { WaitUntil } from './key-set.ts'
import { deepFreeze } from './strict-json.ts'
import type { TokenProfile } from './token-profile.ts'
import type { VerificationKey } from './verification-key.ts'

/** Turns token text into a verified token, or says why it is none. Rejects where that cannot be known at the moment. */
export type AccessTokenVerifier = (
  credential: Credential,
  waitUntil: WaitUntil,
) => Promise<VerifiedToken | Refusal>

/**
 * Compiles the verifier of a server. Which profile a token is for is told by the header it came in and its exact issuer,
 * before either is trusted.
 */
export function createAccessTokenVerifier(
  profiles: readonly TokenProfile[],
  now: () => number,
): AccessTokenVerifier {
  const byIssuer = groupByIssuer(profiles)
  return async ({ text, header, value }, waitUntil) => {
    const jws = parseCompactJws(text)
    if (jws === undefined) return refuse('token_malformed')
    const profile = recognise(byIssuer, header, jws.payload)
    if (profile === undefined) return refuse('token_unrecognised')
    const fault = judgeHeader(jws, profile)
    if (fault !== undefined) return refuse(fault, profile)
    const candidates = await profile.keys.candidates(jws, waitUntil)
    const key = await findSigner(jws, candidates)
    if (key === undefined)
      return refuse(candidates.length === 0 ? 'token_key_unknown' : 'token_signature', profile)
    const wrong = judgeClaims(jws, profile, now())
    return wrong === undefined ? toVerifiedToken(jws, value, profile, key) : refuse(wrong, profile)
  }
}

function refuse(refused: DenialReason, profile?: TokenProfile): Refusal {
  return { refused, profile }
}

type ProfilesByIssuer = ReadonlyMap<string | undefined, readonly TokenProfile[]>

function groupByIssuer(profiles: readonly TokenProfile[]): ProfilesByIssuer {
  const groups = new Map<string | undefined, TokenProfile[]>()
  for (const profile of profiles) groups.set(profile.issuer, [...(groups.get(profile.issuer) ?? []), profile])
  return groups
}

/** Profiles that gave the issuer check up are asked last, and only for an issuer that no other profile names. */
function recognise(
  byIssuer: ProfilesByIssuer,
  header: string,
  payload: CompactJws['payload'],
): TokenProfile | undefined {
  const issuer = Object.hasOwn(payload, 'iss') ? payload.iss : undefined
  const named = typeof issuer === 'string' ? byIssuer.get(issuer) : undefined
  const asked = named ?? byIssuer.get(undefined)
  return asked?.find((profile) => profile.header === header && profile.recognises(payload))
}

/** What no token may carry: extensions to be understood, another encoding of the payload, encryption, nesting. */
const REFUSED_PARAMETERS = ['crit', 'b64', 'enc', 'zip', 'cty']
const MAX_KID_LENGTH = 1024

function judgeHeader(
  { header, algorithm, kid }: CompactJws,
  profile: TokenProfile,
): DenialReason | undefined {
  if (REFUSED_PARAMETERS.some((name) => Object.hasOwn(header, name))) return 'token_header'
  if (Object.hasOwn(header, 'kid') && (kid === undefined || kid.length > MAX_KID_LENGTH))
    return 'token_header'
  if (!profile.algorithms.has(algorithm)) return 'token_algorithm'
  return profile.acceptsType(Object.hasOwn(header, 'typ') ? header.typ : undefined) ? undefined : 'token_type'
}

async function findSigner(
  jws: CompactJws,
  candidates: readonly VerificationKey[],
): Promise<VerificationKey | undefined> {
  for (const key of candidates) if (await verifySignature(jws, key)) return key
  return undefined
}

function judgeClaims(jws: CompactJws, profile: TokenProfile, now: number): DenialReason | undefined {
  for (const check of profile.checks) {
    const fault = check(jws.payload, now)
    if (fault !== undefined) return fault
  }
  return undefined
}

function toVerifiedToken(
  jws: CompactJws,
  value: string,
  profile: TokenProfile,
  key: VerificationKey,
): VerifiedToken {
  const accessToken = profile.read(deepFreeze(jws.payload), jws.text)
  return Object.freeze({
    accessToken,
    value,
    scopes: profile.holder(accessToken.scopes),
    profile,
    key,
    notBefore: notBefore(jws.payload, profile.clockTolerance),
    notAfter: (accessToken.expiresAt ?? Number.POSITIVE_INFINITY) * 1000 + profile.clockTolerance,
  })
}
