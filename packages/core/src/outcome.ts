import type { DeniedDecision } from './decision.ts'
import type { CompiledRule } from './rule-set.ts'

/** What the steps say of a request, before it is put into an answer. */
export interface Outcome {
  readonly reason: 'allowed' | DeniedDecision['reason']
  /** The rule that did not allow. */
  readonly rule?: CompiledRule | undefined
  /** The methods a preflight grants, or a 405 names, as the header lists them. */
  readonly methods?: string | undefined
}

/** All that was asked has been answered with yes. */
export const ALLOWED: Outcome = Object.freeze({ reason: 'allowed' })
