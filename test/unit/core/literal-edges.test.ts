import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLiteralEdges, type LiteralEdge } from '../../../packages/core/src/literal-edges.ts'

const SEGMENTS = fc.constantFrom('', 'a', 'b', 'items', 'v1', 'constructor', '__proto__', 'ſ', 'x'.repeat(40))
const EDGES = fc.uniqueArray(fc.record({ from: fc.nat(40), literal: SEGMENTS, to: fc.nat() }), {
  selector: ({ from, literal }) => `${from} ${literal}`,
  maxLength: 120,
})

describe('the literal edges of a trie', () => {
  it('lead where a list of them says, and nowhere else', () => {
    fc.assert(
      fc.property(EDGES, fc.nat(41), SEGMENTS, (edges, from, segment) => {
        const listed = edges.find((edge) => edge.from === from && edge.literal === segment)
        expect(createLiteralEdges(edges)(from, segment)).toBe(listed?.to)
      }),
      { numRuns: 2000 },
    )
  })

  it('are told apart by the node, however many nodes have the same literal', () => {
    const edges: LiteralEdge[] = Array.from({ length: 50_000 }, (_, at) => {
      return { from: 2 * at, literal: 'items', to: at }
    })
    const find = createLiteralEdges(edges)
    for (let at = 0; at < 50_000; at++) {
      if (find(2 * at, 'items') !== at) expect.fail(`an edge of node ${2 * at} is lost`)
      if (find(2 * at + 1, 'items') !== undefined) expect.fail(`node ${2 * at + 1} has the edge of another`)
    }
  })

  it.each([
    [0, 'ooczws', 'ufbpas'],
    [1, 'brbxws', 'xscras'],
  ])('of node %i by %s is not taken by %s, which has the same hash', (from, literal, forged) => {
    const find = createLiteralEdges([{ from, literal, to: 7 }])
    expect(find(from, literal)).toBe(7)
    expect(find(from, forged)).toBeUndefined()
  })

  it('lead nowhere where there are none', () => {
    expect(createLiteralEdges([])(0, 'a')).toBeUndefined()
  })
})
