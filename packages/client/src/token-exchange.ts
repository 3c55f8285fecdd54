import { TokenError } from './errors.ts'
import { isRecent } from './recent.ts'
import { requestToken } from './token-endpoint.ts'
import type { TokenManagerSettings, TokenTarget } from './token-manager-options.ts'
import type { Grant } from './token-reply.ts'

/** A grant and the client it was made to: a refresh token must not outlive a change of client. */
export interface OwnedGrant extends Grant {
  readonly clientId: string
}

/** The longest `Retry-After` that a caller is kept waiting for, in seconds. */
export const LONGEST_WAIT = 30

/** Gets a token in at most `attempts` attempts, by the refresh token of `last` first, where it has one. */
export type TokenExchange = (
  target: TokenTarget,
  attempts: number,
  last: OwnedGrant | undefined,
) => Promise<OwnedGrant>

/** Creates the exchange of one manager. A `Retry-After` that one call did not wait out holds for the next. */
export function createTokenExchange(settings: TokenManagerSettings): TokenExchange {
  const { now } = settings
  let pause: { readonly since: number; readonly length: number; readonly error: TokenError } | undefined

  return async function exchange(target, attempts, last) {
    if (pause && isRecent(pause.since, pause.length, now())) {
      const rest = pause.since + pause.length - now()
      if (attempts < 2 || rest > LONGEST_WAIT * 1000) throw pause.error
      await settings.wait(rest)
    }
    try {
      return await tryUntil(settings, target, attempts, last)
    } catch (error) {
      const seconds = error instanceof TokenError && error.retryAfter
      if (seconds) pause = { since: now(), length: seconds * 1000, error }
      throw error
    }
  }
}

async function tryUntil(
  settings: TokenManagerSettings,
  target: TokenTarget,
  attempts: number,
  last: OwnedGrant | undefined,
): Promise<OwnedGrant> {
  let refresh = last
  let refused: { readonly credentials: string; readonly error: TokenError } | undefined
  for (let left = attempts; ; ) {
    const credentials = await bounded(settings, settings.credentials)
    const asText = JSON.stringify(credentials)
    if (refused?.credentials === asText) throw refused.error
    const { clientId } = credentials
    const refreshToken = refresh?.clientId === clientId ? refresh.refreshToken : undefined
    // Used once, whatever comes of it: an issuer that rotates takes a second use for theft (RFC 9700 section 4.14).
    refresh = undefined
    try {
      const values = { ...target, ...credentials, refreshToken }
      return { ...(await bounded(settings, (signal) => requestToken(settings, values, signal))), clientId }
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      const unavailable = error.code === 'ERR_TOKEN_UNAVAILABLE'
      if (refreshToken && !unavailable) continue
      if (--left < 1) throw error
      if (unavailable) await backOff(settings, error, attempts - left)
      else refused = { credentials: asText, error }
    }
  }
}

/** The settings' time limit, also for work that ignores its signal. */
async function bounded<T>(
  { timeout }: TokenManagerSettings,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(timeout * 1000)
  const late = new Promise<never>((_, reject) => {
    signal.onabort = () => reject(new TokenError('ERR_TOKEN_UNAVAILABLE', `no answer within ${timeout} s`))
  })
  return await Promise.race([work(signal), late])
}

/** Waits as long as the endpoint asks for, and at least about 0.5 s, 1 s, 2 s, ...; less by chance, so that clients spread. */
async function backOff({ wait }: TokenManagerSettings, error: TokenError, failures: number): Promise<void> {
  const seconds = Math.max(error.retryAfter ?? 0, 2 ** failures * (0.125 + Math.random() / 8))
  if (seconds > LONGEST_WAIT) throw error
  await wait(seconds * 1000)
}
