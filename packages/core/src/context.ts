import { isRefusal, type Refusal, type VerifiedToken } from './access-token.ts'
import { KeySetUnavailableError } from './errors.ts'
import type { Gate } from './gate.ts'
import type { OriginPolicy } from './origin-policy.ts'
import type { Plan } from './plan.ts'

/** Whether pages of the request's origin may read the answer; `allowed` where none was sent or the gate does not judge it. */
type OriginVerdict = 'allowed' | 'refused' | 'unavailable'

/** What a plan needs from outside: the token behind the credential, and what the origin may do. */
export interface Context {
  /** The verified token; with `refusal` at most one of the two is there, and none where the plan asks for no token. */
  readonly token: VerifiedToken | undefined
  readonly refusal: Refusal | undefined
  readonly origin: OriginVerdict
}

/** Gets the context from caches alone; `undefined` where something must be done first. Starts no work. */
export function peekContext(gate: Gate, plan: Plan): Context | undefined {
  if (plan.settled) return toContext(undefined, peekOrigin(gate.origins, plan.origin, undefined))
  return withOrigin(gate, plan, gate.authenticator.peek(plan.credential))
}

/** Gets the context where a token not seen before is all that {@link peekContext} missed; `undefined` to wait for more. */
export function verifyContext(gate: Gate, plan: Plan): Context | undefined {
  return plan.settled
    ? undefined
    : withOrigin(gate, plan, gate.authenticator.authenticateAtOnce(plan.credential))
}

function withOrigin(
  gate: Gate,
  plan: Plan,
  result: VerifiedToken | Refusal | undefined,
): Context | undefined {
  if (result === undefined) return undefined
  const verified = isRefusal(result) ? undefined : result
  return toContext(result, peekOrigin(gate.origins, plan.origin, verified))
}

/** Gets the context, waiting for whatever it takes. An outage becomes a reason; anything unforeseen rejects. */
export async function resolveContext(gate: Gate, plan: Plan): Promise<Context> {
  const result = plan.settled ? undefined : await authenticate(gate, plan)
  const verified = result === undefined || isRefusal(result) ? undefined : result
  const origin = await resolveOrigin(gate.origins, plan.origin, verified)
  return toContext(result, origin) as Context
}

function toContext(
  result: VerifiedToken | Refusal | undefined,
  origin: OriginVerdict | undefined,
): Context | undefined {
  if (origin === undefined) return undefined
  if (result === undefined) return { token: undefined, refusal: undefined, origin }
  return isRefusal(result)
    ? { token: undefined, refusal: result, origin }
    : { token: result, refusal: undefined, origin }
}

async function authenticate(gate: Gate, plan: Plan): Promise<VerifiedToken | Refusal> {
  try {
    return await gate.authenticator.authenticate(plan.credential, plan.waitUntil)
  } catch (error) {
    if (error instanceof KeySetUnavailableError) return { refused: 'key_set_unavailable', profile: undefined }
    throw error
  }
}

function peekOrigin(
  policy: OriginPolicy,
  origin: string | undefined,
  token: VerifiedToken | undefined,
): OriginVerdict | undefined {
  if (origin === undefined) return 'allowed'
  const answer = token === undefined ? policy.known.peek(origin) : policy.allows.peek(token, origin)
  return answer === undefined ? undefined : answer ? 'allowed' : 'refused'
}

async function resolveOrigin(
  policy: OriginPolicy,
  origin: string | undefined,
  token: VerifiedToken | undefined,
): Promise<OriginVerdict> {
  if (origin === undefined) return 'allowed'
  try {
    const answer =
      token === undefined ? await policy.known.get(origin) : await policy.allows.get(token, origin)
    return answer ? 'allowed' : 'refused'
  } catch {
    return 'unavailable'
  }
}
