import type { TokenDialect } from './dialect-options.ts'
import { StoreUnavailableError } from './errors.ts'
import { exchange } from './exchange.ts'
import type { Issuance } from './issuance.ts'
import { errorReply, type TokenReply, tokenReply } from './token-reply.ts'
import { TokenRequestError } from './token-request-error.ts'

/** Answers a request as the Web has it. Never rejects. */
export type WebHandler = (request: Request) => Promise<Response>

const RETRY_AFTER_OUTAGE = 5
const PREFLIGHT_MAX_AGE = '600'
const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'
const EXPOSED = 'WWW-Authenticate, Retry-After, Date'

/** Creates the token endpoint (RFC 6749 section 3.2) of one dialect. */
export function createTokenEndpoint(issuance: Issuance, dialect: TokenDialect): WebHandler {
  const allowedHeaders = requestHeaders(dialect)
  return async (request) => {
    const origin = request.headers.get('origin') ?? undefined
    let readableBy: string | undefined
    try {
      // Who asks is not known yet, so any account's origin may read the answer; its own list is asked later.
      if (origin !== undefined && (await issuance.origins.known(origin))) readableBy = origin
      if (request.method === 'OPTIONS') return answerOptions(request, readableBy, allowedHeaders)
      if (request.method !== 'POST') throw new TokenRequestError('method_not_allowed')
      if (origin !== readableBy) throw new TokenRequestError('origin_not_allowed')
      return respond(
        tokenReply(dialect, await exchange(issuance, dialect, request, origin)),
        readableBy,
        request,
      )
    } catch (error) {
      const refusal = toRefusal(error, issuance)
      const reader = refusal.reason === 'origin_not_allowed' ? undefined : readableBy
      return respond(errorReply(dialect, refusal, request.headers.has('authorization')), reader, request)
    }
  }
}

/** What a page may send: besides the standard two, headers that carry credentials. */
function requestHeaders({ credentials }: TokenDialect): string {
  const own = credentials.flatMap((place) => (place.in === 'headers' ? [place.id, place.secret] : []))
  return ['Authorization', 'Content-Type', ...own].join(', ')
}

/** A preflight (Fetch section 4.8) is granted to an origin that is known; any other OPTIONS is told the methods. */
function answerOptions(request: Request, readableBy: string | undefined, allowedHeaders: string): Response {
  const requested = request.headers.get('access-control-request-method')
  const headers = { Vary: PREFLIGHT_VARY, 'Cache-Control': 'no-store' }
  if (requested === null || !request.headers.has('origin')) {
    return new Response(null, { status: 204, headers: { ...headers, Allow: 'POST, OPTIONS' } })
  }
  if (readableBy === undefined || requested !== 'POST') return new Response(null, { status: 403, headers })
  return new Response(null, {
    status: 204,
    headers: {
      ...headers,
      'Access-Control-Allow-Origin': readableBy,
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': allowedHeaders,
      'Access-Control-Max-Age': PREFLIGHT_MAX_AGE,
    },
  })
}

function respond(
  { status, headers, body }: TokenReply,
  readableBy: string | undefined,
  { method }: Request,
): Response {
  const cors =
    readableBy === undefined
      ? {}
      : { 'Access-Control-Allow-Origin': readableBy, 'Access-Control-Expose-Headers': EXPOSED }
  return new Response(method === 'HEAD' ? null : body, {
    status,
    headers: { ...headers, ...cors, Vary: 'Origin' },
  })
}

function toRefusal(error: unknown, { onFault }: Issuance): TokenRequestError {
  if (error instanceof TokenRequestError) return error
  onFault(error)
  return error instanceof StoreUnavailableError
    ? new TokenRequestError('temporarily_unavailable', RETRY_AFTER_OUTAGE)
    : new TokenRequestError('server_error')
}
