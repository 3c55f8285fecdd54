import { base64 } from './base64.ts'
import type { ReplyTime, StandardReply, TokenEndpointDialect, TokenRequestValues } from './dialect.ts'
import { ConfigurationError } from './errors.ts'
import { formPair } from './form-pair.ts'
import { isSeconds } from './is-seconds.ts'
import { readDescription } from './read-description.ts'

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
}

/** A {@link TokenRequestShape} for refresh tokens. */
export interface RefreshRequestShape extends TokenRequestShape {
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
export interface DialectDescription {
  readonly request: TokenRequestShape
  readonly reply: TokenReplyShape
  /** How a refresh token is used up. Default: a new token comes from the credentials each time. */
  readonly refresh?: RefreshRequestShape
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Makes a dialect from a description.
 *
 * @throws ConfigurationError naming what is wrong, missing or unknown in it
 * @example
 * const dialect = createDialect({
 *   request: { body: 'json', fields: { clientId: 'clientId', clientSecret: 'secret' } },
 *   reply: { token: 'access_token', expiresIn: 'expires_in' },
 * })
 */
export function createDialect(description: DialectDescription): TokenEndpointDialect {
  const { request, reply, refresh } = readDescription(description)
  return {
    request: (values) => toInit(request, values),
    check: (values) => check(request, values),
    reply: (fields, time) => toStandardReply(reply, fields, time),
    names: { access_token: reply.token, expires_in: reply.expiresIn ?? reply.expiresAt ?? '' },
    ...(refresh && { refresh: (values) => toInit(refresh, values), refreshUrl: refresh.url ?? '' }),
  }
}

/** @throws ConfigurationError for what would be left out of the request, or be read there as something else */
function check({ basic, fields }: TokenRequestShape, values: Partial<TokenRequestValues>): void {
  for (const key of ['scope', 'audience'] as const)
    if (values[key] && !fields[key]) throw new ConfigurationError(key, 'the dialect has no field for it')
  if (basic === 'raw' && values.clientId?.includes(':'))
    throw new ConfigurationError('credentials', 'an id cannot hold a colon in raw Basic')
}

function toInit(shape: TokenRequestShape, values: TokenRequestValues): RequestInit {
  const fields: Record<string, string> = { ...shape.parameters }
  for (const [key, name] of Object.entries(shape.fields)) {
    const value = values[key as keyof TokenRequestValues]
    if (value) fields[name] = `${value}`
  }
  const json = shape.body === 'json'
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': `application/${json ? 'json' : 'x-www-form-urlencoded'}`,
  }
  if (shape.basic) headers.authorization = basic(values, shape.basic === 'form')
  return { headers, body: json ? JSON.stringify(fields) : `${new URLSearchParams(fields)}` }
}

function basic({ clientId, clientSecret }: TokenRequestValues, formEncoded: boolean): string {
  const pair = formEncoded ? formPair(clientId, clientSecret) : `${clientId}:${clientSecret}`
  // `btoa` alone throws beyond Latin-1.
  return `Basic ${base64(new TextEncoder().encode(pair))}`
}

function toStandardReply(shape: TokenReplyShape, fields: Fields, time: ReplyTime): StandardReply {
  const { expiresIn = '', expiresAt = '' } = shape
  const token = fields[shape.token]
  const seconds = fields[expiresIn]
  const refreshToken = fields[shape.refreshToken ?? '']
  return {
    access_token: token,
    token_type: fields.token_type,
    expires_in: isSeconds(seconds) ? seconds : lifetimeUntil(fields[expiresAt], token, time),
    refresh_token: typeof refreshToken === 'string' ? refreshToken : undefined,
  }
}

/**
 * In seconds, if any. The first clock by which the token is not expired already decides: the server's, or the token's own
 * `iat` where a page may not read the `Date` header, and only then the local one, which may be wrong by hours.
 */
function lifetimeUntil(expiresAt: unknown, token: unknown, { date, sentAt }: ReplyTime): number | undefined {
  const instant = Date.parse(`${expiresAt}`)
  return [date, issuedAt(`${token}`), sentAt].map((clock) => (instant - clock) / 1000).find((s) => s > 0)
}

/** The `iat` claim of a JWT, in milliseconds; NaN for any other token. */
function issuedAt(token: string): number {
  try {
    const payload = `${token.split('.')[1]}`.replaceAll('-', '+').replaceAll('_', '/')
    return JSON.parse(atob(payload)).iat * 1000
  } catch {
    return Number.NaN
  }
}
