import type { DenialReason } from './denial-reason.ts'
import { ConfigurationError } from './errors.ts'
import { ignoreRejection } from './stray-promise.ts'

/** The `error` of a denial's body; where the answer carries a challenge with an error code, the same code. */
export type ErrorCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'access_denied'
  | 'method_not_allowed'
  | 'temporarily_unavailable'
  | 'server_error'

/** An answer as it would be without a renderer. Everything in it is fixed: nothing of a request is ever passed here. */
export interface ErrorAnswer {
  readonly reason: DenialReason
  readonly status: number
  readonly error: ErrorCode
  readonly description: string
}

/** How an answer looks instead. What is left out stays as it was. */
export interface RenderedError {
  /** Another status of the same class: a 4xx stays a 4xx, a 5xx a 5xx. */
  readonly status?: number
  /** Default `application/json`. */
  readonly contentType?: string
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown
}

/**
 * Gives denials another look: called at set-up, for every answer there is and maybe more than once, never for a request. It
 * cannot change a verdict.
 */
export type ErrorRenderer = (answer: ErrorAnswer) => RenderedError

const FIELDS = ['status', 'contentType', 'body']

/** Renders one answer, or refuses what the renderer made of it. */
export function renderError(
  reason: DenialReason,
  { status, error, description }: Omit<ErrorAnswer, 'reason'>,
  render: ErrorRenderer | undefined,
  where: string,
): { status: number; contentType: string; body: string } {
  const standard = {
    status,
    contentType: 'application/json',
    body: { error, error_description: description },
  }
  const rendered = { ...standard, ...askRenderer(render, { reason, status, error, description }, where) }
  if (!Number.isInteger(rendered.status) || Math.floor(rendered.status / 100) !== Math.floor(status / 100)) {
    throw new ConfigurationError(where, `must keep the class of a status: ${status} for '${reason}'`)
  }
  if (typeof rendered.contentType !== 'string' || !/^[\x20-\x7e]+$/.test(rendered.contentType)) {
    throw new ConfigurationError(where, 'gives a content type that is no header value')
  }
  return { ...rendered, body: toText(rendered.body, where) }
}

/** Asked once and at set-up, so that a renderer which fails can only ever keep a server from starting. */
function askRenderer(render: ErrorRenderer | undefined, answer: ErrorAnswer, where: string): RenderedError {
  if (render === undefined) return {}
  const rendered: unknown = attempt(() => render(Object.freeze(answer)), where)
  const isRendered = typeof rendered === 'object' && rendered !== null && !('then' in rendered)
  if (!isRendered || Object.keys(rendered).some((field) => !FIELDS.includes(field))) {
    ignoreRejection(rendered)
    throw new ConfigurationError(
      where,
      `must answer with ${FIELDS.join(', ')} at once, for '${answer.reason}'`,
    )
  }
  return Object.fromEntries(Object.entries(rendered).filter(([, value]) => value !== undefined))
}

function toText(body: unknown, where: string): string {
  const text: unknown = typeof body === 'string' ? body : attempt(() => JSON.stringify(body), where)
  if (typeof text === 'string') return text
  throw new ConfigurationError(where, 'gives a body that is neither text nor JSON')
}

function attempt(work: () => unknown, where: string): unknown {
  try {
    return work()
  } catch (cause) {
    throw new ConfigurationError(where, 'fails', { cause })
  }
}
