import type { AccessToken } from './access-token.ts'
import type { DenialReason } from './denial-reason.ts'
import type { RouteRule } from './route-rule-options.ts'

/** One header line to write. */
export type HeaderLine = readonly [name: string, value: string]

/** What an adapter does to a response's headers: the three lists in this order, nothing else. */
export interface ResponseHeaders {
  /** Headers to drop, because the gate owns them and others may have set them. */
  readonly remove: readonly string[]
  /** Headers to set, replacing what is there. */
  readonly set: readonly HeaderLine[]
  /** Headers to add to what is there. */
  readonly append: readonly HeaderLine[]
}

/** The request may go on to its handler. */
export interface AllowedDecision {
  readonly allowed: true
  /** The verified token; absent on a public route, and on an optional one that was asked without a token. */
  readonly token: AccessToken | undefined
  /** Every rule that matched and allowed. */
  readonly rules: readonly RouteRule[]
  /** Only in monitor mode, and only where the request would have been denied: what the answer would have been. */
  readonly observed?: DeniedDecision
  /** To be written before the handler runs, or kept until its response is sent. */
  readonly headers: ResponseHeaders
}

/** The request is answered here and reaches no handler. A preflight's answer is one of these, with status 204. */
export interface DeniedDecision {
  readonly allowed: false
  readonly status: number
  readonly headers: ResponseHeaders
  /** Empty for `HEAD` and for a preflight. */
  readonly body: string
  /** Why, from a closed list; for logs and metrics, not for the client. */
  readonly reason: DenialReason | 'preflight'
  /** The rule that did not allow, where it was a rule. */
  readonly rule: RouteRule | undefined
}

/** The answer to "may this request reach its handler": go on only when `allowed === true`. */
export type AuthorizationDecision = AllowedDecision | DeniedDecision
