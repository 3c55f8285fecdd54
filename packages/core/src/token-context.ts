import type { VerifiedToken } from './access-token.ts'
import type { DenialReason } from './denial-reason.ts'
import { KeySetUnavailableError } from './errors.ts'
import type { Gate } from './gate.ts'
import type { Plan } from './plan.ts'

/** What a plan needs from outside: the token behind the credential, and whether the origin may use it. */
export interface TokenContext {
  /** `undefined` where the plan asks for no token. */
  readonly token: VerifiedToken | DenialReason | undefined
  /** Whether pages of the request's origin may read the answer; true where none was sent or the gate does not judge it. */
  readonly originAllowed: boolean
}

/** Gets the context from caches alone; `undefined` where something must be waited for. Starts no work. */
export function peekContext(gate: Gate, plan: Plan): TokenContext | undefined {
  if (plan.settled) return contextOf(gate, plan, undefined)
  const token = gate.authenticator.peek(plan.credential)
  return token === undefined ? undefined : contextOf(gate, plan, token)
}

/** Gets the context, waiting for whatever it takes. An outage becomes a reason; anything unforeseen rejects. */
export async function resolveContext(gate: Gate, plan: Plan): Promise<TokenContext> {
  return contextOf(gate, plan, await authenticate(gate, plan))
}

async function authenticate(gate: Gate, plan: Plan): Promise<VerifiedToken | DenialReason> {
  try {
    return await gate.authenticator.authenticate(plan.credential, plan.waitUntil)
  } catch (error) {
    if (error instanceof KeySetUnavailableError) return 'key_set_unavailable'
    throw error
  }
}

function contextOf({ origins }: Gate, { origin }: Plan, token: TokenContext['token']): TokenContext {
  const verified = typeof token === 'object' ? token : undefined
  if (origin === undefined) return { token, originAllowed: true }
  return {
    token,
    originAllowed: verified ? origins.allows(origin, verified.accessToken) : origins.known(origin),
  }
}
