import type { Layer, Middleware, Router } from './registered-router.ts'

type Routed = Middleware & { readonly router: Router }

/**
 * Sends a request through routers whose handlers are replaced for its time by ones that take note and hand on; requests
 * that arrive meanwhile get the real ones. One run for each host that a router asks for.
 */
export async function dryRun(
  routers: readonly Routed[],
  method: string,
  target: string,
): Promise<readonly (readonly Layer[])[]> {
  const runs: (readonly Layer[])[] = []
  for (const host of hostsOf(routers)) runs.push(await runOnce(routers, { method, path: target, host }))
  return runs
}

function hostsOf(routers: readonly Routed[]): readonly string[] {
  const named = routers.flatMap(({ router: { host } }) => (host instanceof RegExp ? [] : (host ?? [])))
  return [...new Set(['localhost', ...named])]
}

async function runOnce(
  routers: readonly Routed[],
  request: { readonly method: string; readonly path: string; readonly host: string },
): Promise<readonly Layer[]> {
  const ctx = { ...request, request: {}, params: {} }
  const reached = new Set<Layer>()
  const layers = new Set(routers.flatMap(({ router }) => router.stack))
  const real = [...layers].map((layer) => [layer, layer.stack] as const)
  for (const [layer, stack] of real) {
    layer.stack = stack.map((handler) => noting(ctx, handler, () => reached.add(layer)))
  }
  try {
    await runAll(routers, ctx)
  } finally {
    for (const [layer, stack] of real) layer.stack = stack
  }
  return [...reached]
}

function noting(trip: object, handler: Middleware, note: () => void): Middleware {
  return (ctx, next) => {
    if (ctx !== trip) return handler(ctx, next)
    note()
    return next()
  }
}

async function runAll([first, ...others]: readonly Routed[], ctx: object): Promise<void> {
  if (first) await enter(first, ctx, async () => await runAll(others, ctx))
}

/**
 * A router runs the middleware of `router.use` only where a route of its own matches too. The route may be one that matches
 * some of the requests that a witness stands for and not the witness, so its absence must not hide the middleware.
 */
function enter(middleware: Routed, ctx: object, next: () => Promise<void>): unknown {
  const { router } = middleware
  const match = router.match
  const isOwn = Object.hasOwn(router, 'match')
  router.match = (path, method) => {
    const found = Reflect.apply(match, router, [path, method])
    return { ...found, route: found.pathAndMethod.length > 0 }
  }
  try {
    return middleware(ctx, next)
  } finally {
    if (isOwn) router.match = match
    else Reflect.deleteProperty(router, 'match')
  }
}
