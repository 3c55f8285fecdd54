import type { VerifiedToken } from './access-token.ts'
import { type Credential, type CredentialExtraction, extractCredential } from './credential.ts'
import type { Gate } from './gate.ts'
import { isNeverAllowed } from './method.ts'
import { ALLOWED, type Outcome } from './outcome.ts'
import { isPreflight, judgePreflight, judgeRoute } from './preflight.ts'
import type { ResourceRequest } from './request.ts'
import { isRepeated, ORIGIN, type RequestHeaders } from './request-headers.ts'
import type { RequestTarget } from './request-target.ts'
import { NO_RULES, type RuleSet } from './rule-set.ts'
import { judgeShape } from './shape.ts'

/** All that can be said of a request without a look at the token: an outcome already, or the rules and the credential. */
export interface Plan {
  readonly method: string
  readonly target: RequestTarget | undefined
  readonly set: RuleSet
  /** The one origin that may be asked about; none where it was not sent, or not to be trusted. */
  readonly origin: string | undefined
  /** Either the outcome, or the token that is known, or what one is to be had from. */
  readonly settled: Outcome | undefined
  readonly credential: VerifiedToken | Credential | undefined
  readonly waitUntil: ResourceRequest['waitUntil']
}

/** Which rules speak of a request: the route table's, or the one of a guard. */
export interface RuleSource {
  readonly answersPreflight: boolean
  match(method: string, target: RequestTarget): RuleSet
}

/** Steps 1 to 4: shape, preflight, route, extract. Pure. */
export function makePlan(gate: Gate, source: RuleSource, request: ResourceRequest): Plan {
  const headers = gate.readHeaders(request.rawHeaders)
  const shape = judgeShape(request, headers, gate)
  if (typeof shape === 'string') return plan(request, headers, undefined, NO_RULES, { reason: shape })
  const { method } = request
  if (gate.origins.owned && source.answersPreflight && isPreflight(method, headers)) {
    return plan(request, headers, shape, NO_RULES, judgePreflight(headers, shape, gate))
  }
  if (isNeverAllowed(method)) {
    return plan(request, headers, shape, NO_RULES, {
      reason: 'method_not_allowed',
      methods: gate.table.methods(shape),
    })
  }
  const set = source.match(method, shape)
  const fault = judgeRoute(set, shape)
  if (fault || set.demand.access === 'public') return plan(request, headers, shape, set, fault ?? ALLOWED)
  const credential = extractCredential(headers, gate.credentialHeaders, gate.authenticator.recall)
  return typeof credential === 'string'
    ? plan(request, headers, shape, set, withoutToken(credential, set))
    : plan(request, headers, shape, set, undefined, credential)
}

function withoutToken(reason: Extract<CredentialExtraction, string>, set: RuleSet): Outcome {
  if (reason === 'ambiguous_credentials') return { reason }
  if (set.demand.access === 'optional') return ALLOWED
  return { reason, rule: set.compiled.find(({ requirement }) => requirement.access === 'token') }
}

function plan(
  { method, waitUntil }: ResourceRequest,
  headers: RequestHeaders,
  target: RequestTarget | undefined,
  set: RuleSet,
  settled: Outcome | undefined,
  credential?: VerifiedToken | Credential,
): Plan {
  const origin = isRepeated(headers, ORIGIN) ? undefined : headers.values[ORIGIN]
  return { method, target, set, origin, settled, credential, waitUntil }
}
