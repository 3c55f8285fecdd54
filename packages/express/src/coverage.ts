import type { ResourceServer } from '@scopegate/core'
import {
  assertCoverage,
  type CoverageOptions,
  createMountedApps,
  everythingUnder,
  joinPaths,
  type MountedApps,
  type RegisteredApp,
  type RegisteredRoute,
  type RouteCoverage,
  readRoutePath,
} from '@scopegate/core/coverage'
import { startDryRun } from './dry-run.ts'
import { gates } from './protect.ts'
import { isExpress4, type Layer, mountPathsOf, type Router, routerOf } from './registered-layer.ts'

export { type CoverageOptions, RouteCoverageError } from '@scopegate/core/coverage'

/**
 * Checks, in a test, that the app's routes and the server's rules cover each other: each route lies in a rule that takes its
 * methods, each rule has a route, and each `overrides` is borne out by the app's own router, which is asked without running
 * a handler. Call it when all routes are registered.
 *
 * A path outside the grammar of rules (a regular expression, `{/:opt}`, `:a-:b`, an inner `*`, Express 4's `?`, `+` and
 * groups) needs a rule `/x/*` that contains it. What `use('/x', f)` mounts needs one for `'*'`, and so does an app mounted
 * as a whole, unless it is passed in `mounts`. Middleware without a path is taken to hand requests on, and told in `unseen`.
 *
 * @throws RouteCoverageError telling the routes without a rule, the rules without a route, and what could not be seen
 * @example
 * await assertRoutesCovered(app, server)
 * await assertRoutesCovered(app, server, { mounts: [{ path: '/admin', app: adminApp }] })
 */
export async function assertRoutesCovered(
  app: unknown,
  server: Pick<ResourceServer, 'routes'>,
  options: CoverageOptions = {},
): Promise<RouteCoverage> {
  const router = routerOf(app)
  if (router === undefined) throw new TypeError('not an Express application with routes, nor a router')
  const reading = startReading(server, options)
  readRouter(reading, router, '', false)
  const prototypes = app as { readonly request?: object; readonly response?: object }
  const dry = startDryRun(router, [...reading.routers], (layer) => reading.transparent.has(layer), prototypes)
  try {
    return await assertCoverage(toApp(reading, dry.run), server.routes)
  } finally {
    dry.end()
  }
}

interface Reading {
  readonly routes: RegisteredRoute[]
  readonly unseen: string[]
  readonly routers: Set<Router>
  /** The layers that lead to other layers. */
  readonly transparent: Set<Layer>
  readonly mounts: MountedApps
  readonly middleware: readonly unknown[]
  readonly isGate: (handle: object) => boolean
  gated: boolean
}

function startReading({ routes }: Pick<ResourceServer, 'routes'>, options: CoverageOptions): Reading {
  const { middleware = [] } = options
  return {
    routes: [],
    unseen: [],
    routers: new Set(),
    transparent: new Set(),
    mounts: createMountedApps(options),
    middleware,
    isGate: (handle) => gates.get(handle)?.routes === routes,
    gated: false,
  }
}

function toApp(
  { routes, unseen, mounts, gated }: Reading,
  run: (method: string, target: string) => Promise<readonly Layer[]>,
): RegisteredApp {
  return {
    routes,
    gated,
    faults: mounts.faults(),
    unseen,
    dispatch: async (method, target) => [await run(method, target)],
  }
}

function readRouter(reading: Reading, router: Router, prefix: string, guarded: boolean): void {
  reading.routers.add(router)
  let inside = guarded
  for (const layer of router.stack) {
    const paths = mountPathsOf(layer)
    if (layer.route) readRoute(reading, layer, prefix, inside)
    else if (layer.handle.length > 3) continue
    else if (layer.handle.name === 'scopegate') inside = readGate(reading, layer, paths) || inside
    else readUse(reading, layer, paths, prefix, inside)
  }
}

/** Whether what comes behind it is behind this server's gate; that of another server, or of one route, is none. */
function readGate(reading: Reading, { handle }: Layer, paths: readonly unknown[] | undefined): boolean {
  const isGate = reading.isGate(handle)
  reading.gated ||= isGate
  return isGate && paths?.includes('/') === true
}

