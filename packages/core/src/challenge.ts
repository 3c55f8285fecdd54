import type { HeaderLine, ResponseHeaders } from './decision.ts'
import type { DenialReason } from './denial-reason.ts'
import { type ErrorCode, type ErrorRenderer, renderError } from './error-renderer.ts'
import { rememberLatest } from './remember-latest.ts'
import type { Requirement } from './requirement.ts'

interface Answer {
  readonly status: number
  readonly error: ErrorCode
  /** Fixed public text: nothing of the request, the token or a library ever gets into it. */
  readonly description: string
  /** `bare`: a challenge without an error code (RFC 6750 section 3.1); `error`: with it; the others: with what is required. */
  readonly challenge: 'none' | 'bare' | 'error' | 'scope' | 'authentication'
}

const unchallenged =
  (status: number, error: ErrorCode) =>
  (description: string): Answer => ({ status, error, description, challenge: 'none' })
const malformed = unchallenged(400, 'invalid_request')
const forbidden = unchallenged(403, 'access_denied')
const unavailable = unchallenged(503, 'temporarily_unavailable')
const invalidToken: Answer = {
  status: 401,
  error: 'invalid_token',
  description: 'The access token is not valid for this API',
  challenge: 'error',
}

/** Every answer that is not the handler's: the status contract of the README, in one place. */
const ANSWERS: Readonly<Record<DenialReason, Answer>> = Object.freeze({
  malformed_method: malformed('The request method is malformed'),
  malformed_target: malformed('The request target is malformed or ambiguous'),
  malformed_host: malformed('The Host header is malformed or repeated'),
  malformed_origin: malformed('A CORS request header is repeated'),
  encoding_not_accepted: malformed('The request target is malformed or ambiguous'),
  method_override: malformed('Method override headers are not accepted'),
  method_not_allowed: unchallenged(405, 'method_not_allowed')('The request method is not supported'),
  preflight_refused: forbidden('The cross-origin request is not allowed'),
  no_rule: forbidden('Access to this resource is not allowed'),
  no_credentials: {
    status: 401,
    error: 'unauthorized',
    description: 'An access token is required',
    challenge: 'bare',
  },
  ambiguous_credentials: {
    status: 400,
    error: 'invalid_request',
    description: 'More than one credential was sent',
    challenge: 'error',
  },
  token_too_long: invalidToken,
  token_malformed: invalidToken,
  token_header: invalidToken,
  token_unrecognised: invalidToken,
  token_algorithm: invalidToken,
  token_type: invalidToken,
  token_key_unknown: invalidToken,
  token_signature: invalidToken,
  token_claim: invalidToken,
  token_issuer: invalidToken,
  token_audience: invalidToken,
  token_expired: { ...invalidToken, description: 'The access token has expired' },
  token_not_yet_valid: invalidToken,
  token_lifetime: invalidToken,
  token_binding: invalidToken,
  token_revoked: invalidToken,
  token_kind: forbidden('This kind of access token is not accepted here'),
  insufficient_scope: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The access token does not have the required scope',
    challenge: 'scope',
  },
  resource_mismatch: forbidden('The access token is not for this resource'),
  insufficient_user_authentication: {
    status: 401,
    error: 'insufficient_user_authentication',
    description: 'A more recent or stronger authentication is required',
    challenge: 'authentication',
  },
  origin_not_allowed: forbidden('The origin is not allowed'),
  key_set_unavailable: unavailable('Access tokens cannot be verified at the moment'),
  status_unavailable: unavailable('Access tokens cannot be verified at the moment'),
  grants_unavailable: unavailable('Permissions cannot be looked up at the moment'),
  origins_unavailable: unavailable('Origins cannot be looked up at the moment'),
  internal_error: unchallenged(500, 'server_error')('The request could not be authorized'),
})

/** What one kind of denial looks like on the wire, CORS headers aside. */
export interface Challenge {
  readonly status: number
  readonly headers: readonly HeaderLine[]
  readonly body: string
  /** With CORS headers. Requests from one origin that are denied alike share them. */
  readonly withCors: (cors: ResponseHeaders) => ResponseHeaders
}

/** What a denial depends on besides its reason. */
export interface ChallengeDetails {
  /** The rule that did not allow: its scopes (RFC 6750 section 3), or what it asks of the sign-in (RFC 9470 section 3). */
  readonly requirement?: Requirement | undefined
  /** For `Allow` (RFC 9110 section 15.5.6). */
  readonly methods?: string | undefined
}

