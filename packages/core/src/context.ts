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
  const { credential } = plan
  const result = credential && gate.authenticator.peek(credential)
  if (credential && !result) return undefined
  const token = verifiedOf(result)
  const origin = peekOrigin(gate.origins, plan.origin, token)
  return origin && toContext(result, token, origin)
}

/** Gets the context, waiting for whatever it takes. An outage becomes a reason; anything unforeseen rejects. */
export async function resolveContext(gate: Gate, plan: Plan): Promise<Context> {
  const { credential } = plan
  const result = credential && (await gate.authenticator.authenticate(credential, plan.waitUntil))
  const token = verifiedOf(result)
  const known = peekOrigin(gate.origins, plan.origin, token)
  const origin = known ?? (await resolveOrigin(gate.origins, plan.origin as string, token))
  return toContext(result, token, origin)
}

function verifiedOf(result: VerifiedToken | Refusal | undefined): VerifiedToken | undefined {
  return result === undefined || isRefusal(result) ? undefined : result
}

function toContext(
  result: VerifiedToken | Refusal | undefined,
  token: VerifiedToken | undefined,
  origin: OriginVerdict,
): Context {
  return { token, refusal: token === undefined ? (result as Refusal | undefined) : undefined, origin }
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
