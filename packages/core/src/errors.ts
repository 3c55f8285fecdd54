/** The stable codes of every error class that core throws; made for `switch (error.code)`. */
export type ScopegateErrorCode = 'ERR_CONFIGURATION' | 'ERR_KEY_SET_UNAVAILABLE'

/**
 * An option is wrong, unknown or without effect. Thrown at set-up, and by `ready()` for what only the network can tell
 * (an issuer URL that the issuer itself spells differently). Never thrown for a request.
 */
export class ConfigurationError extends Error {
  override readonly name: 'ConfigurationError' = 'ConfigurationError'
  readonly code: 'ERR_CONFIGURATION' = 'ERR_CONFIGURATION'
  /** The offending option, as a path: `routes[2].scopes`. */
  readonly key: string

  constructor(key: string, problem: string, options?: ErrorOptions) {
    super(key === '' ? problem : `${key}: ${problem}`, options)
    this.key = key
  }
}

/**
 * A key set could not be had: unreachable, too slow, too large or not a JWK Set. It says nothing about any token, so the
 * answer to a request is 503 and never 401.
 */
export class KeySetUnavailableError extends Error {
  override readonly name: 'KeySetUnavailableError' = 'KeySetUnavailableError'
  readonly code: 'ERR_KEY_SET_UNAVAILABLE' = 'ERR_KEY_SET_UNAVAILABLE'
}
