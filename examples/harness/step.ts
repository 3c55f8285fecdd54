import type { RawRequest } from './raw-request.ts'

/** Header lines, in the order they are sent. */
export type Headers = RawRequest['headers']

/** One line of a walk-through: what is sent, and the answer it must get on every framework. */
export interface Step {
  readonly what: string
  readonly request: RawRequest
  /**
   * The status, and what the body says: the handler that ran, the error, or else the names of its fields; `for pages` where
   * a page of the origin may read it.
   */
  readonly expected: string
  /** The port of another server to ask, such as the token endpoint's. Default: the API on every framework. */
  readonly port?: number
  /** How far ahead the clock is turned for this step alone, in seconds. */
  readonly clockAhead?: number
  /** What happens before, and lasts: a credential is deleted. */
  readonly before?: () => unknown
}

/** A step that sends a request without a body. */
export function step(what: string, method: string, target: string, headers: Headers, expected: string): Step {
  return { what, request: { method, target, headers }, expected }
}

/** The header that carries an access token. */
export function bearer(token: string): Headers {
  return [['Authorization', `Bearer ${token}`]]
}
