import { ConfigurationError } from './errors.ts'
import { parseOptions } from './parse-options.ts'
import { type PathPattern, parsePathPattern } from './path-pattern.ts'
import type { RuleSource } from './plan.ts'
import { compileRequirement } from './requirement.ts'
import {
  type RequirementOptions,
  type RouteRequirement,
  type RouteRule,
  requirementSchema,
} from './route-rule-options.ts'
import { refuseUnknownKinds } from './route-rules.ts'
import { createRuleSet } from './rule-set.ts'
import type { ScopeExpression } from './scope.ts'

/** Compiles the one rule of a guard: it speaks of every request that gets as far as the guard. */
export function compileGuard(
  input: ScopeExpression | RouteRequirement,
  kinds: ReadonlySet<string>,
): RuleSource {
  const written = isScopeExpression(input) ? { scopes: input } : input
  const options = parseOptions<RequirementOptions>(requirementSchema, written, 'requirement')
  const requirement = compileRequirement(options, 'requirement')
  if (requirement.access === 'public') {
    throw new ConfigurationError('requirement.access', "'public' asks nothing; leave the guard out")
  }
  refuseUnknownKinds(requirement, kinds, 'requirement')
  const rule = Object.freeze({ ...options, method: '*', path: '/*' }) as RouteRule
  const pattern = parsePathPattern('/*') as PathPattern
  const set = createRuleSet([{ rule, index: 0, methods: '*', pattern, requirement, overridden: new Set() }])
  return Object.freeze({ answersPreflight: false, match: () => set })
}

function isScopeExpression(input: ScopeExpression | RouteRequirement): input is ScopeExpression {
  if (typeof input !== 'object' || input === null) return typeof input === 'string'
  return Array.isArray(input) || ['all', 'any', 'anyOf'].some((key) => Object.hasOwn(input, key))
}
