/** The steps of a trie by literal segments. Nodes are numbers, of which 0 stands for nowhere. */
export interface LiteralEdges {
  /** Where a literal leads from a node. The way is the hash of all that leads there from the root. */
  find(from: number, way: number, segment: string): number
  /** Adds a step that is not there yet, to a node that no other leads to. */
  add(from: number, way: number, literal: string, to: number): void
}

/** A slot holds where the step leads, its way and where it begins; the fourth number keeps it within a cache line. */
const WIDTH = 4

/**
 * Creates an open hash table for at most so many steps. No way is made of the numbers of nodes, so that a processor can fetch
 * what every segment of a path needs at once. Who sends segments cannot make it slow: only the literals of rules are in it.
 */
export function createLiteralEdges(most: number): LiteralEdges {
  const literals: string[] = []
  const slots = new Int32Array(WIDTH * 2 ** (33 - Math.clz32(most)))
  const last = slots.length - 1
  /** Where to begin to look: the lower bits of a way are made of the lower bits of characters alone. */
  const slotOf = (way: number): number => Math.imul(way ^ (way >>> 15), WIDTH) & last

  return {
    find: (from, way, segment) => {
      for (let at = slotOf(way); ; at = (at + WIDTH) & last) {
        const to = slots[at] as number
        if (to === 0 || (slots[at + 1] === way && slots[at + 2] === from && literals[to] === segment))
          return to
      }
    },
    add: (from, way, literal, to) => {
      let at = slotOf(way)
      while (slots[at] !== 0) at = (at + WIDTH) & last
      slots[at] = to
      slots[at + 1] = way
      slots[at + 2] = from
      literals[to] = literal
    },
  }
}
