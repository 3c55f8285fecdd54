import type { DeniedDecision } from './decision.ts'
import type { RouteRule } from './route-rule-options.ts'

/** What {@link ResourceServerOptions.onDecision} is told. It never holds a token, a claim or text of the request. */
export interface DecisionEvent {
  readonly allowed: boolean
  /** A closed list, fit for a metric's label. */
  readonly reason: 'allowed' | DeniedDecision['reason']
  /** The status answered; `undefined` where the request went on to its handler. */
  readonly status: number | undefined
  /** The rules that spoke of the request; empty where it was refused before. */
  readonly rules: readonly RouteRule[]
  /** The rule that did not allow. */
  readonly rule: RouteRule | undefined
  /** The name of the profile that verified the token. */
  readonly profile: string | undefined
  /** The `kid` of the key that verified the token. */
  readonly keyId: string | undefined
  /** Whether the decision needed no waiting: the token, if there was one, was known. */
  readonly cacheHit: boolean
  /** How long the decision took, in milliseconds. */
  readonly duration: number
}
