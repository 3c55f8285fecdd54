/** A client's id and secret (RFC 6749 section 2.3.1). */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** What tells one token from another: each pair of these has its own. */
export interface TokenTarget {
  readonly scope?: string | undefined
  readonly audience?: string | undefined
}

/** What a request to a token endpoint can say. */
export interface TokenRequestValues extends ClientCredentials, TokenTarget {
  /** As the reply had it; set for `refresh` alone. */
  readonly refreshToken?: unknown
}

/** A token in the words of RFC 6749 section 5.1. The manager checks each of them, so a dialect need not. */
export interface StandardReply {
  readonly access_token?: unknown
  /** Default `Bearer`; no other type is taken. */
  readonly token_type?: unknown
  /** Seconds, a number or digits. */
  readonly expires_in?: unknown
  /** Of use only to a dialect with `refresh`. */
  readonly refresh_token?: unknown
}

/** What is known of the time of a reply, in milliseconds since 1970. */
export interface ReplyTime {
  /** By the clock of the endpoint, from its `Date` header; NaN where it is not readable. */
  readonly date: number
  /** When the request was sent, by the local clock, which may be wrong. */
  readonly sentAt: number
}

/**
 * How one token endpoint speaks: a translation from and to RFC 6749. `@scopegate/client/dialects` has ready-made ones, and
 * makes one from a description.
 */
export interface TokenEndpointDialect {
  /** Headers and body of the request that exchanges credentials for a token. It is sent by POST. */
  readonly request: (values: TokenRequestValues) => RequestInit
  /** Throws for credentials, or for a scope or audience, that no request can be made of. Default: there are none. */
  readonly check?: (values: Partial<TokenRequestValues>) => void
  /** The reply, parsed from JSON, in standard words. Default: it comes in them. */
  readonly reply?: (fields: Readonly<Record<string, unknown>>, time: ReplyTime) => StandardReply
  /** What the endpoint calls a field of the reply, for error texts. Default: as the standard does. */
  readonly names?: Readonly<Record<string, string>>
  /** The request that uses up a refresh token. Default: a new token comes from the credentials each time. */
  readonly refresh?: (values: TokenRequestValues) => RequestInit
  /** Where `refresh` goes, relative to the token endpoint. Default: there. */
  readonly refreshUrl?: string
}
