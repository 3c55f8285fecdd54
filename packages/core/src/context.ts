import { isRefusal, type Refusal, type VerifiedToken } from './access-token.ts'
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
  const result = plan.settled ? undefined : gate.authenticator.peek(plan.credential)
  if (result === undefined && !plan.settled) return undefined
  const origin = peekOrigin(gate.origins, plan.origin, verifiedOf(result))
  return origin && toContext(result, origin)
}

/** Gets the context, waiting for whatever it takes. An outage becomes a reason; anything unforeseen rejects. */
export async function resolveContext(gate: Gate, plan: Plan): Promise<Context> {
  const result = plan.settled
    ? undefined
    : await gate.authenticator.authenticate(plan.credential, plan.waitUntil)
  const verified = verifiedOf(result)
  const known = peekOrigin(gate.origins, plan.origin, verified)
  return toContext(result, known ?? (await resolveOrigin(gate.origins, plan.origin as string, verified)))
}

function verifiedOf(result: VerifiedToken | Refusal | undefined): VerifiedToken | undefined {
  return result === undefined || isRefusal(result) ? undefined : result
}

function toContext(result: VerifiedToken | Refusal | undefined, origin: OriginVerdict): Context {
  if (result === undefined) return { token: undefined, refusal: undefined, origin }
  return isRefusal(result)
    ? { token: undefined, refusal: result, origin }
    : { token: result, refusal: undefined, origin }
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
  origin: string,
  token: VerifiedToken | undefined,
): Promise<OriginVerdict> {
  try {
    const answer =
      token === undefined ? await policy.known.get(origin) : await policy.allows.get(token, origin)
    return answer ? 'allowed' : 'refused'
  } catch {
    return 'unavailable'
  }
}
