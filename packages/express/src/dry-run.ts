import type { Handler, Layer, Router } from './registered-layer.ts'

/** A router whose handlers can be kept from running. */
export interface DryRun {
  readonly run: (method: string, target: string) => Promise<readonly Layer[]>
  /** Puts everything back as it was. */
  readonly end: () => void
}

type Next = (error?: unknown) => void

/** The layers that hand a request to other layers; they keep their real handlers. */
export type IsTransparent = (layer: Layer) => boolean

/**
 * Replaces handlers by ones that, for a dry run's requests, take note and hand on, and for all others are the real ones.
 * `routers` are the router that requests enter by and all that it leads to.
 */
export function startDryRun(
  entry: Router,
  routers: readonly Router[],
  isTransparent: IsTransparent,
  prototypes: { readonly request?: object; readonly response?: object },
): DryRun {
  const trips = new WeakMap<object, Set<Layer>>()
  const layers = routers.flatMap(({ stack }) => stack)
  const undo = [
    ...layers.flatMap((layer) => stand(layer, isTransparent, trips)),
    ...routers.flatMap(({ params = {} }) => Object.values(params).map((list) => skip(list, trips))),
  ]
  const run = async (method: string, target: string): Promise<readonly Layer[]> => {
    const trip = new Set<Layer>()
    await send(entry, { method, target }, prototypes, (req) => trips.set(req, trip))
    return [...trip]
  }
  return {
    run,
    end: () => {
      for (const each of undo) each()
    },
  }
}

/** A route keeps its own dispatch by method; what is replaced are the handlers behind it. */
function stand(
  layer: Layer,
  isTransparent: IsTransparent,
  trips: WeakMap<object, Set<Layer>>,
): (() => void)[] {
  if (layer.route) return layer.route.stack.map((each) => replace(each, layer, trips))
  return isTransparent(layer) ? [] : [replace(layer, layer, trips)]
}

function replace(at: Layer, noted: Layer, trips: WeakMap<object, Set<Layer>>): () => void {
  const real = at.handle
  if (real.length > 3) return () => undefined
  at.handle = function dryRun(this: unknown, req: object, res: object, next: Next): unknown {
    const trip = trips.get(req)
    if (trip === undefined) return Reflect.apply(real, this, [req, res, next])
    trip.add(noted)
    next()
    return undefined
  }
  return () => {
    at.handle = real
  }
}

function skip(list: Handler[], trips: WeakMap<object, Set<Layer>>): () => void {
  const real = [...list]
  const guarded = real.map(
    (handler) =>
      (req: object, res: object, next: Next, ...rest: unknown[]): unknown => {
        if (!trips.has(req)) return Reflect.apply(handler, undefined, [req, res, next, ...rest])
        next()
        return undefined
      },
  )
  list.splice(0, list.length, ...guarded)
  return () => {
    list.splice(0, list.length, ...real)
  }
}

/** Resolves when the router has come to its end, or answers `OPTIONS` by itself. */
async function send(
  entry: Router,
  { method, target }: { readonly method: string; readonly target: string },
  { request = {}, response = {} }: { readonly request?: object; readonly response?: object },
  register: (req: object) => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => resolve()
    const req: object = Object.create(request)
    const res: object = Object.create(response)
    own(req, { method, url: target, originalUrl: target, headers: {}, query: {} })
    own(res, { locals: {}, setHeader: ignore, set: ignore, send: done, end: done })
    register(req)
    entry.handle(req, res, done)
  })
}

/** Defined, not assigned: prototypes may have setters of the same names. */
function own(target: object, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true })
}

function ignore(): void {}
