import { isUpperCaseWord } from './ascii.ts'
import type { DenialReason } from './denial-reason.ts'
import type { Gate } from './gate.ts'
import type { ResourceRequest } from './request.ts'
import { isWellFormedHost, type RequestHeaders } from './request-headers.ts'
import { parseRequestTarget, type RequestTarget, targetOfUrl } from './request-target.ts'

/** Step 1: refuses what could be read in two ways before anything is decided by it. */
export function judgeShape(
  request: ResourceRequest,
  headers: RequestHeaders,
  gate: Gate,
): RequestTarget | DenialReason {
  if (!isUpperCaseWord(request.method)) return 'malformed_method'
  if (!isWellFormedHost(headers)) return 'malformed_host'
  const target = targetOf(request, headers)
  const parsed = target === undefined ? undefined : parseRequestTarget(target)
  if (parsed === undefined) return 'malformed_target'
  if (gate.origins.owned && (headers.repeatedOrigin || headers.repeatedRequestedMethod))
    return 'malformed_origin'
  return headers.methodOverride && gate.refusesMethodOverride ? 'method_override' : parsed
}

/** Only what the request itself says: a `target` put on `Object.prototype` would hide the path that is served. */
function targetOf(request: ResourceRequest, { authority, host }: RequestHeaders): string | undefined {
  const target = Object.hasOwn(request, 'target') ? request.target : undefined
  return target ?? targetOfUrl(request.url ?? '', authority ?? host)
}
