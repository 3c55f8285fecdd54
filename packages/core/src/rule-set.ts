import { type PathPattern, spellsExactly } from './path-pattern.ts'
import type { RequestTarget } from './request-target.ts'
import type { Requirement } from './requirement.ts'
import type { RouteRule } from './route-rule-options.ts'

/** A rule of the table, compiled. */
export interface CompiledRule {
  /** The rule as it was written; what decisions and events show. */
  readonly rule: RouteRule
  /** Its place in the table: of several rules that do not allow, the first names the denial. */
  readonly index: number
  readonly methods: '*' | readonly string[]
  readonly pattern: PathPattern
  readonly requirement: Requirement
  /** The rules left out for a target that spells this rule's literals exactly. */
  readonly overridden: ReadonlySet<CompiledRule>
}

/** The rules that speak of one request: all of them must allow. */
export interface RuleSet {
  /** In the order of the table. */
  readonly compiled: readonly CompiledRule[]
  readonly rules: readonly RouteRule[]
  readonly demand: Demand
}

/** What rules ask together. Rules that ask the same and replace none share one, which then stays in the processor's cache. */
interface Demand {
  /** What those that ask for something ask, in the order of the table. */
  readonly requirements: readonly Requirement[]
  /** The strictest access among them; `none` where there is no rule. */
  readonly access: 'none' | 'public' | 'optional' | 'token'
  /** The opaque spellings that every one of them accepts. */
  readonly opaque: number
  /** Those of them that replace others, where a target spells them exactly. */
  readonly overriding: readonly CompiledRule[]
}

/** Puts rules together. */
export function createRuleSet(compiled: readonly CompiledRule[]): RuleSet {
  const isSingle = compiled.length === 1
  const ordered = isSingle ? compiled : compiled.toSorted((one, other) => one.index - other.index)
  return {
    rules: Object.freeze(ordered.map(({ rule }) => rule)),
    demand: isSingle ? demandOf(ordered[0] as CompiledRule) : joinDemands(ordered),
    compiled: ordered,
  }
}

/** Told by what is written: which rules that names is found out when there are sets already. */
function isOverriding({ rule }: CompiledRule): boolean {
  return Object.hasOwn(rule, 'overrides')
}

const demands = new WeakMap<Requirement, Demand>()

function demandOf(rule: CompiledRule): Demand {
  if (isOverriding(rule)) return joinDemands([rule])
  const known = demands.get(rule.requirement)
  if (known) return known
  const demand = joinDemands([rule])
  demands.set(rule.requirement, demand)
  return demand
}

const ACCESS = ['none', 'public', 'optional', 'token'] as const

function joinDemands(rules: readonly CompiledRule[]): Demand {
  const asked = rules.map(({ requirement }) => requirement)
  const strictest = Math.max(0, ...asked.map(({ access }) => ACCESS.indexOf(access)))
  return Object.freeze({
    requirements: asked.filter(({ access }) => access !== 'public'),
    access: ACCESS[strictest] as Demand['access'],
    opaque: asked.length === 0 ? 0 : asked.reduce((bits, { opaque }) => bits & opaque, -1),
    overriding: rules.filter(isOverriding),
  })
}

/** No rule at all: what denies by default. */
export const NO_RULES: RuleSet = createRuleSet([])

/** Takes out the rules that another one replaces, where the target spells that one's literals byte for byte. */
export function leaveOutOverridden(set: RuleSet, target: RequestTarget): RuleSet {
  const { overriding } = set.demand
  if (overriding.length === 0) return set
  const spelt = overriding.filter(({ pattern }) => spellsExactly(target, pattern))
  return spelt.length === 0 ? set : remaining(set, spelt)
}

const MAX_REMAINING = 64
const remainders = new WeakMap<RuleSet, Map<string, RuleSet>>()

/** What is left is put together once; who sends targets chooses which rules are spelt, so what is kept is bounded. */
function remaining(set: RuleSet, spelt: readonly CompiledRule[]): RuleSet {
  const known = remainders.get(set) ?? new Map<string, RuleSet>()
  const key = spelt.map(({ index }) => index).join()
  const found = known.get(key)
  if (found) return found
  if (known.size >= MAX_REMAINING) known.clear()
  const left = createRuleSet(
    set.compiled.filter((rule) => !spelt.some(({ overridden }) => overridden.has(rule))),
  )
  remainders.set(set, known.set(key, left))
  return left
}
