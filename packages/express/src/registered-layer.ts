/** What the coverage check reads of an Express router, 4 or 5: its layers, in their order. */
export interface Router {
  readonly stack: readonly Layer[]
  /** What `router.param` was given. */
  readonly params?: Record<string, Handler[]>
  readonly handle: (req: object, res: object, done: (error?: unknown) => void) => void
}

export type Handler = ((...args: never[]) => unknown) & { readonly name: string; readonly length: number }

export interface Layer {
  handle: Handler
  readonly name: string
  /** There where the layer is a route, absent for `use`. */
  readonly route?: Route
  readonly match: (path: string) => unknown
  /** router 2.3 and later: the path as it was written. */
  readonly rawPath?: unknown
  /** router 2: whether the path is `/`. */
  readonly slash?: boolean
  /** Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
  readonly keys?: readonly { readonly name: string | number }[]
}

interface Route {
  readonly path: unknown
  readonly methods: Readonly<Record<string, boolean>>
  readonly stack: readonly Layer[]
}

/** An Express application or a router; `undefined` for anything else. */
export function routerOf(app: unknown): Router | undefined {
  if (typeof app !== 'function') return undefined
  // Express 4 has a getter `router` that throws; its router is `_router`, and absent until the first route.
  const isExpress4 = 'lazyrouter' in app
  const router: unknown = isExpress4 ? Reflect.get(app, '_router') : 'router' in app ? app.router : app
  return isRouter(router) ? router : undefined
}

function isRouter(value: unknown): value is Router {
  return typeof value === 'function' && 'stack' in value && Array.isArray(value.stack) && 'handle' in value
}

/** Whether paths are written in the way of Express 4. */
export function isExpress4({ regexp }: Layer): boolean {
  return regexp !== undefined
}

/** The paths a layer was mounted on, or `undefined` where the framework hides them. */
export function mountPathsOf(layer: Layer): readonly unknown[] | undefined {
  if (layer.slash === true || layer.regexp?.fast_slash === true) return ['/']
  if (layer.regexp !== undefined) return recoverPath(layer, layer.regexp)
  return layer.rawPath === undefined ? undefined : [layer.rawPath].flat(Number.POSITIVE_INFINITY)
}

/** Express 4 keeps the regular expression only. What it says is believed if Express makes the same of the path again. */
function recoverPath(layer: Layer, { source, flags }: RegExp): readonly string[] | undefined {
  const names = (layer.keys ?? []).map(({ name }) => name)
  const path = source
    .replace(/^\^/, '')
    .replace(/\\\/\?\(\?=\\\/\|\$\)$/, '')
    .replace(/\(\?:\\\/\(\[\^\\?\/\]\+\?\)\)/g, () => `/:${names.shift()}`)
    .replace(/\\([/.])/g, '$1')
  if (!/^\/[^()|?*+^$[\]\\]*$/.test(path)) return undefined
  const LayerClass = layer.constructor as new (path: string, options: object, fn: Handler) => Layer
  const again = new LayerClass(path, { sensitive: !flags.includes('i'), end: false }, layer.handle)
  return again.regexp?.source === source ? [path] : undefined
}
