import type { RoutePattern } from './route-pattern.ts'

/** A route as a framework's router holds it. */
export interface RegisteredRoute extends RoutePattern {
  /** How the application wrote it, for messages: `GET /users/:id`. */
  readonly name: string
  /** `'*'` for `use`, `all` and whatever is opaque. */
  readonly methods: '*' | readonly string[]
  /** What {@link RegisteredApp.dispatch} gives back when this route's handler would run. */
  readonly key: unknown
  /** Whether it is a function that may hold handlers of its own, which cannot be looked into. */
  readonly opaque?: boolean
  /** Whether it may be passed over although it matches: then it cannot be what ends a request. */
  readonly conditional?: boolean
  /** Why the dispatch cannot show whether it runs. Default: it can. */
  readonly unreachable?: string
  /** Whether a gate runs before it, as far as can be seen. */
  readonly guarded: boolean
}

/** What an adapter could read of an application. */
export interface RegisteredApp {
  readonly routes: readonly RegisteredRoute[]
  /** Whether the server's gate was seen in it, wherever it stands. */
  readonly gated: boolean
  /** Faults of wiring that need no route table to be seen. */
  readonly faults: readonly string[]
  /** What could not be seen, in words. */
  readonly unseen: readonly string[]
  /**
   * Sends a request through the real router, running no handler, and gives the keys of the routes it would run if each
   * handed on, in their order; once for each way the router can take (each host it knows).
   */
  readonly dispatch: (method: string, target: string) => Promise<readonly (readonly unknown[])[]>
}
