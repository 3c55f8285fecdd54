import type { PathPattern } from './path-pattern.ts'
import { type CompiledRule, createRuleSet, NO_RULES, type RuleSet } from './rule-set.ts'

/** Finds the rules of a table by path; the cost grows with the rules that can match, not with the table. */
export interface RouteTrie {
  /** Every rule of this method (or of every method) whose pattern matches the folded segments. */
  match(method: string, segments: readonly string[]): RuleSet
  /** Every rule, of whatever method, whose pattern contains the given one. */
  containing(pattern: PathPattern): readonly CompiledRule[]
}

interface Node {
  readonly literals: Map<string, Node>
  parameter: Node | undefined
  /** The rules whose pattern ends here, and those that go on with `/*`. */
  ending: MethodTable | undefined
  wildcard: MethodTable | undefined
}

interface MethodTable {
  readonly rules: CompiledRule[]
  readonly byMethod: Map<string, RuleSet>
  /** The rules of `'*'`, for every method that has no entry of its own. */
  any: RuleSet
}

/** What no literal can be: it takes the parameter branch only. */
const PARAMETER = '/'

/** Builds the trie; all sets of rules that one node can give are put together here. */
export function createRouteTrie(rules: readonly CompiledRule[]): RouteTrie {
  const root = createNode()
  const tables = new Set(rules.map((rule) => insert(root, rule)))
  for (const table of tables) compile(table)
  const merge = createMerge()
  return Object.freeze({
    match: (method: string, segments: readonly string[]) =>
      collect(root, segments, 0, method, NO_RULES, merge),
    containing: (pattern: PathPattern) => {
      const segments = pattern.segments.map((segment) => segment.literal ?? PARAMETER)
      return containing(root, segments, 0, pattern.wildcard)
    },
  })
}

function createNode(): Node {
  return { literals: new Map(), parameter: undefined, ending: undefined, wildcard: undefined }
}

function createTable(): MethodTable {
  return { rules: [], byMethod: new Map(), any: NO_RULES }
}

function insert(root: Node, rule: CompiledRule): MethodTable {
  let node = root
  for (const { literal } of rule.pattern.segments) node = childOf(node, literal)
  const table = (rule.pattern.wildcard ? node.wildcard : node.ending) ?? createTable()
  if (rule.pattern.wildcard) node.wildcard = table
  else node.ending = table
  table.rules.push(rule)
  return table
}

function childOf(node: Node, literal: string | undefined): Node {
  if (literal === undefined) {
    node.parameter ??= createNode()
    return node.parameter
  }
  const child = node.literals.get(literal) ?? createNode()
  node.literals.set(literal, child)
  return child
}

function compile(table: MethodTable): void {
  const named = new Set(table.rules.flatMap(({ methods }) => (methods === '*' ? [] : methods)))
  table.any = createRuleSet(table.rules.filter(({ methods }) => methods === '*'))
  for (const method of named) {
    table.byMethod.set(
      method,
      createRuleSet(table.rules.filter(({ methods }) => methods === '*' || methods.includes(method))),
    )
  }
}

function collect(
  node: Node,
  segments: readonly string[],
  depth: number,
  method: string,
  before: RuleSet,
  merge: Merge,
): RuleSet {
  let found = node.wildcard === undefined ? before : merge(before, setFor(node.wildcard, method))
  if (depth === segments.length) {
    return node.ending === undefined ? found : merge(found, setFor(node.ending, method))
  }
  const literal = node.literals.get(segments[depth] as string)
  if (literal !== undefined) found = collect(literal, segments, depth + 1, method, found, merge)
  if (node.parameter === undefined) return found
  return collect(node.parameter, segments, depth + 1, method, found, merge)
}

function setFor(table: MethodTable, method: string): RuleSet {
  return table.byMethod.get(method) ?? table.any
}

function containing(
  { wildcard, ending, literals, parameter }: Node,
  segments: readonly string[],
  depth: number,
  open: boolean,
): readonly CompiledRule[] {
  const here = wildcard?.rules ?? []
  if (depth === segments.length) return open ? here : [...here, ...(ending?.rules ?? [])]
  const literal = literals.get(segments[depth] as string)
  return [
    ...here,
    ...(literal ? containing(literal, segments, depth + 1, open) : []),
    ...(parameter ? containing(parameter, segments, depth + 1, open) : []),
  ]
}

type Merge = (one: RuleSet, other: RuleSet) => RuleSet

const MAX_MERGED = 4096

/**
 * Sets that meet once will meet again, so each pair is put together once. Rules that only cross can meet in as many ways as
 * there are subsets of them, and who sends the targets chooses: what is remembered is bounded.
 */
function createMerge(): Merge {
  let merged = new WeakMap<RuleSet, WeakMap<RuleSet, RuleSet>>()
  let count = 0
  return (one, other) => {
    if (one === NO_RULES || other.access === 'none') return one === NO_RULES ? other : one
    const known = merged.get(one)?.get(other)
    if (known) return known
    const set = createRuleSet([...one.compiled, ...other.compiled])
    if (++count > MAX_MERGED) [merged, count] = [new WeakMap(), 0]
    if (!merged.has(one)) merged.set(one, new WeakMap())
    merged.get(one)?.set(other, set)
    return set
  }
}
