import { contains, shapeOf } from '../path-pattern.ts'
import type { RegisteredRoute } from './registered-app.ts'
import { takes, type WrittenRule } from './written-rule.ts'

/** Routes that are in no rule, told with what to write. */
export function findUncovered(
  routes: readonly RegisteredRoute[],
  rules: readonly WrittenRule[],
): readonly string[] {
  return routes.flatMap((route) => {
    const around = rules.filter((rule) => contains(rule.pattern, route.pattern))
    const missing = missingMethods(route, around)
    return missing.length === 0 ? [] : [`${route.name}: ${advise(route, missing)}`]
  })
}

function missingMethods({ methods }: RegisteredRoute, around: readonly WrittenRule[]): readonly string[] {
  if (methods === '*') return around.some((rule) => rule.methods === '*') ? [] : ['*']
  return methods.filter(isJudged).filter((method) => !around.some((rule) => takes(rule, method)))
}

/** The gate refuses any other method, so no handler of it runs. */
function isJudged(method: string): boolean {
  return /^[A-Z]+$/.test(method) && method !== 'TRACE' && method !== 'CONNECT'
}

function advise({ pattern, plain }: RegisteredRoute, missing: readonly string[]): string {
  const methods = missing.map((method) => `'${method === 'HEAD' ? 'GET' : method}'`)
  const outside = plain ? '' : ', the path being outside the grammar of rules'
  return `needs a rule for ${[...new Set(methods)].join(', ')} that contains '${shapeOf(pattern).replace(/:/g, ':x')}'${outside}`
}

/** Rules, or methods of theirs, that no route serves. `OPTIONS` is answered by frameworks themselves. */
export function findUnserved(
  routes: readonly RegisteredRoute[],
  rules: readonly WrittenRule[],
): readonly string[] {
  return rules.flatMap((rule) => {
    const near = routes.filter(
      ({ pattern }) => contains(rule.pattern, pattern) || contains(pattern, rule.pattern),
    )
    if (near.length === 0) return [rule.name]
    if (rule.methods === '*') return []
    const unserved = rule.methods.filter((method) => method !== 'OPTIONS' && !near.some(serving(method)))
    return unserved.length === 0 ? [] : [`${rule.name}: no route for ${unserved.join(', ')}`]
  })
}

function serving(method: string): (route: RegisteredRoute) => boolean {
  return ({ methods }) =>
    methods === '*' || methods.includes(method) || (method === 'GET' && methods.includes('HEAD'))
}
