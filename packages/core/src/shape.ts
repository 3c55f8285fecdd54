import { isUpperCaseWord } from './ascii.ts'
import type { DenialReason } from './denial-reason.ts'
import type { Gate } from './gate.ts'
import type { ResourceRequest } from './request.ts'
import {
  AUTHORITY,
  HOST,
  isRepeated,
  isWellFormedHost,
  METHOD_OVERRIDE,
  ORIGIN,
  REQUESTED_METHOD,
  type RequestHeaders,
} from './request-headers.ts'
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
  if (gate.origins.owned && (isRepeated(headers, ORIGIN) || isRepeated(headers, REQUESTED_METHOD)))
    return 'malformed_origin'
  const overridden = headers.values[METHOD_OVERRIDE] !== undefined
  return overridden && gate.refusesMethodOverride ? 'method_override' : parsed
}

/** Only what the request itself says: a `target` put on `Object.prototype` would hide the path that is served. */
function targetOf(request: ResourceRequest, { values }: RequestHeaders): string | undefined {
  const target = Object.hasOwn(request, 'target') ? request.target : undefined
  return target ?? targetOfUrl(request.url ?? '', values[AUTHORITY] ?? values[HOST])
}
