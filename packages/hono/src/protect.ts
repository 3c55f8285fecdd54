import type * as core from '@scopegate/core'
import type { Context, MiddlewareHandler as Guard } from 'hono'

type Rule<S extends string> = Parameters<core.ResourceServer<S>['requiring']>[0]

/**
 * Judges every request by the route table and its whole path, and answers those it refuses; what an earlier middleware
 * answers it does not see. Where options come as bindings, give a function: it is called once per environment, and
 * once in all where there is no execution context, which only platforms with bindings give; what it throws is Hono's to
 * answer.
 * @throws ConfigurationError where the server has no route table
 * @example app.use(protect(server))
 */
export function protect(server: core.ResourceServer | ((c: Context) => core.ResourceServer)): Guard {
  const middleware = guard(typeof server === 'function' ? perEnvironment(server) : server.protecting())
  gates.set(middleware, server)
  return middleware
}

/** Which server each gate is of, for the coverage check. */
export const gates: WeakMap<object, Parameters<typeof protect>[0]> = new WeakMap()

/**
 * Judges one route by the requirement written there, alone or after {@link protect}: both must allow. No preflights.
 * @throws ConfigurationError where the requirement is wrong or asks nothing
 * @example app.delete('/maps/:mapId', requireScopes(server, 'delete'), handler)
 */
export function requireScopes<S extends string>(
  server: core.ResourceServer<S>,
  rule: NoInfer<Rule<S>>,
): Guard {
  return guard(server.requiring(rule))
}

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

function guard(by: core.Authorizer | ((c: Context) => core.Authorizer)): Guard {
  return async function scopegate(c, next) {
    const [authorizer, request] = [typeof by === 'function' ? by(c) : by, requestOf(c)]
    const decision = authorizer.authorizeNow(request) ?? (await authorizer.authorize(request))
    if (decision.allowed !== true) return deny(c, decision)
    c.set('auth', decision.token)
    await next()
    const { remove, set, append } = decision.headers
    // Asked first, since looking at the headers alone makes servers build them.
    if (remove.length + set.length + append.length > 0) answer(c, decision.headers)
  }
}

/** Headers that an earlier middleware prepared stay; where there are none, none need be built to be changed. */
function deny(c: Context, { status, body, headers }: core.DeniedDecision): void {
  const isBare = c.req.method === 'HEAD' || status === 204
  const content = isBare ? null : body
  if (isEmpty(c.newResponse(null, status as 401).headers)) {
    c.res = new Response(content, { status, headers: toRecord(headers) })
    return
  }
  c.res = c.newResponse(content, status as 401)
  // What an earlier middleware said of another body.
  for (const name of ABOUT_BODY) c.res.headers.delete(name)
  write(c.res.headers, headers)
}

const ABOUT_BODY = ['Content-Length', 'Content-Type', 'Transfer-Encoding']

function isEmpty(headers: Headers): boolean {
  for (const _ of headers) return false
  return true
}

function toRecord({ set, append }: core.ResponseHeaders): Record<string, string> {
  const record: Record<string, string> = {}
  for (const [name, value] of set) record[name] = value
  for (const [name, value] of append) record[name] = value
  return record
}

function answer(c: Context, headers: core.ResponseHeaders): void {
  try {
    write(c.res.headers, headers)
  } catch {
    c.res = new Response(c.res.body, c.res) // the headers of a fetched response cannot be changed
    write(c.res.headers, headers)
  }
}

/** As it came off the wire, where Node's own request is at hand: Hono's is normalised. */
function requestOf(c: Context): core.ResourceRequest {
  const { method, url: target, rawHeaders } = c.env?.incoming ?? {}
  const { raw } = c.req
  return Array.isArray(rawHeaders)
    ? { method, target, rawHeaders }
    : { method: raw.method, url: raw.url, rawHeaders: [...raw.headers].flat(), waitUntil: waitUntilOf(c) }
}

function waitUntilOf(c: Context): core.ResourceRequest['waitUntil'] {
  try {
    return c.executionCtx.waitUntil.bind(c.executionCtx)
  } catch {
    return undefined // the getter throws where there is none
  }
}

/** Appends nothing twice: a handler may answer with the same `Response` every time. */
function write(headers: Headers, { remove, set, append }: core.ResponseHeaders): void {
  for (const name of [...headers.keys()]) if (lists(remove, name)) headers.delete(name)
  for (const [name, value] of set) headers.set(name, value)
  for (const [name, value] of append) {
    const names = headers.get(name)?.toLowerCase().split(/, */)
    const missing = value.split(', ').filter((each) => !names?.includes(each.toLowerCase()))
    if (missing.length > 0) headers.append(name, missing.join(', '))
  }
}

/** Looked for among the few headers there are: each name asked of a `Headers` would be checked anew. */
function lists(names: readonly string[], lowerCase: string): boolean {
  return names.some((name) => name.length === lowerCase.length && name.toLowerCase() === lowerCase)
}
