import type { DeniedDecision } from './decision.ts'
import type { RouteRule } from './route-rule-options.ts'

/** What {@link ResourceServerOptions.onDecision} is told. It never holds a token, a claim or text of the request. */
export interface DecisionEvent {
  /** The verdict; in monitor mode a request goes on to its handler in spite of `false`. */
  readonly allowed: boolean
  /** Whether the verdict was put into effect; `false` for what monitor mode let through. */
  readonly enforced: boolean
  /** A closed list, fit for a metric's label. */
  readonly reason: 'allowed' | DeniedDecision['reason']
  /** The status answered; or that would have been; `undefined` where the verdict is to go on. */
  readonly status: number | undefined
  /** Every rule that matched, where the request goes on to its handler; empty where it is answered here. */
  readonly rules: readonly RouteRule[]
  /** The rule that did not allow. */
  readonly rule: RouteRule | undefined
  /** The name of the profile the token was for, whether it was verified or not. */
  readonly profile: string | undefined
  /** The `kid` of the key that verified the token. */
  readonly keyId: string | undefined
  /** Whether the decision needed no waiting: the token, if there was one, was known. */
  readonly cacheHit: boolean
  /** How long the decision took, in milliseconds. */
  readonly duration: number
}
