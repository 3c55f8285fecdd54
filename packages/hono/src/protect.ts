import type {
  Authorizer,
  ResourceServer,
  ResponseHeaders,
  RouteRequirement,
  ScopeExpression,
} from '@scopegate/core'
import type { Context, MiddlewareHandler } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import { toResourceRequest } from './resource-request.ts'

/**
 * Middleware that judges every request by the server's route table and answers what is not allowed. Register it before
 * every route. It reads the path as the server received it, so a base path changes nothing: rules name the full path.
 *
 * @param server the resource server, or how to make it of an environment's bindings (once per environment)
 * @throws ConfigurationError at set-up where the server has no route table
 * @example
 * app.use(protect(server))
 * app.use(protect((c) => createResourceServer({ ...options, issuer: c.env.ISSUER })))
 */
export function protect(server: ResourceServer | ((c: Context) => ResourceServer)): MiddlewareHandler {
  return enforce(typeof server === 'function' ? perEnvironment(server) : always(server.protecting()))
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
): MiddlewareHandler {
  return enforce(always(server.requiring(requirement)))
}

function always(authorizer: Authorizer): () => Authorizer {
  return () => authorizer
}

/** Bindings come with the execution context; where there is none, there is one environment. */
function perEnvironment(make: (c: Context) => ResourceServer): (c: Context) => Authorizer {
  const made = new WeakMap<object, Authorizer>()
  const only = {}
  return (c) => {
    const environment = toResourceRequest(c).waitUntil ? (c.env as object) : only
    const authorizer = made.get(environment) ?? make(c).protecting()
    made.set(environment, authorizer)
    return authorizer
  }
}

function enforce(authorizerOf: (c: Context) => Authorizer): MiddlewareHandler {
  return async function scopegate(c, next): Promise<Response | undefined> {
    const authorizer = authorizerOf(c)
    const request = toResourceRequest(c)
    const decision = authorizer.authorizeNow(request) ?? (await authorizer.authorize(request))
    c.set('auth', undefined)
    if (decision.allowed === true) {
      c.set('auth', decision.token)
      await next()
      writeHeaders(c, decision.headers)
      return undefined
    }
    applyHeaders(c.res.headers, decision.headers)
    return c.newResponse(decision.body || null, decision.status as StatusCode)
  }
}

/** After the handler, so that the headers are on whatever it answered, threw or fetched. */
function writeHeaders(c: Context, headers: ResponseHeaders): void {
  try {
    applyHeaders(c.res.headers, headers)
  } catch {
    const { body, status, statusText, headers: immutable } = c.res
    const copy = new Response(body, { status, statusText, headers: immutable })
    c.res = undefined
    c.res = copy
    applyHeaders(copy.headers, headers)
  }
}

function applyHeaders(headers: Headers, { remove, set, append }: ResponseHeaders): void {
  for (const name of remove) headers.delete(name)
  for (const [name, value] of set) headers.set(name, value)
  for (const [name, value] of append) headers.append(name, value)
}
