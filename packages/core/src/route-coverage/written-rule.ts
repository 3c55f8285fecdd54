import { contains, type PathPattern, parsePathPattern, shapeOf } from '../path-pattern.ts'
import type { RouteRule } from '../route-rule-options.ts'
import type { RegisteredRoute } from './registered-app.ts'

/** A rule of the table, for comparing it with routes. */
export interface WrittenRule {
  /** For messages: `routes[2] GET /users/me`. */
  readonly name: string
  readonly methods: '*' | readonly string[]
  readonly pattern: PathPattern
  readonly overrides: readonly PathPattern[]
}

/** Reads a server's table, which was checked when the server was made. */
export function readRules(rules: readonly RouteRule[]): readonly WrittenRule[] {
  return rules.map(({ method, path, overrides = [] }, index) => {
    const methods = typeof method === 'string' ? [method] : method
    return {
      name: `routes[${index}] ${methods.join('|')} ${path}`,
      methods: methods[0] === '*' ? '*' : methods,
      pattern: parse(path),
      overrides: (typeof overrides === 'string' ? [overrides] : overrides).map(parse),
    }
  })
}

function parse(path: string): PathPattern {
  return parsePathPattern(path) as PathPattern
}

/** Whether a rule speaks of this method; `HEAD` is judged by the `GET` rules. */
export function takes({ methods }: Pick<WrittenRule, 'methods'>, method: string): boolean {
  return methods === '*' || methods.includes(method === 'HEAD' ? 'GET' : method)
}

/** The rules written for a route: of those that contain it, the ones that contain no other of them. */
export function ownRules(
  rules: readonly WrittenRule[],
  { pattern }: RegisteredRoute,
  method: string,
): readonly WrittenRule[] {
  const containing = rules.filter((rule) => takes(rule, method) && contains(rule.pattern, pattern))
  return containing.filter((rule) => !containing.some((other) => isInside(other, rule)))
}

function isInside(inner: WrittenRule, outer: WrittenRule): boolean {
  return shapeOf(inner.pattern) !== shapeOf(outer.pattern) && contains(outer.pattern, inner.pattern)
}
