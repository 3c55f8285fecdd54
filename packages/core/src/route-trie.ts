import { addToHash, hashOf } from './hash.ts'
import { createLiteralEdges, type LiteralEdges } from './literal-edges.ts'
import type { PathPattern } from './path-pattern.ts'
import type { CompiledRule } from './rule-set.ts'

/** One place in a trie of path segments. */
export interface TrieNode {
  /** Its place in the list of all nodes, the root's being 0. */
  readonly id: number
  /** The hashes of the literals from the root, a parameter counting as {@link PARAMETER}, put together. */
  readonly way: number
  parameter: TrieNode | undefined
  hasLiterals: boolean
  /** The rules whose pattern ends here, and those that go on with `/*`. */
  ending: readonly CompiledRule[]
  wildcard: readonly CompiledRule[]
}

/** The rules of a table by their paths. */
export interface RouteTrie {
  readonly nodes: readonly TrieNode[]
  readonly edges: LiteralEdges
  /** Every rule, of whatever method, whose pattern contains the given one. */
  containing(pattern: PathPattern): readonly CompiledRule[]
}

const NONE: readonly CompiledRule[] = Object.freeze([])

/** What a parameter adds to a way in place of a literal's hash. */
export const PARAMETER = 0

/** Builds the trie. */
export function createRouteTrie(rules: readonly CompiledRule[]): RouteTrie {
  const edges = createLiteralEdges(rules.reduce((sum, { pattern }) => sum + pattern.segments.length, 0))
  const nodes = [createNode(0, 0)]
  const [root] = nodes as [TrieNode]

  const childOf = (node: TrieNode, literal: string | undefined): TrieNode | undefined => {
    if (literal === undefined) return node.parameter
    const id = edges.find(node.id, wayTo(node, literal), literal)
    return id === 0 ? undefined : nodes[id]
  }
  const grow = (node: TrieNode, literal: string | undefined): TrieNode => {
    const child = createNode(nodes.length, wayTo(node, literal))
    nodes.push(child)
    if (literal === undefined) node.parameter = child
    else edges.add(node.id, child.way, literal, child.id)
    node.hasLiterals ||= literal !== undefined
    return child
  }
  for (const rule of rules) {
    let node = root
    for (const { literal } of rule.pattern.segments) node = childOf(node, literal) ?? grow(node, literal)
    if (rule.pattern.wildcard) node.wildcard = [...node.wildcard, rule]
    else node.ending = [...node.ending, rule]
  }
  const containing = (
    node: TrieNode | undefined,
    [segment, ...deeper]: PathPattern['segments'],
    open: boolean,
  ): readonly CompiledRule[] => {
    if (node === undefined) return NONE
    if (segment === undefined) return open ? node.wildcard : [...node.wildcard, ...node.ending]
    const literal = segment.literal === undefined ? undefined : childOf(node, segment.literal)
    const under = [literal, node.parameter].flatMap((child) => containing(child, deeper, open))
    return [...node.wildcard, ...under]
  }
  return { nodes, edges, containing: ({ segments, wildcard }) => containing(root, segments, wildcard) }
}

function createNode(id: number, way: number): TrieNode {
  return { id, way, parameter: undefined, hasLiterals: false, ending: NONE, wildcard: NONE }
}

function wayTo({ way }: TrieNode, literal: string | undefined): number {
  return addToHash(way, literal === undefined ? PARAMETER : hashOf(literal))
}
