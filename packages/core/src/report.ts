import type { Context } from './context.ts'
import type { AuthorizationDecision } from './decision.ts'
import type { DecisionEvent } from './decision-event.ts'
import type { Gate } from './gate.ts'
import { ignoreRejection } from './stray-promise.ts'

/** The time a decision began, where someone wants to know. */
export function startTimer({ onDecision }: Gate): number {
  return onDecision === undefined ? 0 : performance.now()
}

/** Tells `onDecision` and hands the decision on; whatever the callback does, the decision stands. */
export function report<Decision extends AuthorizationDecision>(
  { onDecision }: Gate,
  startedAt: number,
  decision: Decision,
  context: Context | undefined,
  cacheHit: boolean,
): Decision {
  if (onDecision === undefined) return decision
  try {
    ignoreRejection(onDecision(toEvent(decision, context, cacheHit, performance.now() - startedAt)))
  } catch {
    // an observer has no say
  }
  return decision
}

function toEvent(
  decision: AuthorizationDecision,
  context: Context | undefined,
  cacheHit: boolean,
  duration: number,
): DecisionEvent {
  const denied = decision.allowed ? decision.observed : decision
  return Object.freeze({
    allowed: denied === undefined,
    enforced: !decision.allowed || denied === undefined,
    reason: denied?.reason ?? 'allowed',
    status: denied?.status,
    rules: decision.allowed ? decision.rules : [],
    rule: denied?.rule,
    profile: context?.token?.profile.name ?? context?.refusal?.profile?.name,
    keyId: context?.token?.key.kid,
    cacheHit,
    duration,
  })
}
