import { createSingleFlight } from '#single-flight'
import { isRefusal, type Refusal, refuse, type VerifiedToken } from './access-token.ts'
import type { AccessTokenVerifier } from './access-token-verifier.ts'
import { type CacheLimits, createBoundedCache } from './bounded-cache.ts'
import type { Credential } from './credential.ts'
import type { DenialReason } from './denial-reason.ts'
import { KeySetUnavailableError } from './errors.ts'
import { hashOf } from './hash.ts'
import type { WaitUntil } from './key-set.ts'
import { peekState, resolveState } from './token-state.ts'

/** Step 5, authenticate: from the cache where that can answer, else by verifying. */
export interface Authenticator {
  /** What is known without waiting; `undefined` where something is to be verified or fetched first. Starts no work. */
  peek(credential: Credential): VerifiedToken | Refusal | undefined
  /** What {@link Authenticator.peek} would say, once all that takes has been done. Anything unforeseen rejects. */
  authenticate(credential: Credential, waitUntil: WaitUntil): Promise<VerifiedToken | Refusal>
}

/** What the cache and the length limit are made of. */
export interface AuthenticatorOptions {
  readonly verifier: AccessTokenVerifier
  readonly limits: CacheLimits
  /** In characters; a longer token is not even looked at. */
  readonly maxTokenLength: number
  readonly now: () => number
}

/**
 * Puts a cache in front of the verifier. It remembers verified tokens only, never failures and never what they were
 * allowed to do; header, time, key and state are judged again at every hit.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { verifier, limits, maxTokenLength, now } = options
  const cache = createBoundedCache<number, VerifiedToken>(limits)
  const flights = createSingleFlight<string, VerifiedToken | Refusal>()

  const find = ({ text, header, value }: Credential): VerifiedToken | undefined => {
    const found = cache.get(keyOf(text))
    if (found === undefined || found.profile.header !== header) return undefined
    return found.value === value || found.accessToken.token === text ? found : undefined
  }
  const keep = <Result extends VerifiedToken | Refusal | undefined>(result: Result): Result => {
    if (result !== undefined && !isRefusal(result)) cache.set(keyOf(result.accessToken.token), result)
    return result
  }
  const revalidate = async (
    token: VerifiedToken,
    waitUntil: WaitUntil,
  ): Promise<VerifiedToken | Refusal | undefined> => {
    const fault = judgeTime(token, now())
    if (fault !== undefined) return refuse(fault, token.profile)
    return (await token.profile.keys.trusts(token.key, waitUntil)) ? token : undefined
  }

  return {
    peek: (credential: Credential) => {
      if (credential.text.length > maxTokenLength) return refuse('token_too_long')
      const token = find(credential)
      if (token === undefined) return undefined
      const fault = judgeTime(token, now())
      if (fault !== undefined) return refuse(fault, token.profile)
      return token.profile.keys.peek(token.key) ? peekState(token) : undefined
    },
    authenticate: async (credential: Credential, waitUntil: WaitUntil) => {
      // Also here: what is known of a token is of no use while its origin is to be asked about.
      if (credential.text.length > maxTokenLength) return refuse('token_too_long')
      const known = find(credential)
      try {
        const result =
          (known && (await revalidate(known, waitUntil))) ??
          keep(verifier.verifyAtOnce(credential)) ??
          (await flights.run(`${credential.header} ${credential.text}`, async () =>
            keep(await verifier.verify(credential, waitUntil)),
          ))
        return isRefusal(result) ? result : (peekState(result) ?? (await resolveState(result)))
      } catch (error) {
        // No verdict on the token.
        if (error instanceof KeySetUnavailableError) return refuse('key_set_unavailable')
        throw error
      }
    },
  }
}

/** 72 bits of the signature. */
const TAIL = 12

/**
 * What a token is looked for by: a small number made of the end of its signature, which costs V8 much less than to hash the
 * text. Two tokens may have the same one, about one in ten thousand of 200,000: they take each other's place.
 */
function keyOf(text: string): number {
  return hashOf(text, 0, text.length - TAIL) >> 1
}

/** Written so that a clock that is not a number denies. */
function judgeTime(token: VerifiedToken, now: number): DenialReason | undefined {
  const seconds = now / 1000
  if (seconds >= token.notBefore) return seconds < token.notAfter ? undefined : 'token_expired'
  return 'token_not_yet_valid'
}
