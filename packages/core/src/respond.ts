import type { Challenger } from './challenge.ts'
import type { Context } from './context.ts'
import type {
  AllowedDecision,
  AuthorizationDecision,
  DeniedDecision,
  HeaderLine,
  ResponseHeaders,
} from './decision.ts'
import type { DenialReason } from './denial-reason.ts'
import type { Gate } from './gate.ts'
import type { Outcome } from './outcome.ts'
import type { Plan } from './plan.ts'
import { rememberLatest } from './remember-latest.ts'

/** Step 8: puts an outcome into an answer; CORS headers ride on every one that the origin may read. */
export function respond(gate: Gate, plan: Plan, outcome: Outcome, context: Context): AuthorizationDecision {
  const { reason } = outcome
  if (reason === 'allowed') return allow(plan, context, corsHeaders(gate, plan, context))
  const denied =
    reason === 'preflight'
      ? respondToPreflight(gate, plan, outcome, context)
      : refuse(gate, plan, outcome, context)
  return gate.monitors && denied.reason !== 'preflight' ? letThrough(gate, plan, context, denied) : denied
}

/** With nothing left to inherit: the last answer there is must not fail in its turn. */
const FAULT: Outcome = Object.freeze({ reason: 'internal_error', rule: undefined, methods: undefined })

/** The answer to a fault of our own: denied, whatever was being decided and however far it got. */
export function respondToFault(gate: Gate, plan: Plan | undefined): DeniedDecision {
  const origin = plan?.origin
  const readable = origin !== undefined && gate.origins.known.peek(origin)
  const cors = gate.origins.headers(readable ? origin : undefined)
  return deny(plan?.method ?? 'GET', FAULT, cors, gate.challenge)
}

function corsHeaders({ origins }: Gate, { origin }: Plan, context: Context): ResponseHeaders {
  return origins.headers(context.origin === 'allowed' ? origin : undefined)
}

function allow({ set }: Plan, { token }: Context, headers: ResponseHeaders): AllowedDecision {
  return { allowed: true, token: token?.accessToken, rules: set.rules, headers }
}

function refuse(gate: Gate, plan: Plan, outcome: Outcome, context: Context): DeniedDecision {
  const readable = outcome.reason !== 'preflight_refused'
  const cors = readable ? corsHeaders(gate, plan, context) : gate.origins.withheld
  return deny(plan.method, outcome, cors, challengerFor(gate, plan, outcome, context))
}

function respondToPreflight(
  gate: Gate,
  plan: Plan,
  { methods = '' }: Outcome,
  context: Context,
): DeniedDecision {
  if (context.origin !== 'allowed') {
    const reason = context.origin === 'refused' ? 'preflight_refused' : 'origins_unavailable'
    return deny('OPTIONS', { reason }, gate.origins.withheld, gate.challenge)
  }
  const headers = gate.origins.preflightHeaders(plan.origin as string, methods)
  return { allowed: false, status: 204, headers, body: '', reason: 'preflight', rule: undefined }
}

/**
 * In whose words to deny: of the one family of tokens that the route takes, whatever was sent; else of the family that the
 * token is of; else the server's.
 */
function challengerFor(gate: Gate, { set }: Plan, { rule }: Outcome, context: Context): Challenger {
  const requirement = rule?.requirement ?? set.demand.requirements[0]
  const profile = context.token?.profile ?? context.refusal?.profile
  const kinds = requirement?.kinds
  return (kinds && challengerOfKinds(gate, kinds)) ?? profile?.challenge ?? gate.challenge
}

function challengerOfKinds(
  { profiles, challenge }: Gate,
  kinds: ReadonlySet<string>,
): Challenger | undefined {
  let common: Challenger | undefined
  for (const { kind = '', challenge: own = challenge } of profiles) {
    if (!kinds.has(kind)) continue
    if (common !== undefined && common !== own) return undefined
    common = own
  }
  return common
}

function deny(
  method: string,
  { reason, rule, methods }: Outcome,
  cors: ResponseHeaders,
  challenger: Challenger,
): DeniedDecision {
  const challenge = challenger(reason as DenialReason, { requirement: rule?.requirement, methods })
  return {
    allowed: false,
    status: challenge.status,
    headers: challenge.withCors(cors),
    body: method === 'HEAD' ? '' : challenge.body,
    reason: reason as DenialReason,
    rule: rule?.rule,
  }
}

const MONITORED: HeaderLine = Object.freeze(['Scopegate-Mode', 'monitor'] as const)

const monitored = rememberLatest(({ remove, set, append }: ResponseHeaders): ResponseHeaders => {
  return Object.freeze({ remove, set: Object.freeze([...set, MONITORED]), append })
})

/** Monitor mode: the request goes on, and the response says that nothing was enforced. */
function letThrough(gate: Gate, plan: Plan, context: Context, observed: DeniedDecision): AllowedDecision {
  const { allowed, token, rules, headers } = allow(plan, context, corsHeaders(gate, plan, context))
  return { allowed, token, rules, observed, headers: monitored(headers) }
}
