/** What went wrong between this client and the token endpoint. */
export type TokenErrorCode =
  /** The endpoint said no: trying again changes nothing. */
  | 'ERR_TOKEN_REFUSED'
  /** No network, too slow, 408, 429 or 5xx, on the last attempt too: trying again later may help. */
  | 'ERR_TOKEN_UNAVAILABLE'
  /** The endpoint said yes, but not as the dialect describes it: no token, no expiry, no JSON, too large. */
  | 'ERR_TOKEN_REPLY'

/** The stable codes of both error classes; made for `switch (error.code)`. */
export type ClientErrorCode = 'ERR_CONFIGURATION' | TokenErrorCode

/** An option or argument is wrong, unknown or without effect. The text never holds the offending value. */
export class ConfigurationError extends Error {
  override readonly name: 'ConfigurationError' = 'ConfigurationError'
  readonly code: 'ERR_CONFIGURATION' = 'ERR_CONFIGURATION'
  /** The offending option, as a path: `claims.room_id`. */
  declare readonly key: string

  constructor(key: string, problem: string) {
    super(`${key}: ${problem}`)
    this.key = key
  }
}

type TokenAnswer = Pick<TokenError, 'status' | 'error' | 'retryAfter'>

/**
 * A token could not be had. Nothing but codes is kept of what the endpoint or the HTTP stack said, and there is no
 * `cause`: both may repeat the secret that was sent.
 */
export class TokenError extends Error {
  override readonly name: 'TokenError' = 'TokenError'
  declare readonly code: TokenErrorCode
  /** The status of the last answer, where there was one. */
  declare readonly status: number | undefined
  /** The endpoint's own code, `invalid_client` for instance (RFC 6749 section 5.2), where it sent one. */
  declare readonly error: string | undefined
  /** The seconds the endpoint asks to be left alone, where it said so. */
  declare readonly retryAfter: number | undefined

  constructor(code: TokenErrorCode, problem: string, answer?: TokenAnswer) {
    super(problem)
    this.code = code
    Object.assign(this, answer)
  }
}
