import { createSingleFlight } from '#single-flight'
import {
  credentialOf,
  isRefusal,
  isVerified,
  type Refusal,
  refuse,
  refuseInOutage,
  type VerifiedToken,
} from './access-token.ts'
import type { AccessTokenVerifier } from './access-token-verifier.ts'
import { type CacheLimits, createBoundedCache } from './bounded-cache.ts'
import type { Credential, Recall } from './credential.ts'
import type { WaitUntil } from './key-set.ts'
import { peekState, resolveState } from './token-state.ts'
import { createTokenTable } from './token-table.ts'

/** Step 5, authenticate: from the cache where that can answer, else by verifying. */
export interface Authenticator {
  /** The token that was verified when it came in a header of this value. Whether it still holds is not said. */
  readonly recall: Recall
  /** What is known without waiting; `undefined` where something is to be verified or fetched first. Starts no work. */
  peek(presented: VerifiedToken | Credential): VerifiedToken | Refusal | undefined
  /** What {@link Authenticator.peek} would say, once all that takes has been done. Anything unforeseen rejects. */
  authenticate(presented: VerifiedToken | Credential, waitUntil: WaitUntil): Promise<VerifiedToken | Refusal>
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
  const table = createTokenTable()
  const cache = createBoundedCache<string, VerifiedToken>(limits, table.remove)
  const flights = createSingleFlight<string, VerifiedToken | Refusal>()

  const keep = <Result extends VerifiedToken | Refusal | undefined>(result: Result): Result => {
    if (result === undefined || isRefusal(result)) return result
    if (cache.set(result.accessToken.token, result)) table.add(result)
    return result
  }
  const inTime = (token: VerifiedToken): VerifiedToken | Refusal => {
    const seconds = now() / 1000
    // Written so that a clock that is not a number denies.
    if (seconds >= token.notBefore && seconds < token.notAfter) return token
    return refuse(seconds >= token.notAfter ? 'token_expired' : 'token_not_yet_valid', token.profile)
  }

  /** What can be said of a token without its key. */
  const look = (presented: VerifiedToken | Credential): VerifiedToken | Refusal | undefined => {
    if (!isVerified(presented))
      return presented.text.length > maxTokenLength ? refuse('token_too_long') : undefined
    if (!presented.used) presented.used = true
    return inTime(presented)
  }

  const verify = async (credential: Credential, waitUntil: WaitUntil): Promise<VerifiedToken | Refusal> => {
    const claimed = verifier.read(credential)
    if (isRefusal(claimed)) return claimed
    return (
      keep(verifier.verifyAtOnce(claimed)) ??
      (await flights.run(`${credential.header} ${credential.text}`, async () =>
        keep(await verifier.verify(claimed, waitUntil)),
      ))
    )
  }

  return {
    recall: table.find,
    peek: (presented: VerifiedToken | Credential) => {
      const token = look(presented)
      if (token === undefined || isRefusal(token)) return token
      return token.profile.keys.peek(token.key) ? peekState(token) : undefined
    },
    authenticate: async (presented: VerifiedToken | Credential, waitUntil: WaitUntil) => {
      const known = look(presented)
      // What is known of a token is of no use while its origin is to be asked about.
      if (known && isRefusal(known)) return known
      const credential = isVerified(presented) ? credentialOf(presented) : presented
      try {
        const result =
          known && (await known.profile.keys.trusts(known.key, waitUntil))
            ? known
            : await verify(credential, waitUntil)
        const token = isRefusal(result) ? result : await resolveState(result)
        // Judged last: it may have expired while something was waited for.
        return isRefusal(token) ? token : inTime(token)
      } catch (error) {
        return refuseInOutage(error, known?.profile)
      }
    },
  }
}
