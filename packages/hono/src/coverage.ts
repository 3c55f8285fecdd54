import type { ResourceServer } from '@scopegate/core'
import {
  assertCoverage,
  type CoverageOptions,
  createMountedApps,
  joinPaths,
  type MountedApps,
  type RegisteredApp,
  type RegisteredRoute,
  type RouteCoverage,
  readRoutePath,
} from '@scopegate/core/coverage'
import type { Hono } from 'hono'
import { gates } from './protect.ts'

export { type CoverageOptions, RouteCoverageError } from '@scopegate/core/coverage'

/**
 * Checks, in a test, that the app's routes and the server's rules cover each other: each route lies in a rule that takes its
 * methods, each rule has a route, and each `overrides` is borne out by the app's own router, which is asked without running
 * a handler. Call it when all routes are registered; it makes the router ready to match, as a first request would.
 *
 * A path outside the grammar of rules (`:id{.+}`, `:id?`, an inner `*`) and whatever is mounted as a whole (`mount`) needs a
 * rule `/x/*` that contains it, for `'*'` where it takes every method; an app behind `mount` can be passed in `mounts`
 * instead. Middleware used on every path of its app is taken to hand requests on, and told in `unseen`.
 *
 * @throws RouteCoverageError telling the routes without a rule, the rules without a route, and what could not be seen
 * @example
 * await assertRoutesCovered(app, server)
 */
export async function assertRoutesCovered(
  app: Pick<Hono, 'routes' | 'router'>,
  server: Pick<ResourceServer, 'routes'>,
  options: CoverageOptions = {},
): Promise<RouteCoverage> {
  const mounts = createMountedApps(options)
  const { middleware = [] } = options
  const registered = readApp(app as Hono, { mounts, middleware, routes: server.routes }, '')
  const faults = [...registered.faults, ...mounts.faults()]
  return await assertCoverage({ ...registered, faults }, server.routes)
}

type Route = Hono['routes'][number]

interface Given {
  readonly mounts: MountedApps
  readonly middleware: readonly unknown[]
  readonly routes: ResourceServer['routes']
}

interface Reading {
  readonly routes: RegisteredRoute[]
  readonly faults: string[]
  readonly unseen: string[]
  /** The apps passed in, each by the route it is mounted with. */
  readonly mounted: Map<unknown, RegisteredApp>
  gated: boolean
}

function readApp(app: Hono, options: Given, prefix: string, guarded = false): RegisteredApp {
  const reading: Reading = { routes: [], faults: [], unseen: [], mounted: new Map(), gated: false }
  if (hasOwnGetPath(app)) reading.faults.push('`getPath` makes the router see another path than the gate')
  const before: Route[] = []
  for (const route of app.routes) {
    if (isGate(route, options.routes)) {
      before.push(route)
      if (isMadeLater(route))
        reading.unseen.push(`the gate on ${route.path}: of which server, as that is made later`)
    } else if (functionOf(route).name !== 'scopegate')
      readRoute(reading, app, route, prefix, guarded || before.some((gate) => isUnder(gate, route)), options)
  }
  reading.gated ||= before.length > 0
  return {
    ...reading,
    dispatch: async (method, target) => [await dispatch(app, reading, method, target, prefix)],
  }
}

/** What `app.fetch` would run: the router's own match. Hono sends `HEAD` to the `GET` routes. */
async function dispatch(
  { router }: Hono,
  { mounted }: Reading,
  method: string,
  target: string,
  prefix: string,
): Promise<unknown[]> {
  const depth = prefix === '' ? 0 : prefix.split('/').length - 1
  const path = `/${target
    .split('/')
    .slice(depth + 1)
    .join('/')}`
  const keys: unknown[] = []
  for (const [[, route]] of router.match(method === 'HEAD' ? 'GET' : method, path)[0]) {
    const inside = await mounted.get(route)?.dispatch(method, target)
    keys.push(...(inside?.flat() ?? [route]))
  }
  return keys
}

/** The two that Hono has itself, with `strict` and without, are the same function in every app. */
function hasOwnGetPath(app: Hono): boolean {
  const Constructor = app.constructor as typeof Hono
  const own = [true, false].map((strict) => new Constructor({ strict }).getPath)
  return !own.includes(app.getPath)
}

/** What was registered; `route()` wraps the handlers of an app with an error handler of its own. */
function functionOf({ handler }: Route): { readonly name: string; readonly length: number } {
  const wrapped: unknown = Reflect.get(handler, '__COMPOSED_HANDLER')
  return typeof wrapped === 'function' ? wrapped : handler
}

/** That of another server, or of one route, is none; of which one a gate is whose server is made later cannot be told. */
function isGate(route: Route, routes: ResourceServer['routes']): boolean {
  const server = gates.get(functionOf(route))
  return typeof server === 'function' || server?.routes === routes
}

function isMadeLater(route: Route): boolean {
  return typeof gates.get(functionOf(route)) === 'function'
}

function isUnder(gate: Route, { path }: Route): boolean {
  const base = gate.path.replace(/\/?\*$/, '')
  return gate.method === 'ALL' && gate.path.endsWith('/*') && (path === base || path.startsWith(`${base}/`))
}

function readRoute(
  reading: Reading,
  outer: Hono,
  route: Route,
  prefix: string,
  guarded: boolean,
  options: Given,
): void {
  const path = joinPaths(prefix, route.path)
  const name = `${route.method} ${path}`
  const { name: handlerName, length } = functionOf(route)
  const mount = path.replace(/\/\*$/, '') || '/'
  const isMounted = isOpaque(route) && isMount(route, outer)
  const app = isMounted ? options.mounts.take(mount) : undefined
  if (app) readMounted(reading, route, { path: mount, app }, guarded, options)
  else if (options.middleware.includes(route.handler)) return
  else if (isEverywhere(route) && length > 1 && !isMounted)
    reading.unseen.push(`${name}: whether '${handlerName || 'a function'}' hands every request on`)
  else {
    const methods = route.method === 'ALL' ? ('*' as const) : [route.method]
    const opaque = isOpaque(route)
    reading.routes.push({ ...readRoutePath(path, 'hono'), name, methods, key: route, guarded, opaque })
  }
}

/** Used or mounted on everything under its path, and able to hand on. */
function isOpaque(route: Route): boolean {
  return route.method === 'ALL' && route.path.endsWith('/*') && functionOf(route).length > 1
}

/** Whether `mount` made the handler: told by its text, since it has no mark and middleware may have any name. */
function isMount(route: Route, app: Hono): boolean {
  const probe = new (app.constructor as typeof Hono)()
  if (typeof probe.mount !== 'function') return false
  probe.mount('/', () => new Response())
  return probe.routes.some((made) => textOf(made) === textOf(route))
}

function textOf(route: Route): string {
  return Function.prototype.toString.call(functionOf(route)).replace(/\s+/g, ' ')
}

/** Used on every path of its app, as `app.use(f)` does. */
function isEverywhere({ method, path, basePath }: Route): boolean {
  return method === 'ALL' && path === `${basePath.replace(/\/$/, '')}/*`
}

function readMounted(
  reading: Reading,
  route: Route,
  { path, app }: { path: string; app: unknown },
  guarded: boolean,
  options: Given,
): void {
  const registered = readApp(app as Hono, options, path, guarded)
  reading.mounted.set(route, registered)
  reading.routes.push(...registered.routes)
  reading.faults.push(...registered.faults)
  reading.unseen.push(...registered.unseen)
  reading.gated ||= registered.gated
}
