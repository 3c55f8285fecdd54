import type { VerifiedToken } from './access-token.ts'
import type { AccessTokenVerifier } from './access-token-verifier.ts'
import { type CacheLimits, createBoundedCache, createSingleFlight } from './cached-lookup.ts'
import type { DenialReason } from './denial-reason.ts'
import type { WaitUntil } from './key-set.ts'

/** Authenticates token text: from the cache where that can answer, else by verifying it. */
export interface Authenticator {
  /** What is known without waiting; `undefined` where something is to be verified or fetched first. */
  peek(text: string): VerifiedToken | DenialReason | undefined
  /** Rejects where the keys are unreachable: that is no verdict on the token. */
  authenticate(text: string, waitUntil: WaitUntil): Promise<VerifiedToken | DenialReason>
}

/** What the cache and the length limit are made of. */
export interface AuthenticatorOptions {
  readonly verify: AccessTokenVerifier
  readonly limits: CacheLimits
  /** In characters; a longer token is not even looked at. */
  readonly maxTokenLength: number
  readonly now: () => number
}

const TAIL = 43
const ENTRY_BYTES = 1024

/**
 * Puts a cache in front of the verifier. It remembers verified tokens only, never failures and never what they were
 * allowed to do; time and key are judged again at every hit.
 */
export function createAuthenticator({
  verify,
  limits,
  maxTokenLength,
  now,
}: AuthenticatorOptions): Authenticator {
  // Keyed by the end of the signature, so that V8 need not hash the whole text; the text itself is compared on every hit.
  const cache = createBoundedCache<VerifiedToken>(limits)
  const once = createSingleFlight<VerifiedToken | DenialReason>()
  const find = (text: string): VerifiedToken | undefined => {
    const found = cache.get(text.slice(-TAIL))
    return found?.accessToken.token === text ? found : undefined
  }
  const verifyAndKeep = async (text: string, waitUntil: WaitUntil): Promise<VerifiedToken | DenialReason> => {
    const result = await verify(text, waitUntil)
    if (typeof result !== 'string') cache.set(text.slice(-TAIL), result, ENTRY_BYTES + 3 * text.length)
    return result
  }
  return Object.freeze({
    peek: (text: string) => {
      if (text.length > maxTokenLength) return 'token_too_long'
      const token = find(text)
      if (token === undefined) return undefined
      const fault = judgeTime(token, now())
      return fault ?? (token.profile.keys.peek()?.has(token.key) ? token : undefined)
    },
    authenticate: async (text: string, waitUntil: WaitUntil) => {
      const token = find(text)
      if (token !== undefined) {
        const ring = await token.profile.keys.current(waitUntil)
        if (ring.has(token.key)) return judgeTime(token, now()) ?? token
        cache.delete(text.slice(-TAIL))
      }
      return await once(text, async () => await verifyAndKeep(text, waitUntil))
    },
  })
}

/** Written so that a clock that is not a number denies. */
function judgeTime(token: VerifiedToken, now: number): DenialReason | undefined {
  if (now >= token.notBefore) return now < token.notAfter ? undefined : 'token_expired'
  return 'token_not_yet_valid'
}
