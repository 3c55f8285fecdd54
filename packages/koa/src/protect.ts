import type * as core from '@scopegate/core'
import type { Middleware } from 'koa'
import type { State } from './access-token.ts'
import { keepHeaders, writeHeaders } from './response-headers.ts'

/**
 * Judges every request by the route table and answers those it refuses. Mount it on the app, before the routes: a router
 * with a prefix passes by what it uses where the prefix is spelt in another case. It does not see what an earlier middleware
 * answers.
 * @throws ConfigurationError where the server has no route table
 * @example app.use(protect(server))
 */
export function protect(server: core.ResourceServer): Middleware<State> {
  const middleware = guard(server.protecting())
  gates.set(middleware, server)
  return middleware
}

/** Which server each gate is of, for the coverage check. */
export const gates: WeakMap<object, Pick<core.ResourceServer, 'routes'>> = new WeakMap()

/**
 * Judges one route by the requirement written there, alone or after {@link protect}: both must allow. No preflights.
 * @throws ConfigurationError where the requirement is wrong or asks nothing
 * @example router.delete('/maps/:mapId', requireScopes(server, 'delete'), handler)
 */
export function requireScopes<Scope extends string>(
  server: core.ResourceServer<Scope>,
  requirement: NoInfer<core.ScopeExpression<Scope> | core.RouteRequirement<Scope>>,
): Middleware<State> {
  return guard(server.requiring(requirement))
}

/** Fails closed: where the answer cannot be written, another being under way, the connection ends and nothing runs. */
function guard(authorizer: core.Authorizer): Middleware<State> {
  return async function scopegate(ctx, next) {
    try {
      const request = { method: ctx.method, target: ctx.originalUrl, rawHeaders: ctx.req.rawHeaders }
      const decision = authorizer.authorizeNow(request) ?? (await authorizer.authorize(request))
      if (decision.allowed === true) {
        keepHeaders(ctx.res, decision.headers) // an error is left alone: it may be shared, frozen, or bring headers
        ctx.state.auth = decision.token
      } else {
        writeHeaders(ctx.res, decision.headers)
        ctx.remove('Transfer-Encoding')
        ctx.status = decision.status
        ctx.body = decision.body
        if (ctx.method === 'HEAD' || decision.status === 204) ctx.remove('Content-Length') // it would claim that GET has none
        return
      }
    } catch {
      return void ctx.res.destroy()
    }
    return await next()
  }
}
