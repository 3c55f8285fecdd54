import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLiteralEdges } from '../../../packages/core/src/literal-edges.ts'

const SEGMENTS = fc.constantFrom('', 'a', 'b', 'items', 'v1', 'constructor', '__proto__', 'ſ', 'x'.repeat(40))
/** Few ways, so that many steps have the same, and the outermost ones. */
const WAYS = fc.constantFrom(0, 1, -1, 7, 2 ** 31 - 1, -(2 ** 31))
const STEP = fc.record({ from: fc.nat(5), way: WAYS, literal: SEGMENTS })
const STEPS = fc.uniqueArray(STEP, {
  selector: ({ from, way, literal }) => `${from} ${way} ${literal}`,
  maxLength: 120,
})

describe('the literal edges of a trie', () => {
  it('lead where they were added to lead, and nowhere else', () => {
    fc.assert(
      fc.property(STEPS, fc.array(STEP), fc.nat(100), (steps, others, room) => {
        const edges = createLiteralEdges(steps.length + room)
        for (const [at, { from, way, literal }] of steps.entries()) edges.add(from, way, literal, at + 1)
        for (const { from, way, literal } of [...steps, ...others]) {
          const at = steps.findIndex(
            (step) => step.from === from && step.way === way && step.literal === literal,
          )
          expect(edges.find(from, way, literal)).toBe(at + 1)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('are told apart by the node, however many nodes have the same literal', () => {
    const edges = createLiteralEdges(50_000)
    for (let at = 1; at <= 50_000; at++) edges.add(2 * at, at * 31, 'items', at)
    for (let at = 1; at <= 50_000; at++) {
      if (edges.find(2 * at, at * 31, 'items') !== at) expect.fail(`the edge to ${at} is lost`)
      if (edges.find(2 * at + 1, at * 31, 'items') !== 0) expect.fail(`node ${2 * at + 1} has another's edge`)
    }
  })

  it('have a free slot left to end every search, however few there are', () => {
    for (let count = 0; count < 70; count++) {
      const edges = createLiteralEdges(count)
      for (let at = 1; at <= count; at++) edges.add(0, at, 'a', at)
      for (let way = 0; way < 300; way++) expect(edges.find(0, way, 'b')).toBe(0)
    }
  })
})
