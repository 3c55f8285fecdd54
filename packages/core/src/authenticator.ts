import { createSingleFlight } from '#single-flight'
import { isRefusal, type Refusal, type VerifiedToken } from './access-token.ts'
import type { AccessTokenVerifier } from './access-token-verifier.ts'
import { type CacheLimits, createBoundedCache } from './bounded-cache.ts'
import type { Credential } from './credential.ts'
import type { DenialReason } from './denial-reason.ts'
import type { WaitUntil } from './key-set.ts'
import { peekState, resolveState } from './token-state.ts'

/** Step 5, authenticate: from the cache where that can answer, else by verifying. */
export interface Authenticator {
  /** What is known without waiting; `undefined` where something is to be verified or fetched first. Starts no work. */
  peek(credential: Credential): VerifiedToken | Refusal | undefined
  /** Rejects where the keys are unreachable: that is no verdict on the token. */
  authenticate(credential: Credential, waitUntil: WaitUntil): Promise<VerifiedToken | Refusal>
}

/** What the cache and the length limit are made of. */
export interface AuthenticatorOptions {
  readonly verify: AccessTokenVerifier
  readonly limits: CacheLimits
  /** In characters; a longer token is not even looked at. */
  readonly maxTokenLength: number
  readonly now: () => number
}

/** 72 bits of the signature. A shorter text is copied where a longer one would be a reference into the header's. */
const TAIL = 12
const ENTRY_BYTES = 1024
const TOO_LONG: Refusal = Object.freeze({ refused: 'token_too_long', profile: undefined })

/**
 * Puts a cache in front of the verifier. It remembers verified tokens only, never failures and never what they were
 * allowed to do; header, time, key and state are judged again at every hit.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { verify, limits, maxTokenLength, now } = options
  // Keyed by the end of the signature, so that V8 need not hash the whole text; the text itself is compared on every hit.
  const cache = createBoundedCache<VerifiedToken>(limits)
  const flights = createSingleFlight<string, VerifiedToken | Refusal>()

  const find = ({ text, header, value }: Credential): VerifiedToken | undefined => {
    const found = cache.get(text.slice(-TAIL))
    if (found === undefined || found.profile.header !== header) return undefined
    return found.value === value || found.accessToken.token === text ? found : undefined
  }
  const verifyAndKeep = async (
    credential: Credential,
    waitUntil: WaitUntil,
  ): Promise<VerifiedToken | Refusal> => {
    const { text, value } = credential
    const result = await verify(credential, waitUntil)
    // The whole header is held: who sends it can put far more spaces into it than there is token.
    if (!isRefusal(result)) cache.set(text.slice(-TAIL), result, ENTRY_BYTES + 2 * text.length + value.length)
    return result
  }
  const revalidate = async (
    token: VerifiedToken,
    waitUntil: WaitUntil,
  ): Promise<VerifiedToken | Refusal | undefined> => {
    const fault = judgeTime(token, now())
    if (fault !== undefined) return refuse(fault, token)
    if (await token.profile.keys.trusts(token.key, waitUntil)) return token
    cache.delete(token.accessToken.token.slice(-TAIL))
    return undefined
  }

  return Object.freeze({
    peek: (credential: Credential) => {
      if (credential.text.length > maxTokenLength) return TOO_LONG
      const token = find(credential)
      if (token === undefined) return undefined
      const fault = judgeTime(token, now())
      if (fault !== undefined) return refuse(fault, token)
      return token.profile.keys.peek(token.key) ? peekState(token) : undefined
    },
    authenticate: async (credential: Credential, waitUntil: WaitUntil) => {
      // Also here: what is known of a token is of no use while its origin is to be asked about.
      if (credential.text.length > maxTokenLength) return TOO_LONG
      const known = find(credential)
      const token =
        (known && (await revalidate(known, waitUntil))) ??
        (await flights.run(
          `${credential.header} ${credential.text}`,
          async () => await verifyAndKeep(credential, waitUntil),
        ))
      return isRefusal(token) ? token : await resolveState(token)
    },
  })
}

function refuse(refused: DenialReason, { profile }: VerifiedToken): Refusal {
  return { refused, profile }
}

/** Written so that a clock that is not a number denies. */
function judgeTime(token: VerifiedToken, now: number): DenialReason | undefined {
  if (now >= token.notBefore) return now < token.notAfter ? undefined : 'token_expired'
  return 'token_not_yet_valid'
}
