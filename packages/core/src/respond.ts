import type { AuthorizationDecision, DeniedDecision, ResponseHeaders } from './decision.ts'
import type { DenialReason } from './denial-reason.ts'
import type { Gate } from './gate.ts'
import type { Outcome } from './outcome.ts'
import type { Plan } from './plan.ts'
import type { TokenContext } from './token-context.ts'

/** Step 8: puts an outcome into an answer; CORS headers ride on every one that the origin may read. */
export function respond(
  gate: Gate,
  plan: Plan,
  outcome: Outcome,
  context: TokenContext,
): AuthorizationDecision {
  const reader = context.originAllowed ? plan.origin : undefined
  const { reason } = outcome
  if (reason === 'preflight') return respondToPreflight(gate, plan.origin as string, outcome, context)
  const headers = gate.origins.headers(reason === 'preflight_refused' ? undefined : reader)
  if (reason !== 'allowed') return deny(gate, plan.method, reason, outcome, headers)
  const token = typeof context.token === 'object' ? context.token.accessToken : undefined
  return { allowed: true, token, rules: plan.set.rules, headers }
}

/** The answer to a fault of our own: denied, whatever was being decided. */
export function respondToFault(gate: Gate): DeniedDecision {
  return deny(gate, 'GET', 'internal_error', { reason: 'internal_error' }, gate.origins.headers(undefined))
}

function respondToPreflight(
  gate: Gate,
  origin: string,
  outcome: Outcome,
  context: TokenContext,
): DeniedDecision {
  if (!context.originAllowed)
    return deny(gate, 'OPTIONS', 'preflight_refused', outcome, gate.origins.headers(undefined))
  const headers = gate.origins.preflightHeaders(origin, outcome.methods ?? [])
  return { allowed: false, status: 204, headers, body: '', reason: 'preflight', rule: undefined }
}

function deny(
  gate: Gate,
  method: string,
  reason: DenialReason,
  outcome: Outcome,
  cors: ResponseHeaders,
): DeniedDecision {
  const { rule } = outcome
  const methods = reason === 'method_not_allowed' ? outcome.methods : undefined
  const challenge = gate.challenge(reason, { scope: rule?.requirement.scope, methods })
  return {
    allowed: false,
    status: challenge.status,
    headers: { remove: cors.remove, set: [...challenge.headers, ...cors.set], append: cors.append },
    body: method === 'HEAD' ? '' : challenge.body,
    reason,
    rule: rule?.rule,
  }
}
