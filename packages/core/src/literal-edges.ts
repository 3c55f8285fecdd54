import { hashOf } from './hash.ts'

/** A step in a trie from one node by one literal segment to another. */
export interface LiteralEdge {
  readonly from: number
  readonly literal: string
  readonly to: number
}

/** Where a segment of a request's path leads from a node, if anywhere. */
export type LiteralEdges = (from: number, segment: string) => number | undefined

/**
 * Puts all literal edges of a trie into one open hash table. Who sends segments cannot make it slow: only the literals of
 * rules are in it.
 */
export function createLiteralEdges(edges: readonly LiteralEdge[]): LiteralEdges {
  const mask = 2 ** Math.ceil(Math.log2(edges.length + 1) + 1) - 1
  const slots = new Int32Array((mask + 1) * WIDTH)
  const literals: string[] = []
  const places = new Map<string, number>()
  for (const { from, literal, to } of edges) {
    const place = places.get(literal) ?? literals.push(literal)
    places.set(literal, place)
    const hash = hashOf(literal, from, 0)
    let slot = hash & mask
    while (slots[slot * WIDTH] !== 0) slot = (slot + 1) & mask
    slots.set([place, hash, to], slot * WIDTH)
  }
  return (from, segment) => {
    const hash = hashOf(segment, from, 0)
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WIDTH
      const place = slots[at] as number
      if (place === 0) return undefined
      // One text under two nodes never has one hash, so this is the edge of this node.
      if (slots[at + 1] === hash && literals[place - 1] === segment) return slots[at + 2]
    }
  }
}

/** A slot holds the place of its literal, counted from 1, the hash and the target; it never straddles two cache lines. */
const WIDTH = 4
