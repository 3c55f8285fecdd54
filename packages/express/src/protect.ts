import type { ServerResponse } from 'node:http'
import type {
  AccessToken,
  AuthorizationDecision,
  Authorizer,
  DeniedDecision,
  ResourceServer,
  ResponseHeaders,
  RouteRequirement,
  ScopeExpression,
} from '@scopegate/core'
import type { NextFunction, Request } from 'express'

type GuardedRequest = Pick<Request, 'method' | 'originalUrl' | 'rawHeaders'>

/** Express middleware that leaves the types of parameters and bodies to the route. */
export type Guard = (req: GuardedRequest, res: ServerResponse, next: NextFunction) => void

/**
 * Judges every request by the route table and answers those it refuses. Mount it before the routes; the whole path counts,
 * also under a prefix. It does not see what an earlier middleware answers.
 * @throws ConfigurationError where the server has no route table
 * @example app.use(protect(server))
 */
export function protect(server: ResourceServer): Guard {
  const middleware = guard(server.protecting())
  gates.set(middleware, server)
  return middleware
}

/** Which server each gate is of, for the coverage check. */
export const gates: WeakMap<object, Pick<ResourceServer, 'routes'>> = new WeakMap()

/**
 * Judges the requests of one route by the requirement written there, alone or after {@link protect}: then both must allow.
 * It answers no preflight.
 * @throws ConfigurationError where the requirement is wrong or asks nothing
 * @example app.delete('/maps/:mapId', requireScopes(server, 'delete'), handler)
 */
export function requireScopes<Scope extends string>(
  server: ResourceServer<Scope>,
  requirement: NoInfer<ScopeExpression<Scope> | RouteRequirement<Scope>>,
): Guard {
  return guard(server.requiring(requirement))
}

/**
 * Fails closed: where the answer cannot be written, another being under way, the connection ends and nothing runs. A decision
 * that needs no waiting is obeyed in the same turn, as by any synchronous middleware.
 */
function guard(authorizer: Authorizer): Guard {
  return function scopegate(req, res, next) {
    try {
      const request = { method: req.method, target: req.originalUrl, rawHeaders: req.rawHeaders }
      const decision = authorizer.authorizeNow(request)
      if (decision === undefined) return void wait(authorizer.authorize(request), req, res, next).catch(next)
      if (!obey(decision, req, res)) return
    } catch {
      return void res.destroy()
    }
    next()
  }
}

/** Only `next` can make it reject; Express 4 would leave that unhandled. */
async function wait(
  deciding: Promise<AuthorizationDecision>,
  req: GuardedRequest,
  res: ServerResponse,
  next: NextFunction,
): Promise<void> {
  try {
    if (!obey(await deciding, req, res)) return
  } catch {
    return void res.destroy()
  }
  next()
}

interface Authenticated {
  auth?: AccessToken | undefined
}

/** Whether the handler runs. */
function obey(decision: AuthorizationDecision, req: GuardedRequest, res: ServerResponse): boolean {
  write(res, decision.headers)
  if (decision.allowed === true) {
    ;(req as Authenticated).auth = decision.token
    writeAgain(res, decision.headers)
    return true
  }
  res.statusCode = decision.status
  setLength(req, res, decision)
  res.end(decision.body)
  return false
}

/** Also where an earlier middleware said another; of an answer without a body nothing is claimed. */
function setLength(
  { method }: Pick<Request, 'method'>,
  res: ServerResponse,
  { status, body }: DeniedDecision,
): void {
  if (method === 'HEAD' || status === 204) res.removeHeader('Content-Length')
  else res.setHeader('Content-Length', Buffer.byteLength(body))
}

function write(res: ServerResponse, { remove, set, append }: ResponseHeaders): void {
  for (const name of remove) res.removeHeader(name)
  for (const [name, value] of set) res.setHeader(name, value)
  for (const [name, value] of append) res.setHeader(name, joined(res.getHeader(name), value))
}

/**
 * What handlers set would undo what the gate owns, so that is written once more when the headers go out; not only then, as
 * not all that sends headers comes by.
 */
function writeAgain(res: ServerResponse, headers: ResponseHeaders): void {
  if (headers.remove.length + headers.set.length + headers.append.length === 0) return
  const { writeHead } = res
  res.writeHead = (...args: unknown[]) => {
    if (typeof args.at(-1) === 'object') setAll(res, args.pop())
    write(res, headers)
    return Reflect.apply(writeHead, res, args)
  }
}

/** Sets what `writeHead` was given, in either of its two forms, which it would set after us. */
function setAll(res: ServerResponse, given: unknown): void {
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given ?? {})) res.setHeader(name, value as string)
    return
  }
  for (let at = 0; at < given.length; at += 2) res.removeHeader(given[at])
  for (let at = 0; at < given.length; at += 2) res.appendHeader(given[at], given[at + 1])
}

/** Names nothing twice. */
function joined(before: ReturnType<ServerResponse['getHeader']>, value: string): string {
  if (before === undefined || before === value) return value
  const names = `${[before ?? [], value].flat()}`.split(/, */)
  const lower = names.map((name) => name.toLowerCase())
  return names.filter((_, at) => lower.indexOf(lower[at] as string) === at).join(', ')
}