function readRoute(reading: Reading, layer: Layer, prefix: string, guarded: boolean): void {
  const { path, methods } = layer.route as NonNullable<Layer['route']>
  const taken = Object.keys(methods).map((method) => method.toUpperCase())
  const all = taken.includes('_ALL')
  for (const each of [path].flat(Number.POSITIVE_INFINITY)) {
    const name = `${all || taken.length > 8 ? 'all' : taken.join('|')} ${nameOf(prefix, each)}`
    const pattern = readPath(layer, prefix, each, false)
    reading.routes.push({ ...pattern, name, methods: all ? '*' : taken, key: layer, guarded })
  }
}

function readUse(
  reading: Reading,
  layer: Layer,
  paths: readonly unknown[] | undefined,
  prefix: string,
  guarded: boolean,
): void {
  if (paths === undefined) readHidden(reading, layer, prefix, guarded)
  else for (const path of paths) readMount(reading, layer, path, prefix, guarded)
}

/** router before 2.3, and what is no plain path in Express 4. */
function readHidden(reading: Reading, layer: Layer, prefix: string, guarded: boolean): void {
  const name = `use '${layer.handle.name || 'a function'}' under ${prefix || '/'}`
  const given = reading.mounts.takeApp(layer.handle).map(({ path }) => path.slice(prefix.length))
  if (given.length > 0 && given.every((path) => layer.match(path.replace(/:\w+/g, 'any')) !== false)) {
    reading.unseen.push(`${name}: further paths that it is mounted on, besides the given ${given.join(', ')}`)
    for (const path of given) readMount(reading, layer, path, prefix, guarded)
    return
  }
  reading.unseen.push(`${name}: the path, which this version of Express hides; give it in \`mounts\``)
  reading.routes.push({ ...everythingUnder(prefix), name, methods: '*', key: layer, guarded, ...HANDS_ON })
}

function readMount(reading: Reading, layer: Layer, path: unknown, prefix: string, guarded: boolean): void {
  const full = typeof path === 'string' ? joinPaths(prefix, path) : undefined
  const isApp = layer.name === 'mounted_app'
  const app = isApp && full !== undefined ? reading.mounts.take(full) : layer.handle
  const router = routerOf(app)
  if (router && full !== undefined) {
    reading.transparent.add(layer)
    readRouter(reading, router, full, guarded)
  } else if (isMiddleware(layer, path)) {
    if (isOwnOfExpress(layer)) return
    reading.unseen.push(`use '${layer.name}' under ${prefix || '/'}: whether it hands every request on`)
  } else if (!reading.middleware.includes(layer.handle)) {
    const pattern = readPath(layer, prefix, path, true)
    reading.routes.push({
      ...pattern,
      name: `use ${nameOf(prefix, path)}`,
      methods: '*',
      key: layer,
      guarded,
      ...(isApp ? HANDS_ON : { opaque: true }),
    })
  }
}

/** An app or router that cannot be looked into: what it does not match goes on. */
const HANDS_ON = { opaque: true, conditional: true } as const

/** Used without a path, and able to hand on. A mounted app answers, whatever its path. */
function isMiddleware({ handle, name }: Layer, path: unknown): boolean {
  return path === '/' && handle.length > 2 && name !== 'mounted_app' && routerOf(handle) === undefined
}

function isOwnOfExpress({ name }: Layer): boolean {
  return name === 'query' || name === 'expressInit'
}

function readPath(
  layer: Layer,
  prefix: string,
  path: unknown,
  isUse: boolean,
): ReturnType<typeof readRoutePath> {
  if (typeof path !== 'string') return everythingUnder(prefix)
  return readRoutePath(joinPaths(prefix, path), isExpress4(layer) ? 'express4' : 'path-to-regexp', isUse)
}

function nameOf(prefix: string, path: unknown): string {
  return typeof path === 'string' ? joinPaths(prefix, path) : `${prefix}${String(path)}`
}
