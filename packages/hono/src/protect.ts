import type * as core from '@scopegate/core'
import type { Context, MiddlewareHandler as Guard } from 'hono'

type WaitUntil = core.ResourceRequest['waitUntil']
type Requirement<Scope extends string> = NoInfer<core.ScopeExpression<Scope> | core.RouteRequirement<Scope>>

/**
 * Judges every request by the route table and answers those it refuses; an earlier middleware's answers it does not see. The
 * whole path counts, also under a prefix. For options that come as bindings give a function, called once per environment.
 * @throws ConfigurationError where the server has no route table
 * @example app.use(protect(server))
 */
export function protect(server: core.ResourceServer | ((c: Context) => core.ResourceServer)): Guard {
  return guard(typeof server === 'function' ? perEnvironment(server) : always(server.protecting()))
}

/**
 * Judges one route by the requirement written there, alone or after {@link protect}: both must allow. No preflights.
 * @throws ConfigurationError where the requirement is wrong or asks nothing
 * @example app.delete('/maps/:mapId', requireScopes(server, 'delete'), handler)
 */
export function requireScopes<S extends string>(server: core.ResourceServer<S>, rule: Requirement<S>): Guard {
  return guard(always(server.requiring(rule)))
}

const always = (authorizer: core.Authorizer) => () => authorizer

/** Bindings come with an execution context; without one, what is in `c.env` may be new on every request. */
function perEnvironment(create: (c: Context) => core.ResourceServer): (c: Context) => core.Authorizer {
  const known = new WeakMap<object, core.Authorizer>()
  return (c) => {
    const environment = (waitUntilOf(c) && c.env) ?? known
    const authorizer = known.get(environment) ?? create(c).protecting()
    known.set(environment, authorizer)
    return authorizer
  }
}

function guard(authorizerOf: (c: Context) => core.Authorizer): Guard {
  return async function scopegate(c, next) {
    const [authorizer, request] = [authorizerOf(c), requestOf(c)]
    const decision = authorizer.authorizeNow(request) ?? (await authorizer.authorize(request))
    if (decision.allowed === true) {
      c.set('auth', decision.token)
      await next()
    } else {
      c.res = c.newResponse(decision.body || null, decision.status as 401)
    }
    try {
      write(c.res.headers, decision.headers)
    } catch {
      c.res = new Response(c.res.body, c.res) // the headers of a fetched response cannot be changed
      write(c.res.headers, decision.headers)
    }
  }
}

/** As it came off the wire, where Node's own request is at hand: Hono's is normalised. */
function requestOf(c: Context): core.ResourceRequest {
  const { method, url: target, rawHeaders } = c.env?.incoming ?? {}
  return Array.isArray(rawHeaders)
    ? { method, target, rawHeaders }
    : requestWithUrl(c.req.raw, waitUntilOf(c))
}

function requestWithUrl({ method, url, headers }: Request, waitUntil: WaitUntil): core.RequestWithUrl {
  return { method, url, rawHeaders: [...headers].flat(), ...(waitUntil && { waitUntil }) }
}

function waitUntilOf(c: Context): WaitUntil {
  try {
    const { executionCtx } = c
    return (work) => executionCtx.waitUntil(work)
  } catch {
    return undefined // the getter throws where there is none
  }
}

/** Appends nothing twice: a handler may answer with the same `Response` every time. */
function write(headers: Headers, { remove, set, append }: core.ResponseHeaders): void {
  for (const name of remove) headers.delete(name)
  for (const [name, value] of set) headers.set(name, value)
  for (const [name, it] of append) headers.get(name)?.split(', ').includes(it) || headers.append(name, it)
}
