import type { ServerResponse } from 'node:http'
import type * as core from '@scopegate/core'
import type { Middleware } from 'koa'
import type { State } from './access-token.ts'

/**
 * Judges every request by the route table and answers those it refuses. Mount it on the app, before the routes: a router
 * with a prefix passes by what it uses where the prefix is spelt in another case. It does not see what an earlier middleware
 * answers.
 * @throws ConfigurationError where the server has no route table
 * @example app.use(protect(server))
 */
export function protect(server: core.ResourceServer): Middleware<State> {
  return guard(server.protecting())
}

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
    let headers: core.ResponseHeaders
    try {
      const request = { method: ctx.method, target: ctx.originalUrl, rawHeaders: ctx.req.rawHeaders }
      const decision = authorizer.authorizeNow(request) ?? (await authorizer.authorize(request))
      headers = decision.headers
      for (const name of headers.remove) ctx.res.removeHeader(name)
      for (const [name, value] of headers.set) ctx.res.setHeader(name, value)
      append(ctx.res, headers)
      if (decision.allowed === true) ctx.state.auth = decision.token
      else {
        ctx.status = decision.status
        ctx.body = decision.body
        return void (decision.body || ctx.remove('Content-Length')) // a HEAD would claim that GET has none
      }
    } catch {
      return void ctx.res.destroy()
    }
    try {
      return await next()
    } catch (error) {
      keepHeaders(ctx.res, headers)
      throw error
    }
  }
}

/** Koa drops all headers when something throws. The error is left alone: it may be shared, frozen, or bring headers. */
function keepHeaders(res: ServerResponse, headers: core.ResponseHeaders): void {
  const { writeHead } = res
  res.writeHead = (...args: unknown[]) => {
    for (const [name, value] of headers.set) res.hasHeader(name) || res.setHeader(name, value)
    append(res, headers)
    return Reflect.apply(writeHead, res, args)
  }
}

function append(res: ServerResponse, headers: core.ResponseHeaders): void {
  for (const [name, value] of headers.append) res.setHeader(name, joined(res.getHeader(name), value))
}

/** Names nothing twice. */
function joined(before: ReturnType<ServerResponse['getHeader']>, value: string): string {
  if (before === undefined) return value
  return [...new Set(`${[before, value].flat()}`.split(/, */))].join(', ')
}
