import type { DenialReason, ErrorAnswer, ErrorRenderer } from '@scopegate/core'

/** `{ msg }`, as most of its routes answer. */
export const msgError: ErrorRenderer = (answer) => ({
  status: statusOf(answer),
  body: { msg: answer.description },
})

/** `{ errors: [{ field, msg }] }`, as its validation answers. */
export const fieldErrors: ErrorRenderer = (answer) => ({
  status: statusOf(answer),
  body: { errors: [{ field: FIELDS[answer.reason] ?? 'authorization', msg: answer.description }] },
})

/** `{ code, name, description }`, as its newer reference has it. */
export const codedError: ErrorRenderer = (answer) => ({
  status: statusOf(answer),
  body: { code: statusOf(answer), name: answer.error, description: answer.description },
})

/** Here a token without the scope is answered 401; the challenge still says `insufficient_scope`, so nobody retries. */
function statusOf({ reason, status }: ErrorAnswer): number {
  return reason === 'insufficient_scope' ? 401 : status
}

/** What a request got wrong, where it was not its token. */
const FIELDS: Partial<Readonly<Record<DenialReason, string>>> = {
  malformed_method: 'method',
  method_not_allowed: 'method',
  method_override: 'method',
  malformed_target: 'path',
  encoding_not_accepted: 'path',
  no_rule: 'path',
  malformed_host: 'host',
  malformed_origin: 'origin',
}
