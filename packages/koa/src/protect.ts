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
      write(ctx.res, decision.headers)
      if (decision.allowed === true) {
        ctx.state.auth = decision.token
        writeAgain(ctx.res, decision.headers)
      } else {
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

function write(res: ServerResponse, { remove, set, append }: core.ResponseHeaders): void {
  for (const name of remove) res.removeHeader(name)
  for (const [name, value] of set) res.setHeader(name, value)
  for (const [name, value] of append) res.setHeader(name, joined(res.getHeader(name), value))
}

/**
 * What handlers set would undo what the gate owns, and Koa drops all headers when something throws, so they are written once
 * more when the headers go out; not only then, as not all that sends headers comes by. The error is left alone: it may be
 * shared, frozen, or bring headers.
 */
function writeAgain(res: ServerResponse, headers: core.ResponseHeaders): void {
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
