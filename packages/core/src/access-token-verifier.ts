import { verifiesAtOnce, verifySignature, verifySignatureAtOnce } from '#signature'
import { type Refusal, refuse, refuseInOutage, type VerifiedToken } from './access-token.ts'
import { notAfter, notBefore, type Times, timesOf } from './claim-checks.ts'
import { type CompactJws, createCompactJwsParser } from './compact-jws.ts'
import type { Credential } from './credential.ts'
import type { DenialReason } from './denial-reason.ts'
import type { WaitUntil } from './key-set.ts'
import { own } from './own.ts'
import type { TokenProfile } from './token-profile.ts'
import type { VerificationKey } from './verification-key.ts'

/** Turns token text into a verified token, or says why it is none. */
export interface AccessTokenVerifier {
  /** Takes the text apart, once, and tells by its header and issuer which profile it is for. */
  read(credential: Credential): ClaimedToken | Refusal
  /** `undefined` where something must be waited for, or is better left to other threads. */
  verifyAtOnce(claimed: ClaimedToken): VerifiedToken | Refusal | undefined
  /** Once its keys are there, or it is known that they cannot be had. */
  verify(claimed: ClaimedToken, waitUntil: WaitUntil): Promise<VerifiedToken | Refusal>
}

/** A token as it presents itself: nothing of it is to be trusted before its signature is. */
interface ClaimedToken {
  readonly jws: CompactJws
  readonly profile: TokenProfile
  readonly value: string
}

/**
 * Compiles the verifier of a server. Which profile a token is for is told by the header it came in and its exact issuer,
 * before either is trusted.
 */
export function createAccessTokenVerifier(
  profiles: readonly TokenProfile[],
  now: () => number,
): AccessTokenVerifier {
  const byIssuer = groupByIssuer(profiles)
  const parse = createCompactJwsParser()
  const conclude = (claimed: ClaimedToken, key: VerificationKey): VerifiedToken | Refusal => {
    const times = timesOf(claimed.jws.payload)
    const wrong = judgeClaims(claimed, times, now())
    return wrong === undefined ? toVerifiedToken(claimed, times, key) : refuse(wrong, claimed.profile)
  }
  return {
    read: ({ text, header, value }: Credential) => {
      const jws = parse(text)
      if (jws === undefined) return refuse('token_malformed')
      const profile = recognise(byIssuer, header, jws.payload)
      if (profile === undefined) return refuse('token_unrecognised')
      const fault = judgeHeader(jws, profile)
      return fault === undefined ? { jws, profile, value } : refuse(fault, profile)
    },
    verifyAtOnce: (claimed: ClaimedToken) => {
      if (!verifiesAtOnce()) return undefined
      const { jws, profile } = claimed
      const key = profile.keys.peekSigner?.(jws)
      if (key === undefined) return undefined
      return verifySignatureAtOnce(jws, key) ? conclude(claimed, key) : refuse('token_signature', profile)
    },
    verify: async (claimed: ClaimedToken, waitUntil: WaitUntil) => {
      const { jws, profile } = claimed
      try {
        const candidates = await profile.keys.candidates(jws, waitUntil)
        for (const key of candidates) if (await verifySignature(jws, key)) return conclude(claimed, key)
        return refuse(candidates.length === 0 ? 'token_key_unknown' : 'token_signature', profile)
      } catch (error) {
        return refuseInOutage(error, profile)
      }
    },
  }
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
  const issuer = own(payload, 'iss')
  const named = typeof issuer === 'string' ? byIssuer.get(issuer) : undefined
  const asked = named ?? byIssuer.get(undefined)
  return asked?.find((profile) => profile.header === header && profile.recognises(payload))
}

function judgeHeader(
  { header, algorithm, isPlain }: CompactJws,
  profile: TokenProfile,
): DenialReason | undefined {
  if (!isPlain) return 'token_header'
  if (!profile.algorithms.has(algorithm)) return 'token_algorithm'
  return profile.acceptsType(own(header, 'typ')) ? undefined : 'token_type'
}

function judgeClaims({ jws, profile }: ClaimedToken, times: Times, now: number): DenialReason | undefined {
  for (const check of profile.checks) {
    const fault = check(jws.payload, now, times)
    if (fault !== undefined) return fault
  }
  return undefined
}

const TOKEN_BYTES = 1024

function toVerifiedToken(
  { jws, value, profile }: ClaimedToken,
  times: Times,
  key: VerificationKey,
): VerifiedToken {
  const grant = profile.readGrant(jws.payload)
  const accessToken = profile.read(jws.payload, jws.text, grant)
  return {
    value,
    used: false,
    notBefore: notBefore(times, profile.clockTolerance),
    notAfter: notAfter(times, profile.clockTolerance),
    key,
    profile,
    scopes: grant.held,
    accessToken,
    // The whole header is held: who sends it can put far more spaces into it than there is token.
    bytes: TOKEN_BYTES + 2 * jws.text.length + value.length,
  }
}
