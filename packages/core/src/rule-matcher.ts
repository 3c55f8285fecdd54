import { addToHash } from './hash.ts'
import type { RequestTarget } from './request-target.ts'
import { PARAMETER, type RouteTrie, type TrieNode } from './route-trie.ts'
import { type CompiledRule, createRuleSet, NO_RULES, type RuleSet } from './rule-set.ts'
import { createRuleSetUnion } from './rule-set-union.ts'

/** Every rule of this method (or of every method) whose pattern matches. */
export type RuleMatcher = (method: string, target: RequestTarget) => RuleSet

/** What there is to look for at a node and below it: in one bit each, and above them the node that a parameter leads to. */
const WILDCARD = 1
const LITERALS = 2
const FLAGS = 2

/**
 * Packs a trie into a few flat arrays, with every set of rules that one node can give put together. Walking the nodes
 * themselves would cost a table of thousands of rules a dozen trips to main memory for every request.
 */
export function createRuleMatcher({ nodes, edges }: RouteTrie, methods: readonly string[]): RuleMatcher {
  const columns = [...methods, undefined]
  const width = columns.length
  const endings = setsOf(nodes, columns, 'ending')
  const wildcards = setsOf(nodes, columns, 'wildcard')
  const contents = Int32Array.from(nodes, whatIsThere)
  const unite = createRuleSetUnion()

  const collect = (
    target: RequestTarget,
    column: number,
    node: number,
    way: number,
    depth: number,
    before: RuleSet,
  ): RuleSet => {
    const at = node * width + column
    const there = contents[node] as number
    let found = (there & WILDCARD) === 0 ? before : unite(before, wildcards[at] as RuleSet)
    if (depth === target.folded.length) return unite(found, endings[at] as RuleSet)
    if ((there & LITERALS) !== 0) {
      const next = addToHash(way, target.hashes[depth] as number)
      const child = edges.find(node, next, target.folded[depth] as string)
      if (child !== 0) found = collect(target, column, child, next, depth + 1, found)
    }
    const parameter = there >> FLAGS
    if (parameter === 0) return found
    return collect(target, column, parameter, addToHash(way, PARAMETER), depth + 1, found)
  }

  return (method, target) => {
    const named = methods.indexOf(method)
    return collect(target, named === -1 ? methods.length : named, 0, 0, 0, NO_RULES)
  }
}

function whatIsThere({ wildcard, hasLiterals, parameter }: TrieNode): number {
  return ((parameter?.id ?? 0) << FLAGS) | (wildcard.length > 0 ? WILDCARD : 0) | (hasLiterals ? LITERALS : 0)
}

/** For each node a row: the rules for each method, and at the end for every other one. */
function setsOf(
  nodes: readonly TrieNode[],
  columns: readonly (string | undefined)[],
  kind: 'ending' | 'wildcard',
): readonly RuleSet[] {
  const sets: RuleSet[] = []
  for (const { [kind]: rules } of nodes) {
    for (const method of columns) {
      const speaks = (rule: CompiledRule): boolean =>
        rule.methods === '*' || rule.methods.includes(method as string)
      // Mostly all of them do, and a table may have thousands of nodes.
      const speaking = rules.every(speaks) ? rules : rules.filter(speaks)
      sets.push(speaking.length === 0 ? NO_RULES : createRuleSet(speaking))
    }
  }
  return sets
}
