import type { RouteRule } from '@scopegate/core'
import { type AppPlan, type PlannedRoute, pathText, routesOf } from './app-plan.ts'

/** The rules written for an app, one for each handler's own pattern, and which is whose. */
export interface RuleTable {
  readonly rules: readonly PlannedRule[]
  /** The rule of each handler, as an index of `rules`. */
  readonly ruleOf: ReadonlyMap<number, number>
}

export interface PlannedRule {
  readonly method: string
  readonly path: string
  readonly overrides?: readonly string[]
}

/** Writes the table. Patterns of the same shape share a rule where their methods make them one. */
export function writeRules(plan: AppPlan): RuleTable {
  const routes = routesOf(plan.members)
  const everyMethod = new Set(routes.filter(takesEveryMethod).map(shapeOf))
  const keyOf = (route: PlannedRoute): string => {
    const shape = shapeOf(route)
    return `${everyMethod.has(shape) ? '*' : ruleMethod(route.handler.method)} ${shape}`
  }
  const keys = [...new Set(routes.map(keyOf))]
  const rules = keys.map((key) => ruleFor(key, routes.find((route) => keyOf(route) === key) as PlannedRoute))
  return { rules, ruleOf: new Map(routes.map((route) => [route.handler.id, keys.indexOf(keyOf(route))])) }
}

function ruleFor(key: string, { path, wildcard }: PlannedRoute): PlannedRule {
  return { method: key.slice(0, key.indexOf(' ')), path: pathText(wildcard ? [...path, '*'] : path) }
}

function takesEveryMethod({ handler }: PlannedRoute): boolean {
  return handler.method === 'ALL' || handler.method === 'USE'
}

function ruleMethod(method: string): string {
  return method === 'HEAD' ? 'GET' : method
}

function shapeOf({ path, wildcard }: PlannedRoute): string {
  const folded = path.map((segment) => (segment.startsWith(':') ? ':' : segment.replace(/[A-Z]/g, lower)))
  return pathText(wildcard ? [...folded, '*'] : folded)
}

function lower(letter: string): string {
  return letter.toLowerCase()
}

/** The spellings a rule may opt in to, where it has somewhere to put them. */
export function withOpaque(rule: PlannedRule): Pick<RouteRule, 'opaque'> {
  return /:|\*$/.test(rule.path) ? { opaque: ['%2f', '%25', ';', '%5c'] } : {}
}
