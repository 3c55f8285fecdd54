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
  const hashes = new Int32Array(mask + 1)
  const places = new Int32Array(mask + 1).fill(-1)
  for (const [place, { from, literal }] of edges.entries()) {
    const hash = hashOf(from, literal)
    let slot = hash & mask
    while (places[slot] !== -1) slot = (slot + 1) & mask
    hashes[slot] = hash
    places[slot] = place
  }
  const literals = shareTexts(edges.map(({ literal }) => literal))
  const targets = Int32Array.from(edges, ({ to }) => to)
  return (from, segment) => {
    const hash = hashOf(from, segment)
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = places[slot] as number
      if (place === -1) return undefined
      // One text under two nodes never has one hash, so this is the edge of this node.
      if (hashes[slot] === hash && literals[place] === segment) return targets[place]
    }
  }
}

/** Equal texts become one string, which is then more likely to be in the processor's cache. */
function shareTexts(texts: readonly string[]): readonly string[] {
  const shared = new Map(texts.map((text) => [text, text]))
  return texts.map((text) => shared.get(text) as string)
}

/**
 * FNV-1a over the characters, begun with the node. Every step can be undone, so that for one text different nodes always
 * give different hashes; the last step brings the high bits down to where they are used.
 */
function hashOf(from: number, text: string): number {
  let hash = Math.imul(from + 1, 0x9e3779b1)
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash ^ (hash >>> 15)
}
