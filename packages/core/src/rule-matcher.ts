import { createLiteralEdges } from './literal-edges.ts'
import { type CompiledRule, createRuleSet, NO_RULES, type RuleSet } from './rule-set.ts'
import { createRuleSetUnion } from './rule-set-union.ts'

/** One place in a trie of path segments. Its id is its place in the list of all nodes, the root's being 0. */
export interface TrieNode {
  readonly id: number
  readonly literals: ReadonlyMap<string, TrieNode>
  readonly parameter: TrieNode | undefined
  /** The rules whose pattern ends here, and those that go on with `/*`. */
  readonly ending: readonly CompiledRule[]
  readonly wildcard: readonly CompiledRule[]
}

/** Every rule of this method (or of every method) whose pattern matches the folded segments. */
export type RuleMatcher = (method: string, segments: readonly string[]) => RuleSet

/** A node as requests find it: its id, and below it in one bit each what there is to look for. */
type Handle = number
const WILDCARD = 1
const PARAMETER = 2
const LITERALS = 4
const FLAGS = 3

/**
 * Packs a trie into a few flat arrays, with every set of rules that one node can give put together. Walking the nodes
 * themselves would cost a table of thousands of rules a dozen trips to main memory for every request.
 */
export function createRuleMatcher(nodes: readonly TrieNode[]): RuleMatcher {
  const methods = methodsOf(nodes)
  const width = methods.length + 1
  const endings = setsOf(nodes, methods, ({ ending }) => ending)
  const wildcards = setsOf(nodes, methods, ({ wildcard }) => wildcard)
  const parameters = Int32Array.from(nodes, ({ parameter }) => (parameter ? handleOf(parameter) : 0))
  const findLiteral = createLiteralEdges(edgesOf(nodes))
  const unite = createRuleSetUnion()

  const collect = (
    segments: readonly string[],
    column: number,
    handle: Handle,
    depth: number,
    before: RuleSet,
  ): RuleSet => {
    const id = handle >> FLAGS
    const at = id * width + column
    let found = (handle & WILDCARD) === 0 ? before : unite(before, wildcards[at] as RuleSet)
    if (depth === segments.length) return unite(found, endings[at] as RuleSet)
    if ((handle & LITERALS) !== 0) {
      const child = findLiteral(id, segments[depth] as string)
      if (child !== undefined) found = collect(segments, column, child, depth + 1, found)
    }
    if ((handle & PARAMETER) === 0) return found
    return collect(segments, column, parameters[id] as Handle, depth + 1, found)
  }

  const root = handleOf(nodes[0] as TrieNode)
  return (method, segments) => {
    const named = methods.indexOf(method)
    return collect(segments, named === -1 ? methods.length : named, root, 0, NO_RULES)
  }
}

function handleOf({ id, literals, parameter, wildcard }: TrieNode): Handle {
  const flags =
    (wildcard.length > 0 ? WILDCARD : 0) | (parameter ? PARAMETER : 0) | (literals.size > 0 ? LITERALS : 0)
  return (id << FLAGS) | flags
}

function edgesOf(nodes: readonly TrieNode[]): { from: number; literal: string; to: Handle }[] {
  return nodes.flatMap(({ id, literals }) =>
    Array.from(literals, ([literal, child]) => ({ from: id, literal, to: handleOf(child) })),
  )
}

function methodsOf(nodes: readonly TrieNode[]): readonly string[] {
  const named = new Set<string>()
  for (const { ending, wildcard } of nodes) {
    for (const { methods } of [...ending, ...wildcard]) {
      if (methods !== '*') for (const method of methods) named.add(method)
    }
  }
  return [...named]
}

/** For each node a row: the rules for each method, and at the end for every other one. */
function setsOf(
  nodes: readonly TrieNode[],
  methods: readonly string[],
  rulesOf: (node: TrieNode) => readonly CompiledRule[],
): readonly RuleSet[] {
  const width = methods.length + 1
  const sets = new Array<RuleSet>(nodes.length * width).fill(NO_RULES)
  for (const node of nodes) {
    const rules = rulesOf(node)
    for (let column = 0; column < width && rules.length > 0; column++) {
      const speaking = rules.filter((rule) => speaksOf(rule, methods[column]))
      if (speaking.length > 0) sets[node.id * width + column] = createRuleSet(speaking)
    }
  }
  return sets
}

function speaksOf({ methods }: CompiledRule, method: string | undefined): boolean {
  return methods === '*' || (method !== undefined && methods.includes(method))
}