/** Makes denials; all that does not depend on the request is put together once. */
export type Challenger = (reason: DenialReason, details: ChallengeDetails) => Challenge

/** What a {@link Challenger} is made of. */
export interface ChallengerOptions {
  readonly realm: string
  /** The status where no rule matches. */
  readonly noRule: 403 | 404
  readonly render: ErrorRenderer | undefined
  /** What error messages call the renderer. */
  readonly where: string
}

const RETRY_AFTER_SECONDS = 5

/** Compiles the table for one server, or for one profile of it: the renderer is asked once for every answer, here. */
export function createChallenger(options: ChallengerOptions): Challenger {
  const table = new Map<DenialReason, Prepared>()
  for (const [reason, answer] of Object.entries(ANSWERS) as [DenialReason, Answer][])
    table.set(reason, prepare(compile(reason, answer, options), answer))
  return (reason, { methods, requirement }) => {
    const { challenge, asking, allowing } = table.get(reason) as Prepared
    if (methods !== undefined) return allowing(methods)
    return requirement === undefined ? challenge : asking(requirement)
  }
}

/** One row of the table, and what is made of it once for each requirement, or for the methods that it named last. */
interface Prepared {
  readonly challenge: Challenge
  readonly asking: (requirement: Requirement) => Challenge
  readonly allowing: (methods: string) => Challenge
}

function prepare(challenge: Challenge, answer: Answer): Prepared {
  const known = new WeakMap<Requirement, Challenge>()
  const asking = (requirement: Requirement): Challenge => {
    const own = known.get(requirement) ?? withParameters(challenge, parametersOf(answer, requirement))
    known.set(requirement, own)
    return own
  }
  const allowing = (methods: string): Challenge =>
    sealed({ ...challenge, headers: [...challenge.headers, ['Allow', methods]] })
  return { challenge, asking: rememberLatest(asking), allowing: rememberLatest(allowing) }
}

function compile(
  reason: DenialReason,
  answer: Answer,
  { realm, noRule, render, where }: ChallengerOptions,
): Challenge {
  const original = { ...answer, status: reason === 'no_rule' ? noRule : answer.status }
  const { status, contentType, body } = renderError(reason, original, render, where)
  const headers: HeaderLine[] = [
    ['Cache-Control', 'no-store'],
    ['Content-Type', contentType],
    ['X-Content-Type-Options', 'nosniff'],
  ]
  // RFC 9110 section 15.5.2: whatever is rendered as 401 comes with a challenge.
  const challenge = status === 401 && answer.challenge === 'none' ? 'bare' : answer.challenge
  if (challenge !== 'none') headers.push(['WWW-Authenticate', challengeText({ ...answer, challenge }, realm)])
  if (status === 503) headers.push(['Retry-After', String(RETRY_AFTER_SECONDS)])
  return sealed({ status, headers, body })
}

/** Shared by all requests that are answered alike. */
function sealed({ status, headers, body }: Omit<Challenge, 'withCors'>): Challenge {
  const lines = Object.freeze(headers.map((line) => Object.freeze(line)))
  const withCors = rememberLatest(({ remove, set, append }: ResponseHeaders): ResponseHeaders => {
    return Object.freeze({ remove, set: Object.freeze([...lines, ...set]), append })
  })
  return Object.freeze({ status, headers: lines, body, withCors })
}

/** RFC 6750 section 3; the realm was checked at set-up, the rest is fixed, so nothing is left to escape. */
function challengeText({ challenge, error, description }: Answer, realm: string): string {
  const bare = `Bearer realm="${realm}"`
  return challenge === 'bare' ? bare : `${bare}, error="${error}", error_description="${description}"`
}

function parametersOf({ challenge }: Answer, { stepUp, scope }: Requirement): string {
  if (challenge === 'authentication') return stepUp?.parameters ?? ''
  return challenge === 'scope' && scope !== undefined ? `, scope="${scope}"` : ''
}

function withParameters(challenge: Challenge, parameters: string): Challenge {
  if (parameters === '') return challenge
  const headers = challenge.headers.map((line): HeaderLine => {
    return line[0] === 'WWW-Authenticate' ? [line[0], line[1] + parameters] : line
  })
  return sealed({ ...challenge, headers })
}
