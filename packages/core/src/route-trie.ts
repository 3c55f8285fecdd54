import type { PathPattern } from './path-pattern.ts'
import { createRuleMatcher, type RuleMatcher, type TrieNode } from './rule-matcher.ts'
import type { CompiledRule } from './rule-set.ts'

/** Finds the rules of a table by path; the cost grows with the rules that can match, not with the table. */
export interface RouteTrie {
  readonly match: RuleMatcher
  /** Every rule, of whatever method, whose pattern contains the given one. */
  containing(pattern: PathPattern): readonly CompiledRule[]
}

interface Node extends TrieNode {
  readonly literals: Map<string, Node>
  parameter: Node | undefined
  readonly ending: CompiledRule[]
  readonly wildcard: CompiledRule[]
}

/** What no literal can be: it takes the parameter branch only. */
const PARAMETER = '/'

/** Builds the trie. */
export function createRouteTrie(rules: readonly CompiledRule[]): RouteTrie {
  const root = createNode(0)
  const nodes = [root]
  for (const rule of rules) insert(nodes, root, rule)
  return Object.freeze({
    match: createRuleMatcher(nodes),
    containing: (pattern: PathPattern) => {
      const segments = pattern.segments.map((segment) => segment.literal ?? PARAMETER)
      return containing(root, segments, 0, pattern.wildcard)
    },
  })
}

function createNode(id: number): Node {
  return { id, literals: new Map(), parameter: undefined, ending: [], wildcard: [] }
}

function insert(nodes: Node[], root: Node, rule: CompiledRule): void {
  let node = root
  for (const { literal } of rule.pattern.segments) node = childOf(nodes, node, literal)
  const rules = rule.pattern.wildcard ? node.wildcard : node.ending
  rules.push(rule)
}

function childOf(nodes: Node[], node: Node, literal: string | undefined): Node {
  const known = literal === undefined ? node.parameter : node.literals.get(literal)
  if (known !== undefined) return known
  const child = createNode(nodes.length)
  nodes.push(child)
  if (literal === undefined) node.parameter = child
  else node.literals.set(literal, child)
  return child
}

function containing(
  { wildcard, ending, literals, parameter }: Node,
  segments: readonly string[],
  depth: number,
  open: boolean,
): readonly CompiledRule[] {
  if (depth === segments.length) return open ? wildcard : [...wildcard, ...ending]
  const literal = literals.get(segments[depth] as string)
  return [
    ...wildcard,
    ...(literal ? containing(literal, segments, depth + 1, open) : []),
    ...(parameter ? containing(parameter, segments, depth + 1, open) : []),
  ]
}
