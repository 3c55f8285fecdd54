import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { keyOf } from '../../../packages/core/src/key-of.ts'

const DATA = fc.jsonValue({ maxDepth: 3, depthSize: 'small', noUnicodeString: false })

describe('the key of plain data', () => {
  afterEach(() => {
    for (const prototype of [Object.prototype, Array.prototype, String.prototype])
      Reflect.deleteProperty(prototype, 'toJSON')
  })

  it('is that of equal data only', () => {
    const small = fc.array(fc.oneof(fc.constantFrom('a', '"', '"a"', '}', ':', ',', ''), fc.nat(2), DATA), {
      maxLength: 3,
    })
    fc.assert(
      fc.property(small, small, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other)
        expect(keyOf(one) === keyOf(other)).toBe(same)
      }),
      { numRuns: 5000 },
    )
  })

  it('tells what is left out from text, and a list of one from its member', () => {
    const keys = [
      undefined,
      null,
      'undefined',
      'null',
      '',
      [],
      [undefined],
      [''],
      [{ 0: 'a' }],
      { 0: 'a' },
      ['a'],
      'a',
      ['a,b'],
      ['a', 'b'],
      { all: ['a'] },
      { any: ['a'] },
      { any: ['b'] },
      { any: ['a'], all: [] },
    ]
    expect(new Set(keys.map(keyOf)).size).toBe(keys.length)
  })

  it('asks no prototype how data is written', () => {
    const [one, other] = [keyOf(['a', { b: 1 }]), keyOf(['c'])]
    for (const prototype of [Object.prototype, Array.prototype, String.prototype])
      Object.defineProperty(prototype, 'toJSON', { value: () => 'x', configurable: true })
    expect([keyOf(['a', { b: 1 }]), keyOf(['c'])]).toEqual([one, other])
  })
})
