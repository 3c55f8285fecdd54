import type {
  Authorizer,
  ResourceServer,
  ResponseHeaders,
  RouteRequirement,
  ScopeExpression,
} from '@scopegate/core'
import type { Context, Middleware, Next } from 'koa'

/**
 * Middleware that judges every request by the server's route table and answers what is not allowed. Mount it before every
 * router and body parser. It reads `ctx.originalUrl`, so a mount path changes nothing: rules name the full path.
 *
 * @throws ConfigurationError at set-up where the server has no route table
 * @example
 * app.use(protect(server))
 */
export function protect(server: ResourceServer): Middleware {
  return enforce(server.protecting())
}

/**
 * Middleware for one route that judges by the requirement written there, with or without a route table. Used together with
 * {@link protect}, both must allow.
 *
 * @throws ConfigurationError at set-up where the requirement is wrong or asks nothing
 * @example
 * router.delete('/maps/:id', requireScopes(server, 'delete'), handler)
 */
export function requireScopes<Scope extends string>(
  server: ResourceServer<Scope>,
  requirement: ScopeExpression<Scope> | RouteRequirement<Scope>,
): Middleware {
  return enforce(server.requiring(requirement))
}

function enforce(authorizer: Authorizer): Middleware {
  return async function scopegate(ctx, next): Promise<void> {
    const request = { method: ctx.method, target: ctx.originalUrl, rawHeaders: ctx.req.rawHeaders }
    const decision = authorizer.authorizeNow(request) ?? (await authorizer.authorize(request))
    writeHeaders(ctx, decision.headers)
    ctx.state.auth = undefined
    if (decision.allowed === true) {
      ctx.state.auth = decision.token
      return await pass(next, decision.headers)
    }
    ctx.status = decision.status
    ctx.body = decision.body
  }
}

function writeHeaders(ctx: Context, { remove, set, append }: ResponseHeaders): void {
  for (const name of remove) ctx.remove(name)
  for (const [name, value] of set) ctx.set(name, value)
  for (const [name, value] of append) ctx.append(name, value)
}

/** Koa drops every header when something throws, but for those of the error. */
async function pass(next: Next, headers: ResponseHeaders): Promise<void> {
  try {
    await next()
  } catch (error) {
    if (error instanceof Object && Object.isExtensible(error))
      Reflect.set(error, 'headers', withOurs(error, headers))
    throw error
  }
}

function withOurs(error: object, { set, append }: ResponseHeaders): Record<string, unknown> {
  const theirs = 'headers' in error && error.headers instanceof Object ? Object.entries(error.headers) : []
  const merged = append.map(([name, value]) => {
    const same = theirs.filter(([other]) => other.toLowerCase() === name.toLowerCase())
    return [name, [...same.flatMap(([, given]) => given), value].join(', ')]
  })
  const names = new Set(append.map(([name]) => name.toLowerCase()))
  const others = theirs.filter(([name]) => !names.has(name.toLowerCase()))
  return Object.fromEntries([...set, ...others, ...merged])
}
