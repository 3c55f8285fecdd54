import { clientSecretBasic } from './client-secret-basic.ts'
import type { ClientCredentials, TokenEndpointDialect, TokenTarget } from './dialect.ts'
import { ConfigurationError } from './errors.ts'
import { checkRange, withDefaults } from './option-checks.ts'
import { secureUrl } from './secure-url.ts'
import { sleep } from './sleep.ts'

/** What a token manager is made of. */
export interface TokenManagerOptions {
  /** Where tokens come from. https unless on loopback. Redirects are not followed: the secret would follow them. */
  readonly tokenEndpoint: string
  /**
   * The credentials, or a function that gives the present ones: it is called before each attempt, so a rotated secret is
   * picked up, also by an exchange that the old one was refused for. What it throws reaches the caller.
   */
  readonly credentials: ClientCredentials | (() => ClientCredentials | Promise<ClientCredentials>)
  /** How the endpoint speaks. Default standard OAuth, `clientSecretBasic`. */
  readonly dialect?: TokenEndpointDialect
  /** Space-separated scopes to ask for where a call names none. Default: none, and the issuer decides. */
  readonly scope?: string
  /** The audience to ask for where a call names none. Default: none, and the issuer decides. */
  readonly audience?: string
  /**
   * The last share of a token's lifetime, from 0 to 0.9, in which a new one is fetched in the background while the old one
   * still serves. Default 0.2: a token of an hour is renewed by the first call after 48 minutes.
   */
  readonly refreshAhead?: number
  /** Seconds for one attempt, body and `credentials()` included. Default 10. */
  readonly timeout?: number
  /**
   * How often the endpoint is tried for a waiting caller while it cannot be reached or answers 408, 429 or 5xx. Default 3.
   * `Retry-After` is honoured, by later calls too; where it leaves more than 30 seconds to wait, a call fails at once.
   */
  readonly attempts?: number
  /** Lets secrets travel over plain http, for a network that is trusted. Default false. */
  readonly allowHttp?: boolean
  /**
   * Keeps a background refresh alive, for platforms that end pending work with the request (`waitUntil` of
   * `cloudflare:workers`). Default: nothing is needed.
   */
  readonly waitUntil?: (refresh: Promise<unknown>) => void
  /** The clock, in milliseconds. Only differences count, so it may be wrong. Default `Date.now`. */
  readonly now?: () => number
  /** What the endpoint is asked with: give one that knows your proxy. Default the platform's `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** Waits between attempts, in milliseconds. Default `setTimeout`: no other timer exists, and none without a caller. */
  readonly wait?: (milliseconds: number) => Promise<unknown>
}

/** {@link TokenManagerOptions}, checked, copied and with nothing left open. */
export interface TokenManagerSettings extends Required<Omit<TokenManagerOptions, keyof Open>>, Open {
  readonly refreshEndpoint: string
}

interface Open extends TokenTarget {
  readonly credentials: () => Promise<ClientCredentials>
  readonly waitUntil: TokenManagerOptions['waitUntil'] | undefined
}

const DEFAULTS = {
  tokenEndpoint: '',
  credentials: {},
  dialect: clientSecretBasic,
  scope: undefined,
  audience: undefined,
  refreshAhead: 0.2,
  timeout: 10,
  attempts: 3,
  allowHttp: false,
  waitUntil: undefined,
  now: () => Date.now(),
  fetch: (url: string, init: RequestInit): Promise<Response> => fetch(url, init),
  wait: sleep,
}

/** @throws ConfigurationError naming the option that is wrong or unknown */
export function readOptions(options: TokenManagerOptions): TokenManagerSettings {
  const settings = withDefaults(options, DEFAULTS)
  checkRange(settings, 'refreshAhead', 0, 0.9)
  checkRange(settings, 'timeout', 0.01, 600)
  checkRange(settings, 'attempts', 1, 10)
  const { dialect, allowHttp, tokenEndpoint } = settings
  if (typeof dialect.request !== 'function') throw new ConfigurationError('dialect', 'has no request')
  return {
    ...settings,
    tokenEndpoint: secureUrl('tokenEndpoint', tokenEndpoint, allowHttp),
    refreshEndpoint: secureUrl('dialect', dialect.refreshUrl ?? '', allowHttp, tokenEndpoint),
    credentials: credentialsReader(settings.credentials, dialect),
  }
}

function credentialsReader(
  credentials: TokenManagerOptions['credentials'],
  { check }: TokenEndpointDialect,
): () => Promise<ClientCredentials> {
  const copy = ({ clientId, clientSecret }: ClientCredentials): ClientCredentials => {
    if (![clientId, clientSecret].every((text) => text && typeof text === 'string'))
      throw new ConfigurationError('credentials', 'needs clientId and clientSecret')
    const copied = { clientId, clientSecret }
    check?.(copied)
    return copied
  }
  if (typeof credentials === 'function') return async () => copy(await credentials())
  const fixed = copy(credentials)
  return async () => fixed
}
