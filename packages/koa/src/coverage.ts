import type { ResourceServer } from '@scopegate/core'
import {
  assertCoverage,
  type CoverageOptions,
  everythingUnder,
  joinPaths,
  type RegisteredApp,
  type RegisteredRoute,
  type RouteCoverage,
  readRoutePath,
} from '@scopegate/core/coverage'
import { dryRun } from './dry-run.ts'
import { gates } from './protect.ts'
import { isRouted, type Layer, type Middleware, type Router } from './registered-router.ts'

export { type CoverageOptions, RouteCoverageError } from '@scopegate/core/coverage'

/**
 * Checks, in a test, that the routes of the app's `@koa/router` routers and the server's rules cover each other: each route
 * lies in a rule that takes its methods, each rule has a route, and each `overrides` is borne out by the routers themselves,
 * which are asked without running a handler. Call it when all routes are registered.
 *
 * A path outside the grammar of rules (a regular expression, `{/:opt}`, `:a-:b`, an inner `*`) needs a rule `/x/*` that
 * contains it; `router.use('/x', f)` needs one for `'*'`. What `app.use` was given besides routers cannot be looked into
 * and is told in `unseen`, unless it takes no `next`: then it needs the rule `/*` for `'*'`.
 *
 * @throws RouteCoverageError telling the routes without a rule, the rules without a route, and what could not be seen
 * @example
 * await assertRoutesCovered(app, server)
 */
export async function assertRoutesCovered(
  app: { readonly middleware: readonly unknown[] },
  server: Pick<ResourceServer, 'routes'>,
  options: CoverageOptions = {},
): Promise<RouteCoverage> {
  const isGate = (each: Middleware): boolean => gates.get(each)?.routes === server.routes
  const given: Given = { ...options, isGate }
  return await assertCoverage(readApp(app.middleware as readonly Middleware[], given), server.routes)
}

interface Given extends CoverageOptions {
  /** Whether it is this server's; that of another, or of one route, is none. */
  readonly isGate: (middleware: Middleware) => boolean
}

interface Reading {
  readonly routes: RegisteredRoute[]
  readonly faults: string[]
  readonly unseen: string[]
  gated: boolean
}

function readApp(
  middleware: readonly Middleware[],
  options: Given,
  prefix = '',
  behindGate = false,
): RegisteredApp {
  const reading: Reading = { routes: [], faults: [], unseen: [], gated: middleware.some(options.isGate) }
  let guarded = behindGate
  for (const each of middleware) {
    guarded ||= options.isGate(each)
    if (isRouted(each)) readRouter(reading, each.router, prefix, guarded, options)
    else if (each.name !== 'scopegate') readMiddleware(reading, each, prefix, guarded)
  }
  for (const { path, app } of options.mounts ?? []) readMounted(reading, path, app, guarded, options)
  const routed = middleware.filter(isRouted)
  return { ...reading, dispatch: async (method, target) => await dryRun(routed, method, target) }
}

/** An app inside another runs under a function that cannot be looked into, so what was passed in is believed. */
function readMounted(reading: Reading, path: string, app: unknown, guarded: boolean, options: Given): void {
  const { middleware } = app as { readonly middleware: readonly Middleware[] }
  const inner = readApp(middleware, { ...options, mounts: [] }, path, guarded)
  const unreachable = `lies in an app under ${path} that cannot be dispatched into`
  reading.routes.push(...inner.routes.map((route) => ({ ...route, unreachable })))
  reading.faults.push(...inner.faults)
  reading.unseen.push(...inner.unseen)
  reading.gated ||= inner.gated
}

function readMiddleware(
  { routes, unseen }: Reading,
  middleware: Middleware,
  prefix: string,
  guarded: boolean,
): void {
  const name = `use '${middleware.name || 'a function'}'${prefix && ` under ${prefix}`}`
  if (middleware.length > 1) unseen.push(`${name}: whether it hands every request on, or mounts an app`)
  else routes.push({ ...everythingUnder(prefix), name, methods: '*', key: middleware, guarded, opaque: true })
}

function readRouter(
  reading: Reading,
  router: Router,
  prefix: string,
  guarded: boolean,
  options: Given,
): void {
  if (router.opts.routerPath !== undefined)
    reading.faults.push('`routerPath` makes a router see another path than the gate')
  const known = new Set(options.middleware)
  /** Under which the gate stands. */
  const bases: string[] = []
  for (const layer of router.stack) {
    const isUse = layer.methods.length === 0
    const isPathless = isUse && isForEverything(layer)
    const inside = guarded || bases.some((base) => `${layer.path}/`.startsWith(`${base}/`))
    if (isUse && layer.stack.every((each) => each.name === 'scopegate')) {
      const base = String(layer.path).replace(NO_PATH, '')
      const isGate = layer.stack.some(options.isGate)
      reading.gated ||= isGate
      if (isPathless && isPassedBy(layer, base)) reading.faults.push(passedBy(joinPaths(prefix, base)))
      else if (isPathless && isGate) bases.push(base)
    } else if (isPathless) reading.unseen.push(`${nameOf(layer, prefix)}: whether it hands every request on`)
    else if (!isUse || !layer.stack.every((each) => known.has(each)))
      reading.routes.push(toRoute(layer, router, prefix, inside))
  }
}

/** The router takes the prefix of its routes in any case, but that of a `use` without a path only as it is written. */
function isPassedBy({ regexp, opts }: Layer, base: string): boolean {
  return /[a-z]/i.test(base) && !regexp.ignoreCase && opts.sensitive !== true
}

function passedBy(base: string): string {
  const elsewhere = 'mount it on the app, or make the router `sensitive`'
  return `the gate that is used under ${base} is passed by where that is spelt in another case; ${elsewhere}`
}

/** What `router.use(f)` makes of having no path. */
const NO_PATH = /\(\?:\\\/\|\$\)$|^\{\/\*rest\}$/

function isForEverything({ path }: Layer): boolean {
  return typeof path === 'string' && NO_PATH.test(path)
}

function toRoute(layer: Layer, { host }: Router, prefix: string, guarded: boolean): RegisteredRoute {
  const { path, methods, opts } = layer
  const isUse = methods.length === 0
  const read =
    typeof path === 'string' && !opts.pathAsRegExp
      ? readRoutePath(joinPaths(prefix, path), 'path-to-regexp', isUse && !opts.end)
      : everythingUnder(prefix)
  return {
    ...read,
    ...(host instanceof RegExp && { unreachable: 'has a host given by a regular expression' }),
    name: nameOf(layer, prefix),
    methods: isUse ? '*' : methods,
    key: layer,
    guarded,
    opaque: isUse,
    conditional: isUse,
  }
}

function nameOf({ path, methods }: Layer, prefix: string): string {
  const full = typeof path === 'string' ? joinPaths(prefix, path) : `${prefix}${path}`
  if (methods.length === 0) return `use ${full}`
  const named = methods.filter((method) => method !== 'HEAD' || !methods.includes('GET'))
  return `${named.length > 8 ? 'all' : named.join('|')} ${full}`
}
