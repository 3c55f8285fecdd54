import { toSeconds } from './access-token-claims.ts'
import type {
  ErrorAnswer,
  ErrorField,
  ReplyField,
  TokenDialect,
  TokenErrorReason,
} from './dialect-options.ts'
import type { IssuedToken } from './issuance.ts'
import type { TokenRequestError } from './token-request-error.ts'

/** An answer before CORS headers are put to it. */
export interface TokenReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
})

/**
 * Every way to be refused: status, code of RFC 6749 section 5.2 (or its kin) and text. The texts are fixed; nothing of the
 * request is ever repeated.
 */
const ANSWERS: Readonly<Record<TokenErrorReason, Required<ErrorAnswer>>> = Object.freeze({
  method_not_allowed: answer(405, 'invalid_request', 'Only POST is allowed'),
  malformed_request: answer(400, 'invalid_request', 'The request cannot be read'),
  unsupported_content_type: answer(400, 'invalid_request', 'The content type is not supported'),
  query_not_accepted: answer(400, 'invalid_request', 'Parameters in the URL are not accepted'),
  repeated_parameter: answer(400, 'invalid_request', 'A parameter is given more than once'),
  missing_parameter: answer(400, 'invalid_request', 'A required parameter is missing'),
  several_credentials: answer(400, 'invalid_request', 'Client credentials are given more than once'),
  body_too_large: answer(413, 'invalid_request', 'The request is too large'),
  unsupported_grant_type: answer(400, 'unsupported_grant_type', 'The grant type is not supported'),
  exchange_disabled: answer(400, 'unauthorized_client', 'Token exchange is disabled'),
  invalid_client: answer(401, 'invalid_client', 'Invalid client credentials'),
  too_many_attempts: answer(429, 'invalid_client', 'Too many failed attempts'),
  account_inactive: answer(400, 'unauthorized_client', 'The account is not verified or not active'),
  origin_not_allowed: answer(403, 'access_denied', 'The origin is not allowed'),
  invalid_scope: answer(400, 'invalid_scope', 'The scope is unknown or exceeds what may be granted'),
  invalid_audience: answer(400, 'invalid_target', 'The audience is unknown'),
  invalid_grant: answer(400, 'invalid_grant', 'The refresh token is invalid, expired or already used'),
  temporarily_unavailable: answer(503, 'temporarily_unavailable', 'Try again later'),
  server_error: answer(500, 'server_error', 'Internal error'),
})

function answer(status: number, code: string, description: string): Required<ErrorAnswer> {
  return Object.freeze({ status, code, description })
}

/** The dialect's answer with a token. */
export function tokenReply({ reply }: TokenDialect, token: IssuedToken): TokenReply {
  const values = replyValues(token)
  const members = Object.entries(reply).map(([name, field]) => [name, values[field]])
  return { status: 200, headers: HEADERS, body: JSON.stringify(Object.fromEntries(members)) }
}

function replyValues(token: IssuedToken): Readonly<Record<ReplyField, string | number | undefined>> {
  const expiry = new Date(token.expiresAt)
  return {
    accessToken: token.accessToken,
    tokenType: 'Bearer',
    expiresIn: toSeconds(token.expiresAt - token.issuedAt),
    expiresAtIso: expiry.toISOString(),
    expiresAtHttp: expiry.toUTCString(),
    expiresAtSeconds: toSeconds(token.expiresAt),
    scope: token.scopes.length === 0 ? undefined : token.scopes.join(' '),
    refreshToken: token.refreshToken,
  }
}

/** The dialect's answer without one. `authorization`: whether the request used that header (RFC 6749 section 5.2). */
export function errorReply(
  { errors }: TokenDialect,
  { reason, retryAfter }: Pick<TokenRequestError, 'reason' | 'retryAfter'>,
  authorization: boolean,
): TokenReply {
  const chosen = { ...ANSWERS[reason], ...errors.answers?.[reason] }
  const members = Object.entries(errors.body).map(([name, field]) => [name, errorValue(field, chosen)])
  return {
    status: chosen.status,
    headers: {
      ...HEADERS,
      ...(chosen.status === 401 && authorization ? { 'WWW-Authenticate': CHALLENGE } : {}),
      ...(chosen.status === 405 ? { Allow: 'POST, OPTIONS' } : {}),
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
    },
    body: JSON.stringify(Object.fromEntries(members)),
  }
}

const CHALLENGE = 'Basic realm="token", charset="UTF-8"'

function errorValue(field: ErrorField, chosen: Required<ErrorAnswer>): unknown {
  return typeof field === 'string' ? chosen[field] : [chosen[field[0]]]
}
