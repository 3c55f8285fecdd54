import { verifySignature } from '#signature'
import type { VerifiedToken } from './access-token.ts'
import { type CompactJws, parseCompactJws } from './compact-jws.ts'
import type { DenialReason } from './denial-reason.ts'
import type { WaitUntil } from './key-set.ts'
import { deepFreeze } from './strict-json.ts'
import { notBefore, type TokenProfile } from './token-profile.ts'
import type { VerificationKey } from './verification-key.ts'

/** Turns token text into a verified token, or says why it is none. Rejects where that cannot be known at the moment. */
export type AccessTokenVerifier = (
  text: string,
  waitUntil: WaitUntil,
) => Promise<VerifiedToken | DenialReason>

/** Compiles the verifier of a server: which profile a token is for is told by exact issuer first, before it is trusted. */
export function createAccessTokenVerifier(
  profiles: readonly TokenProfile[],
  now: () => number,
): AccessTokenVerifier {
  const byIssuer = groupByIssuer(profiles)
  return async (text, waitUntil) => {
    const jws = parseCompactJws(text)
    if (jws === undefined) return 'token_malformed'
    const profile = recognise(byIssuer, jws.payload)
    if (profile === undefined) return 'token_unrecognised'
    const fault = judgeHeader(jws.header, profile)
    if (fault !== undefined) return fault
    const key = await findSigner(jws, profile, waitUntil)
    if (typeof key === 'string') return key
    return judgeClaims(jws, profile, now()) ?? toVerifiedToken(jws, profile, key)
  }
}

type ProfilesByIssuer = ReadonlyMap<string | undefined, readonly TokenProfile[]>

function groupByIssuer(profiles: readonly TokenProfile[]): ProfilesByIssuer {
  const groups = new Map<string | undefined, TokenProfile[]>()
  for (const profile of profiles) groups.set(profile.issuer, [...(groups.get(profile.issuer) ?? []), profile])
  return groups
}

/** Profiles that gave the issuer check up are asked last, and only for an issuer that no other profile names. */
function recognise(byIssuer: ProfilesByIssuer, payload: CompactJws['payload']): TokenProfile | undefined {
  const issuer = Object.hasOwn(payload, 'iss') ? payload.iss : undefined
  const named = typeof issuer === 'string' ? byIssuer.get(issuer) : undefined
  return (named ?? byIssuer.get(undefined))?.find((profile) => profile.recognises(payload))
}

/** What no token may carry: extensions to be understood, another encoding of the payload, encryption, nesting. */
const REFUSED_PARAMETERS = ['crit', 'b64', 'enc', 'zip', 'cty']
const MAX_KID_LENGTH = 1024

function judgeHeader(header: CompactJws['header'], profile: TokenProfile): DenialReason | undefined {
  if (REFUSED_PARAMETERS.some((name) => Object.hasOwn(header, name))) return 'token_header'
  const { alg, kid, typ } = ownHeader(header)
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH)) return 'token_header'
  if (typeof alg !== 'string' || !profile.algorithms.has(alg)) return 'token_algorithm'
  return profile.acceptsType(typ) ? undefined : 'token_type'
}

/** Without what `Object.prototype` may have been given. */
function ownHeader(header: CompactJws['header']): Readonly<Record<'alg' | 'kid' | 'typ', unknown>> {
  const own = (name: string): unknown => (Object.hasOwn(header, name) ? header[name] : undefined)
  return { alg: own('alg'), kid: own('kid'), typ: own('typ') }
}

async function findSigner(
  jws: CompactJws,
  profile: TokenProfile,
  waitUntil: WaitUntil,
): Promise<VerificationKey | DenialReason> {
  const { alg, kid } = ownHeader(jws.header) as { alg: string; kid: string | undefined }
  const ring = await profile.keys.current(waitUntil)
  const candidates = ring.knows(kid)
    ? ring.select(kid, alg)
    : (await profile.keys.refreshed()).select(kid, alg)
  for (const key of candidates) if (await verifySignature(jws, key)) return key
  return candidates.length === 0 ? 'token_key_unknown' : 'token_signature'
}

function judgeClaims(jws: CompactJws, profile: TokenProfile, now: number): DenialReason | undefined {
  for (const check of profile.checks) {
    const fault = check(jws.payload, now)
    if (fault !== undefined) return fault
  }
  return undefined
}

function toVerifiedToken(jws: CompactJws, profile: TokenProfile, key: VerificationKey): VerifiedToken {
  const accessToken = profile.read(deepFreeze(jws.payload), jws.text)
  return Object.freeze({
    accessToken,
    scopes: new Set(accessToken.scopes),
    profile,
    key,
    notBefore: notBefore(jws.payload) - profile.clockTolerance,
    notAfter: accessToken.expiresAt * 1000 + profile.clockTolerance,
  })
}
