import { abortable } from './abortable.ts'
import type { TokenTarget } from './dialect.ts'
import { TokenError } from './errors.ts'
import { LONGEST_WAIT } from './longest-wait.ts'
import { isRecent } from './recent.ts'
import { requestToken } from './token-endpoint.ts'
import type { TokenManagerSettings } from './token-manager-options.ts'
import type { Grant } from './token-reply.ts'

/** A grant and the client it was made to: a refresh token must not outlive a change of client. */
export interface OwnedGrant extends Grant {
  readonly clientId: string
}

/** Gets a token in at most `attempts` attempts, by the refresh token of `last` first, where it has one. */
export type TokenExchange = (attempts: number, last: OwnedGrant | undefined) => Promise<OwnedGrant>

/**
 * Creates what makes the exchange of each target. A `Retry-After` holds for all of them, and for these credentials: it may be
 * their failures that it answers. A refusal holds for its target and credentials, one second: callers come again at their own
 * rate, and an issuer may lock a client out for that.
 */
export function createTokenExchange(settings: TokenManagerSettings): (target: TokenTarget) => TokenExchange {
  const { now, wait, timeout } = settings
  // Nothing is paused before these have values.
  let paused: string
  let pausedAt: number
  let pause: number
  let pausedBy: TokenError

  /** The time limit, also for work that ignores its signal. */
  const bounded = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const signal = AbortSignal.timeout(timeout * 1000)
    const late = (): TokenError => new TokenError('ERR_TOKEN_UNAVAILABLE', `no answer in ${timeout} s`)
    return abortable(work(signal), signal, late)
  }

  return (target) => {
    // Nothing is refused before these have.
    let refused: string
    let refusedAt: number
    let refusal: TokenError

    return async function exchange(attempts, last) {
      if (
        isRecent(pausedAt, pause, now()) &&
        paused === JSON.stringify(await bounded(settings.credentials))
      ) {
        const rest = pausedAt + pause - now()
        if (attempts < 2 || rest > LONGEST_WAIT) throw pausedBy
        await wait(rest)
      }
      if (!isRecent(refusedAt, 1000, now())) refused = ''
      for (let failures = 0; ; ) {
        const credentials = await bounded(settings.credentials)
        const asText = JSON.stringify(credentials)
        if (asText === refused) throw refusal
        const refreshToken = last?.clientId === credentials.clientId && last.refreshToken
        // Used once, whatever comes of it: an issuer that rotates takes a second use for theft (RFC 9700 section 4.14).
        if (last) last.refreshToken = undefined
        try {
          const values = { ...target, ...credentials, refreshToken }
          const grant = await bounded((signal) => requestToken(settings, values, signal))
          return { ...grant, clientId: credentials.clientId }
        } catch (error) {
          if (!(error instanceof TokenError)) throw error
          const { code, retryAfter = 0 } = error
          if (code !== 'ERR_TOKEN_UNAVAILABLE') {
            if (refreshToken) continue
            refused = asText
            refusedAt = now()
            refusal = error
          }
          if (retryAfter) {
            pausedAt = now()
            pause = retryAfter * 1000
            pausedBy = error
            paused = asText
          }
          if (++failures >= attempts) throw error
          if (asText === refused) continue
          const delay = Math.max(retryAfter * 1000, 2 ** failures * (1 + Math.random()) * 125)
          if (delay > LONGEST_WAIT) throw error
          await wait(delay)
        }
      }
    }
  }
}
