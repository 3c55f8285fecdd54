import type { Gate } from './gate.ts'
import { isRoutable } from './method.ts'
import type { Outcome } from './outcome.ts'
import { ORIGIN, REQUESTED_METHOD, type RequestHeaders } from './request-headers.ts'
import type { RequestTarget } from './request-target.ts'
import type { RuleSet } from './rule-set.ts'

/** A true CORS preflight (Fetch section 4.8): OPTIONS with one Origin and one Access-Control-Request-Method. */
export function isPreflight(method: string, { values }: RequestHeaders): boolean {
  return method === 'OPTIONS' && values[ORIGIN] !== undefined && values[REQUESTED_METHOD] !== undefined
}

/**
 * Step 2: judges the request that the preflight announces, as far as rules can without a token. Whether its origin is known
 * is asked last, when the answer is given.
 */
export function judgePreflight(headers: RequestHeaders, target: RequestTarget, { table }: Gate): Outcome {
  const requestedMethod = headers.values[REQUESTED_METHOD] as string
  if (!isRoutable(requestedMethod)) return REFUSED
  const set = table.match(requestedMethod, target)
  const fault = judgeRoute(set, target)
  if (fault) return fault === NO_RULE ? REFUSED : fault
  return { reason: 'preflight', methods: table.methods(target, requestedMethod) }
}

const REFUSED: Outcome = Object.freeze({ reason: 'preflight_refused' })
const NO_RULE: Outcome = Object.freeze({ reason: 'no_rule' })
const ENCODING: Outcome = Object.freeze({ reason: 'encoding_not_accepted' })

/** Step 3: there must be a rule, and every one must accept the spellings that hide a separator in a segment. */
export function judgeRoute(set: RuleSet, { opaque }: RequestTarget): Outcome | undefined {
  if ((set.demand.opaque & opaque) !== opaque) return ENCODING
  return set.demand.access === 'none' ? NO_RULE : undefined
}
