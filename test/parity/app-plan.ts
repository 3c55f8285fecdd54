/** An application as data: each framework builds the same plan in its own terms. */
export interface AppPlan {
  readonly options: RouterOptions
  readonly members: readonly Member[]
}

export type Member = Handler | Group

/** One handler under one pattern. */
export interface Handler {
  readonly id: number
  /** `ALL` and `USE` stand for every method; `USE` matches everything under its path as well. */
  readonly method: string
  /** Literals, and `:name` for a parameter. */
  readonly path: readonly string[]
  readonly wildcard: 'none' | 'some' | 'any'
  /** Whether it calls `next()` instead of answering. */
  readonly passes: boolean
}

/** Members under a path: a nested router, a prefix, or an app of its own. */
export interface Group {
  readonly kind: 'router' | 'prefix' | 'app'
  readonly path: readonly string[]
  readonly options: RouterOptions
  readonly members: readonly Member[]
}

export interface RouterOptions {
  readonly caseSensitive: boolean
  readonly strict: boolean
  /** Koa: run only the last match, or the one with the fewest parameters. */
  readonly exclusive: false | true | 'specificity'
  /** Hono: which of its routers. */
  readonly engine: 'smart' | 'trie' | 'linear' | 'pattern'
}

/** What routers do unless told otherwise. */
export const PLAIN: RouterOptions = { caseSensitive: false, strict: false, exclusive: false, engine: 'smart' }

/** A handler with the full path it is reached by. */
export interface PlannedRoute {
  readonly handler: Handler
  readonly path: readonly string[]
  readonly wildcard: boolean
}

export function isGroup(member: Member): member is Group {
  return 'members' in member
}

/** Every handler of a plan, in the order of registration. */
export function routesOf(members: readonly Member[], prefix: readonly string[] = []): PlannedRoute[] {
  return members.flatMap((member) => {
    const path = [...prefix, ...member.path]
    if (isGroup(member)) return routesOf(member.members, path)
    return [{ handler: member, path, wildcard: member.wildcard !== 'none' || member.method === 'USE' }]
  })
}

/** The text of a path: `/a/:b`. */
export function pathText(path: readonly string[]): string {
  return `/${path.join('/')}`
}
