import type { HeaderLine } from './decision.ts'
import type { DenialReason } from './denial-reason.ts'

/** The `error` of a denial's body; where the answer carries a challenge with an error code, the same code. */
export type ErrorCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'access_denied'
  | 'method_not_allowed'
  | 'temporarily_unavailable'
  | 'server_error'

interface Answer {
  readonly status: number
  readonly error: ErrorCode
  /** Fixed public text: nothing of the request, the token or a library ever gets into it. */
  readonly description: string
  /** `bare`: a challenge without an error code (RFC 6750 section 3.1); `error`: with it; `scope`: with what is required. */
  readonly challenge: 'none' | 'bare' | 'error' | 'scope'
}

const malformed = (description: string): Answer => ({
  status: 400,
  error: 'invalid_request',
  description,
  challenge: 'none',
})
const forbidden = (description: string): Answer => ({
  status: 403,
  error: 'access_denied',
  description,
  challenge: 'none',
})
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
  method_not_allowed: {
    status: 405,
    error: 'method_not_allowed',
    description: 'The request method is not supported',
    challenge: 'none',
  },
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
  token_kind: forbidden('This kind of access token is not accepted here'),
  insufficient_scope: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The access token does not have the required scope',
    challenge: 'scope',
  },
  resource_mismatch: forbidden('The access token is not for this resource'),
  origin_not_allowed: forbidden('The origin is not allowed'),
  key_set_unavailable: {
    status: 503,
    error: 'temporarily_unavailable',
    description: 'Access tokens cannot be verified at the moment',
    challenge: 'none',
  },
  internal_error: {
    status: 500,
    error: 'server_error',
    description: 'The request could not be authorized',
    challenge: 'none',
  },
})

/** What one kind of denial looks like on the wire, CORS headers aside. */
export interface Challenge {
  readonly status: number
  readonly headers: readonly HeaderLine[]
  readonly body: string
}

/** What a denial depends on besides its reason. */
export interface ChallengeDetails {
  /** The scopes the rule requires, space-delimited (RFC 6750 section 3). */
  readonly scope?: string | undefined
  /** For `Allow` (RFC 9110 section 15.5.6). */
  readonly methods?: readonly string[] | undefined
}

/** Makes denials; all that does not depend on the request is put together once. */
export type Challenger = (reason: DenialReason, details: ChallengeDetails) => Challenge

/** Compiles the table for one server. `noRule` is the status where no rule matches. */
export function createChallenger(realm: string, noRule: 403 | 404, retryAfter: number): Challenger {
  const answers = Object.entries(ANSWERS) as [DenialReason, Answer][]
  const table = new Map(
    answers.map(([reason, answer]) => {
      const status = reason === 'no_rule' ? noRule : answer.status
      return [reason, compile({ ...answer, status }, realm, retryAfter)] as const
    }),
  )
  return (reason, details) => {
    const challenge = table.get(reason) as Challenge
    if (details.methods)
      return { ...challenge, headers: [...challenge.headers, ['Allow', details.methods.join(', ')]] }
    const named = ANSWERS[reason].challenge === 'scope' && details.scope !== undefined
    return named ? withScope(challenge, details.scope as string) : challenge
  }
}

function compile(answer: Answer, realm: string, retryAfter: number): Challenge {
  const { status, error, description: error_description } = answer
  const headers: HeaderLine[] = [
    ['Cache-Control', 'no-store'],
    ['Content-Type', 'application/json'],
    ['X-Content-Type-Options', 'nosniff'],
  ]
  if (answer.challenge !== 'none') headers.push(['WWW-Authenticate', challengeText(answer, realm)])
  if (status === 503) headers.push(['Retry-After', String(retryAfter)])
  return Object.freeze({
    status,
    headers: Object.freeze(headers),
    body: JSON.stringify({ error, error_description }),
  })
}

/** RFC 6750 section 3; the realm was checked at set-up, the rest is fixed, so nothing is left to escape. */
function challengeText({ challenge, error, description }: Answer, realm: string): string {
  const bare = `Bearer realm="${realm}"`
  return challenge === 'bare' ? bare : `${bare}, error="${error}", error_description="${description}"`
}

function withScope(challenge: Challenge, scope: string): Challenge {
  const headers = challenge.headers.map(([name, value]): HeaderLine => {
    return name === 'WWW-Authenticate' ? [name, `${value}, scope="${scope}"`] : [name, value]
  })
  return { ...challenge, headers }
}
