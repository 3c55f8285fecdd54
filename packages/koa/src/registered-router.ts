/** A Koa middleware, as far as it can be looked at. */
export interface Middleware {
  (ctx: object, next: () => Promise<unknown>): unknown
  readonly name: string
  readonly length: number
  /** There on what `router.routes()` returns. */
  readonly router?: Router
}

/** What the coverage check reads of a `@koa/router`. */
export interface Router {
  readonly opts: { readonly routerPath?: unknown }
  readonly host?: string | readonly string[] | RegExp
  readonly stack: readonly Layer[]
  /** What a request comes to; `route` says whether that is more than middleware. */
  match: (
    path: string,
    method: string,
  ) => { readonly pathAndMethod: readonly Layer[]; readonly route: boolean }
}

export interface Layer {
  readonly path: string | RegExp
  /** Empty for `use`. */
  readonly methods: readonly string[]
  readonly regexp: RegExp
  readonly opts: { readonly end?: boolean; readonly pathAsRegExp?: boolean; readonly sensitive?: boolean }
  stack: readonly Middleware[]
}

/** Whether this is a router's middleware. */
export function isRouted(middleware: Middleware): middleware is Middleware & { readonly router: Router } {
  return middleware.router !== undefined && Array.isArray(middleware.router.stack)
}
