import { type PathPattern, shapeOf } from '../path-pattern.ts'
import type { RegisteredApp, RegisteredRoute } from './registered-app.ts'
import { isMatchedBy, type Witness, witnessesOf } from './witness.ts'
import { ownRules, takes, type WrittenRule } from './written-rule.ts'

/** Overrides under which a handler of the rule left out would run, told by the request that shows it. */
export async function findBrokenOverrides(
  app: RegisteredApp,
  rules: readonly WrittenRule[],
): Promise<readonly string[]> {
  const faults: string[] = []
  for (const inner of rules) {
    for (const outer of overriddenBy(inner, rules)) {
      const fault = await verify(app, rules, inner, outer)
      if (fault !== undefined) faults.push(`${inner.name} overrides ${outer.name}: ${fault}`)
    }
  }
  return faults
}

function overriddenBy(inner: WrittenRule, rules: readonly WrittenRule[]): readonly WrittenRule[] {
  const shapes = inner.overrides.map(shapeOf)
  return rules.filter((rule) => shapes.includes(shapeOf(rule.pattern)) && shareMethod(rule, inner))
}

function shareMethod(one: Pick<WrittenRule, 'methods'>, other: Pick<WrittenRule, 'methods'>): boolean {
  return one.methods === '*' || other.methods === '*' || one.methods.some((method) => takes(other, method))
}

async function verify(
  app: RegisteredApp,
  rules: readonly WrittenRule[],
  inner: WrittenRule,
  outer: WrittenRule,
): Promise<string | undefined> {
  const hidden = app.routes.find(
    (route) =>
      (!route.plain || route.unreachable) &&
      shareMethod(inner, route) &&
      overlap(inner.pattern, route.pattern),
  )
  if (hidden) {
    const reason = hidden.plain ? hidden.unreachable : 'is outside the grammar of rules'
    return `cannot be verified: ${hidden.name} may match the same requests and ${reason}`
  }
  for (const witness of witnessesOf(inner, outer, app.routes, rules)) {
    const fault = await tryWitness(app, rules, [inner, outer], witness)
    if (fault !== undefined) return `${witness.method} ${witness.target} ${fault}`
  }
  return undefined
}

async function tryWitness(
  app: RegisteredApp,
  rules: readonly WrittenRule[],
  [inner, outer]: readonly [WrittenRule, WrittenRule],
  witness: Witness,
): Promise<string | undefined> {
  try {
    for (const keys of await app.dispatch(witness.method, witness.target)) {
      const reached = firstOf(keysToRoutes(app, keys, witness), rules, inner, outer, witness.method)
      if (reached) return `reaches ${reached.name} first`
    }
    return undefined
  } catch (error) {
    return `makes the router fail: ${error instanceof Error ? error.name : 'it threw'}`
  }
}

function keysToRoutes(
  { routes }: RegisteredApp,
  keys: readonly unknown[],
  witness: Witness,
): RegisteredRoute[] {
  return keys.flatMap((key) => {
    const known = routes.filter((route) => route.key === key)
    const matching = known.filter(({ pattern }) => isMatchedBy(witness, pattern))
    if (known.length > 0 && matching.length === 0) throw new Error('a route runs outside its pattern')
    return matching
  })
}

/**
 * The handler of the rule left out, or one that may hold it, if the router comes to it before one of the rule that replaces
 * it.
 */
function firstOf(
  reached: readonly RegisteredRoute[],
  rules: readonly WrittenRule[],
  inner: WrittenRule,
  outer: WrittenRule,
  method: string,
): RegisteredRoute | undefined {
  for (const route of reached) {
    const own = ownRules(rules, route, method)
    if (own.includes(inner) && !route.conditional) return undefined
    if (own.includes(outer) || (route.opaque && !own.includes(inner))) return route
  }
  return undefined
}

/** Whether some target lies in both. */
function overlap(one: PathPattern, other: PathPattern): boolean {
  const [shorter, longer] = one.segments.length <= other.segments.length ? [one, other] : [other, one]
  if (!shorter.wildcard && shorter.segments.length < longer.segments.length) return false
  return shorter.segments.every(({ literal }, i) => {
    const there = longer.segments[i]?.literal
    return literal === undefined || there === undefined || literal === there
  })
}
