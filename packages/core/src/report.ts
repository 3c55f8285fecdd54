import type { AuthorizationDecision } from './decision.ts'
import type { DecisionEvent } from './decision-event.ts'
import type { Gate } from './gate.ts'
import type { TokenContext } from './token-context.ts'

/** The time a decision began, where someone wants to know. */
export function startTimer({ onDecision }: Gate): number {
  return onDecision === undefined ? 0 : performance.now()
}

/** Tells `onDecision` and hands the decision on; whatever the callback does, the decision stands. */
export function report<Decision extends AuthorizationDecision>(
  { onDecision }: Gate,
  startedAt: number,
  decision: Decision,
  context: TokenContext | undefined,
  cacheHit: boolean,
): Decision {
  if (onDecision === undefined) return decision
  try {
    const pending: unknown = onDecision(toEvent(decision, context, cacheHit, performance.now() - startedAt))
    if (pending instanceof Promise) pending.catch(() => undefined)
  } catch {
    // an observer has no say
  }
  return decision
}

function toEvent(
  decision: AuthorizationDecision,
  context: TokenContext | undefined,
  cacheHit: boolean,
  duration: number,
): DecisionEvent {
  const token = typeof context?.token === 'object' ? context.token : undefined
  return Object.freeze({
    allowed: decision.allowed,
    reason: decision.allowed ? 'allowed' : decision.reason,
    status: decision.allowed ? undefined : decision.status,
    rules: decision.allowed ? decision.rules : [],
    rule: decision.allowed ? undefined : decision.rule,
    profile: token?.profile.name,
    keyId: token?.key.kid,
    cacheHit,
    duration,
  })
}
