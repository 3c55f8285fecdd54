import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinSegments, segmentAt, startOf } from '../../../packages/core/src/segments.ts'
import { segmentsOf } from './segments-of.ts'

describe('segments', () => {
  it('are cut out as they were put together, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '/', ':', '\0', 'é') })), (segments) => {
        const joined = joinSegments(segments)
        expect(segmentsOf(joined)).toEqual(segments)
        expect(joined.text).toBe(segments.length === 0 ? '/' : segments.map((text) => `/${text}`).join(''))
      }),
    )
  })

  it('are none beyond the last', () => {
    const joined = joinSegments(['a', 'b'])
    expect(segmentAt(joined, 1)).toBe('b')
    expect(segmentAt(joined, 2)).toBeUndefined()
    expect(segmentAt(joinSegments([]), 0)).toBeUndefined()
  })

  it('begin behind their slash', () => {
    const joined = joinSegments(['abc', 'd'])
    expect([0, 1].map((place) => startOf(joined, place))).toEqual([1, 5])
  })
})
