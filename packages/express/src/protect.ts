import type { ServerResponse } from 'node:http'
import type {
  AccessToken,
  AuthorizationDecision,
  Authorizer,
  DeniedDecision,
  ResourceServer,
  RouteRequirement,
  ScopeExpression,
} from '@scopegate/core'
import type { NextFunction, Request } from 'express'
import { keepHeaders, writeHeaders } from './response-headers.ts'

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
 * Fails closed: where an answer cannot be written, another being under way, the connection ends and nothing runs. A decision
 * that needs no waiting is obeyed in the same turn, as by any synchronous middleware.
 */
function guard(authorizer: Authorizer): Guard {
  return function scopegate(req, res, next) {
    try {
      const request = { method: req.method, target: req.originalUrl, rawHeaders: req.rawHeaders }
      const decision = authorizer.authorizeNow(request)
      if (decision === undefined) return void obeyLater(authorizer.authorize(request), req, res, next)
      if (!obey(decision, req, res)) return
    } catch {
      return abandon(res)
    }
    goOn(next)
  }
}

async function obeyLater(
  deciding: Promise<AuthorizationDecision>,
  req: GuardedRequest,
  res: ServerResponse,
  next: NextFunction,
): Promise<void> {
  try {
    if (!obey(await deciding, req, res)) return
  } catch {
    return abandon(res)
  }
  goOn(next)
}

/** What `next` throws is handed to it, as Express does for a synchronous middleware: after a wait nobody else would. */
function goOn(next: NextFunction): void {
  try {
    next()
  } catch (error) {
    next(error)
  }
}

interface Authenticated {
  auth?: AccessToken | undefined
}

/** Whether the handler may run; where not, the request has been answered. */
function obey(decision: AuthorizationDecision, req: GuardedRequest, res: ServerResponse): boolean {
  if (decision.allowed !== true) return refuse(decision, req, res)
  keepHeaders(res, decision.headers)
  ;(req as Authenticated).auth = decision.token
  return true
}

const ABOUT_BODY = ['Content-Length', 'Content-Type', 'Transfer-Encoding']

/** What an earlier middleware said of another body is dropped; of an answer without one nothing is claimed. */
function refuse(
  { status, headers, body }: DeniedDecision,
  { method }: GuardedRequest,
  res: ServerResponse,
): false {
  for (const name of ABOUT_BODY) res.removeHeader(name)
  writeHeaders(res, headers)
  res.statusCode = status
  if (method !== 'HEAD' && status !== 204) res.setHeader('Content-Length', Buffer.byteLength(body))
  res.end(body)
  return false
}

/** Never throws: an error handler might send the request on. */
function abandon(res: ServerResponse): void {
  try {
    res.destroy()
  } catch {
    // something put another `destroy` there; the request stays without an answer
  }
}
