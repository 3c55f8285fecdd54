import { type Refusal, refuse, type VerifiedToken } from './access-token.ts'
import type { DenialReason } from './denial-reason.ts'

/** What a token's own text cannot say: whether it is still active, and what it is granted now. From caches alone. */
export function peekState(token: VerifiedToken): VerifiedToken | Refusal | undefined {
  const { status, grants } = token.profile
  if (status !== undefined) {
    const active = status.peek(token)
    if (!active) return active === undefined ? undefined : refuse('token_revoked', token.profile)
  }
  return grants === undefined ? token : grants.peek(token)
}

/** The same, asking the sources. One that is down or gives no answer refuses the token for now, never admits it. */
export async function resolveState(token: VerifiedToken): Promise<VerifiedToken | Refusal> {
  const { status, grants } = token.profile
  let failing: DenialReason = 'status_unavailable'
  try {
    if (status !== undefined && !(await status.get(token))) return refuse('token_revoked', token.profile)
    failing = 'grants_unavailable'
    return grants === undefined ? token : await grants.get(token)
  } catch {
    return refuse(failing, token.profile)
  }
}
