import { abortable } from './abortable.ts'
import type { TokenTarget } from './dialect.ts'
import { createTokenExchange } from './token-exchange.ts'
import { readOptions, type TokenManagerOptions } from './token-manager-options.ts'
import { createTokenSlot, type TokenSlot } from './token-slot.ts'

/** Which token is wanted, and how long to wait for it. */
export interface TokenRequest {
  /** Space-separated, in any order; `''` asks for none. Default: the manager's. */
  readonly scope?: string | undefined
  /** Default: the manager's. */
  readonly audience?: string | undefined
  /** Ends this caller's wait. An exchange that others wait for goes on. */
  readonly signal?: AbortSignal | null | undefined
}

/** Where `createFetch` gets tokens from: a {@link TokenManager}, or anything that mints them. */
export interface TokenSource {
  /** An access token that is good at this moment, as far as can be known here. */
  token(request?: TokenRequest): Promise<string>
  /** Tells that the API refused this token as invalid; a token that has been replaced already is not affected. */
  invalidate(token: string): void
}

/** Holds access tokens and renews them. Nothing of it can be printed or serialised: it has methods only. */
export interface TokenManager extends TokenSource {
  /**
   * The token in hand, at once; near its end, a new one is fetched behind it. Without a usable one, waits for the one
   * exchange that all callers of the same (audience, scope) share.
   *
   * @throws TokenError where no token could be had
   * @throws ConfigurationError where the dialect cannot ask for what the request names
   */
  token(request?: TokenRequest): Promise<string>
  /**
   * Drops the token if it is the one in hand, unless one was dropped just before (a tenth of its lifetime ago, 30 s at
   * most): where the new token is refused as well, another would be too. Fetches nothing.
   */
  invalidate(token: string): void
}

/**
 * Creates a token manager: client credentials in, access tokens out, one exchange at a time. It starts no timer and
 * fetches nothing until asked. Tokens stay in memory; it shares none with other processes.
 *
 * @throws ConfigurationError naming the option that is wrong or unknown
 * @example
 * const tokens = createTokenManager({
 *   tokenEndpoint: 'https://issuer.example/oauth/token',
 *   credentials: { clientId: 'reader', clientSecret: secretFromYourVault },
 *   scope: 'query',
 * })
 * const token = await tokens.token()
 * @see RFC 6749 section 4.4
 */
export function createTokenManager(options: TokenManagerOptions): TokenManager {
  const settings = readOptions(options)
  const exchangeFor = createTokenExchange(settings)
  const slots = new Map<string, TokenSlot>()

  const slotFor = ({ scope = settings.scope, audience = settings.audience }: TokenTarget): TokenSlot => {
    const key = JSON.stringify([audience, scope?.split(' ').sort()])
    const known = slots.get(key)
    if (known) return known
    const target = { scope, audience }
    settings.dialect.check?.(target)
    // Scopes may come from outside; the oldest of a hundred makes room.
    for (const oldest of slots.keys()) if (slots.size > 99) slots.delete(oldest)
    const slot = createTokenSlot(settings, exchangeFor(target))
    slots.set(key, slot)
    return slot
  }

  slotFor({})
  return Object.freeze({
    async token(request: TokenRequest = {}) {
      const { signal } = request
      signal?.throwIfAborted()
      const token = slotFor(request).token()
      return await (signal ? abortable(token, signal) : token)
    },
    invalidate(token: string) {
      for (const slot of slots.values()) slot.invalidate(token)
    },
  })
}
