/** What a request to the token endpoint is made of. */
export interface TokenRequestShape {
  /**
   * How the client's id and secret go into an `Authorization: Basic` header: `form` encodes each first, as OAuth says
   * (RFC 6749 section 2.3.1); `raw` does not (RFC 7617), and then an id cannot hold a colon. Default: no such header.
   */
  readonly basic?: 'form' | 'raw'
  /** How the body is written. */
  readonly body: 'form' | 'json'
  /** The body fields' names. What has no name here is not sent in the body. */
  readonly fields: {
    readonly clientId?: string
    readonly clientSecret?: string
    readonly scope?: string
    /** `audience` for most issuers that have one, `resource` for RFC 8707. */
    readonly audience?: string
    readonly refreshToken?: string
  }
  /** Body fields that are always the same, such as `grant_type`. Default: none. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Where the request goes, relative to the token endpoint. Default: the token endpoint. */
  readonly url?: string
}

/** The names of the reply's fields. One of `expiresIn` and `expiresAt` must be named and sent. */
export interface TokenReplyShape {
  readonly token: string
  /** The field with the lifetime in seconds, a number or digits. Preferred: no clock is involved. */
  readonly expiresIn?: string
  /** The field with the instant of expiry, an ISO 8601 or HTTP date. */
  readonly expiresAt?: string
  /** Default: refresh tokens are ignored. */
  readonly refreshToken?: string
}

/** How one token endpoint speaks, as data. */
export interface TokenEndpointDialect {
  readonly request: TokenRequestShape
  readonly reply: TokenReplyShape
  /** How a refresh token is used up. Default: a new token comes from the credentials each time. */
  readonly refresh?: TokenRequestShape
}

const parameters = { grant_type: 'client_credentials' }
const target = { scope: 'scope', audience: 'audience' }
const reply = { token: 'access_token', expiresIn: 'expires_in' }

/**
 * Standard OAuth: credentials in the Basic header, form body, `{ access_token, expires_in }`.
 * @see RFC 6749 sections 2.3.1 and 4.4
 */
export const clientSecretBasic: TokenEndpointDialect = {
  request: { basic: 'form', body: 'form', fields: target, parameters },
  reply,
}

/**
 * Standard OAuth with the credentials in the form body, for endpoints that take no Basic header.
 * @see RFC 6749 section 2.3.1
 */
export const clientSecretPost: TokenEndpointDialect = {
  request: {
    body: 'form',
    fields: { ...target, clientId: 'client_id', clientSecret: 'client_secret' },
    parameters,
  },
  reply,
}

/** The fields of {@link clientSecretPost} as a JSON object. */
export const clientSecretJson: TokenEndpointDialect = {
  request: { ...clientSecretPost.request, body: 'json' },
  reply,
}

/** Unencoded Basic credentials and an empty JSON body; `{ token, expiresOn }` with an ISO instant. Has no scope. */
export const rawBasic: TokenEndpointDialect = {
  request: { basic: 'raw', body: 'json', fields: {} },
  reply: { token: 'token', expiresAt: 'expiresOn' },
}
