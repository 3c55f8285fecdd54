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
  /** What those of them ask that ask for something, in the same order. */
  readonly requirements: readonly Requirement[]
  /** The strictest access among them; `none` where no rule matches. */
  readonly access: 'none' | 'public' | 'optional' | 'token'
  /** The opaque spellings that every one of them accepts. */
  readonly opaque: number
  /** Those of them that replace others, where a target spells them exactly. */
  readonly overriding: readonly CompiledRule[]
}

const ACCESS = ['none', 'public', 'optional', 'token'] as const

/** Puts rules together. */
export function createRuleSet(compiled: readonly CompiledRule[]): RuleSet {
  const ordered = [...compiled].sort((one, other) => one.index - other.index)
  const asked = ordered.map(({ requirement }) => requirement)
  const strictest = Math.max(0, ...asked.map(({ access }) => ACCESS.indexOf(access)))
  return Object.freeze({
    requirements: shared(asked.filter(({ access }) => access !== 'public')),
    access: ACCESS[strictest] as RuleSet['access'],
    opaque: asked.length === 0 ? 0 : asked.reduce((bits, { opaque }) => bits & opaque, -1),
    overriding: shared(ordered.filter(({ overridden }) => overridden.size > 0)),
    rules: Object.freeze(ordered.map(({ rule }) => rule)),
    compiled: ordered,
  })
}

const lists = new WeakMap<object, readonly object[]>()

/**
 * One list for all sets that ask the same one thing, or nothing: what every request looks at is then found in the
 * processor's cache, however many rules there are.
 */
function shared<Item extends object>(list: readonly Item[]): readonly Item[] {
  if (list.length > 1) return list
  const key = list[0] ?? lists
  const known = lists.get(key) ?? list
  lists.set(key, known)
  return known as readonly Item[]
}

/** No rule at all: what denies by default. */
export const NO_RULES: RuleSet = createRuleSet([])

/** Takes out the rules that another one replaces, where the target spells that one's literals byte for byte. */
export function leaveOutOverridden(set: RuleSet, target: RequestTarget): RuleSet {
  if (set.overriding.length === 0) return set
  const spelt = set.overriding.filter(({ pattern }) => spellsExactly(target, pattern))
  return spelt.length === 0 ? set : remaining(set, spelt)
}

const MAX_REMAINING = 64
const remainders = new WeakMap<RuleSet, Map<string, RuleSet>>()

/** What is left is put together once; who sends targets chooses which rules are spelt, so what is kept is bounded. */
function remaining(set: RuleSet, spelt: readonly CompiledRule[]): RuleSet {
  const known = remainders.get(set) ?? new Map<string, RuleSet>()
  const key = spelt.map(({ index }) => index).join()
  const left =
    known.get(key) ??
    createRuleSet(set.compiled.filter((rule) => !spelt.some(({ overridden }) => overridden.has(rule))))
  if (known.size >= MAX_REMAINING) known.clear()
  remainders.set(set, known.set(key, left))
  return left
}
