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
export type TokenExchange = (
  target: TokenTarget,
  attempts: number,
  last: OwnedGrant | undefined,
) => Promise<OwnedGrant>

/** Creates the exchange of one manager. A `Retry-After` that one call did not wait out holds for the next. */
export function createTokenExchange(settings: TokenManagerSettings): TokenExchange {
  const { now, wait, timeout } = settings
  let pausedAt = 0
  let pausedBy: TokenError | undefined

  /** The time limit, also for work that ignores its signal. */
  const bounded = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const signal = AbortSignal.timeout(timeout * 1000)
    const late = (): TokenError => new TokenError('ERR_TOKEN_UNAVAILABLE', `no answer within ${timeout} s`)
    return abortable(work(signal), signal, late)
  }

  const tryUntil: TokenExchange = async (target, attempts, last) => {
    let refused: string | undefined
    let reason: unknown
    for (let failures = 0; ; ) {
      const credentials = await bounded(settings.credentials)
      const asText = JSON.stringify(credentials)
      if (asText === refused) throw reason
      const { clientId } = credentials
      const refreshToken = last?.clientId === clientId && last.refreshToken
      // Used once, whatever comes of it: an issuer that rotates takes a second use for theft (RFC 9700 section 4.14).
      if (last) last.refreshToken = undefined
      try {
        const values = { ...target, ...credentials, refreshToken }
        return { ...(await bounded((signal) => requestToken(settings, values, signal))), clientId }
      } catch (error) {
        if (!(error instanceof TokenError)) throw error
        const unavailable = error.code === 'ERR_TOKEN_UNAVAILABLE'
        if (refreshToken && !unavailable) continue
        if (++failures >= attempts) throw error
        reason = error
        if (!unavailable) {
          refused = asText
          continue
        }
        const seconds = Math.max(error.retryAfter ?? 0, 2 ** failures * (0.125 + Math.random() / 8))
        if (seconds > LONGEST_WAIT) throw error
        await wait(seconds * 1000)
      }
    }
  }

  return async function exchange(target, attempts, last) {
    const pause = (pausedBy?.retryAfter ?? 0) * 1000
    if (isRecent(pausedAt, pause, now())) {
      const rest = pausedAt + pause - now()
      if (attempts < 2 || rest > LONGEST_WAIT * 1000) throw pausedBy
      await wait(rest)
    }
    try {
      return await tryUntil(target, attempts, last)
    } catch (error) {
      if (error instanceof TokenError && error.retryAfter) {
        pausedAt = now()
        pausedBy = error
      }
      throw error
    }
  }
}
