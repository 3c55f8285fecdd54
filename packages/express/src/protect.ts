import type {
  AuthorizationDecision,
  Authorizer,
  ResourceServer,
  ResponseHeaders,
  RouteRequirement,
  ScopeExpression,
} from '@scopegate/core'
import type { Request, RequestHandler, Response } from 'express'

/**
 * Middleware that judges every request by the server's route table and answers what is not allowed. Mount it before every
 * route and body parser. It reads `req.originalUrl`, so a mount path changes nothing: rules name the full path.
 *
 * @throws ConfigurationError at set-up where the server has no route table
 * @example
 * app.use(protect(server))
 */
export function protect(server: ResourceServer): RequestHandler {
  return enforce(server.protecting())
}

/**
 * Middleware for one route that judges by the requirement written there, with or without a route table. Used together with
 * {@link protect}, both must allow.
 *
 * @throws ConfigurationError at set-up where the requirement is wrong or asks nothing
 * @example
 * app.delete('/maps/:id', requireScopes(server, 'delete'), handler)
 */
export function requireScopes<Scope extends string>(
  server: ResourceServer<Scope>,
  requirement: ScopeExpression<Scope> | RouteRequirement<Scope>,
): RequestHandler {
  return enforce(server.requiring(requirement))
}

function enforce(authorizer: Authorizer): RequestHandler {
  return async function scopegate(req, res, next): Promise<void> {
    let allowed = false
    try {
      const request = { method: req.method, target: req.originalUrl, rawHeaders: req.rawHeaders }
      allowed = obey(req, res, authorizer.authorizeNow(request) ?? (await authorizer.authorize(request)))
    } catch {
      // Not next(error): an error handler that goes on would lead to the route.
      res.destroy()
    }
    if (allowed === true) next()
  }
}

function obey(req: Request, res: Response, decision: AuthorizationDecision): boolean {
  writeHeaders(res, decision.headers)
  Object.assign(req, { auth: undefined })
  if (decision.allowed === true) {
    Object.assign(req, { auth: decision.token })
    return true
  }
  res.status(decision.status).end(decision.body)
  return false
}

function writeHeaders(res: Response, { remove, set, append }: ResponseHeaders): void {
  for (const name of remove) res.removeHeader(name)
  for (const [name, value] of set) res.setHeader(name, value)
  for (const [name, value] of append) res.append(name, value)
}
