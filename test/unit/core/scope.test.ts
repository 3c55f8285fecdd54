import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isScopeClaim,
  isScopeToken,
  satisfies,
  splitScope,
  toAlternatives,
} from '../../../packages/core/src/scope.ts'

describe('a scope expression', () => {
  it.each([
    ['a', [['a']]],
    ['a b', [['a', 'b']]],
    [{ all: ['a', 'b'] }, [['a', 'b']]],
    [{ any: ['a', 'b'] }, [['a'], ['b']]],
    [{ anyOf: [['a', 'b'], ['c']] }, [['a', 'b'], ['c']]],
  ] as const)('%j means the alternatives %j', (expression, alternatives) => {
    expect(toAlternatives(expression)).toEqual(alternatives)
  })

  it('is copied, so that the lists it was written with may change', () => {
    const all = ['a']
    const alternatives = toAlternatives({ all })
    all.push('b')
    expect(alternatives).toEqual([['a']])
  })
})

describe('a scope claim', () => {
  it.each(['a', 'a b', '', ' ', [], ['a', 'b'], ['a b']].map((claim) => [claim]))('%j is one', (claim) => {
    expect(isScopeClaim(claim)).toBe(true)
  })

  it.each([undefined, null, 1, true, {}, { 0: 'a', length: 1 }, ['a', 1], [['a']], [null], [undefined]])(
    '%j is none',
    (claim) => {
      expect(isScopeClaim(claim)).toBe(false)
    },
  )

  it('is parted at spaces and nowhere else', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[!#-[\]-~]+$/), { maxLength: 6 }), (scopes) => {
        expect(splitScope(scopes.join(' '))).toEqual(scopes)
      }),
    )
  })
})

describe('satisfying a requirement', () => {
  it.each([
    [['a'], [['a']], true],
    [['a', 'b'], [['a']], true],
    [['a'], [['a', 'b']], false],
    [['b'], [['a'], ['b']], true],
    [['c'], [['a', 'b'], ['c']], true],
    [
      ['a', 'c'],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      false,
    ],
    [[], [['a']], false],
    [[], [], false],
  ])('holding %j satisfies %j: %s', (held, alternatives, expected) => {
    expect(satisfies(new Set(held), alternatives)).toBe(expected)
  })

  it.each([
    'read:all',
    'readwrite',
    'xread',
    'Read',
    'READ',
    'read\0',
    'read ',
    ' read',
    'read,write',
    'read\twrite',
    'read*',
    '*',
    'rea',
    'r\u0435ad',
    're\u0301ad',
  ])('takes read for nothing but itself: not %j', (held) => {
    expect(satisfies(new Set([held]), [['read']])).toBe(false)
    expect(satisfies(new Set(['read']), [[held]])).toBe(false)
  })

  it('never gets harder with more scopes', () => {
    const scopes = fc.uniqueArray(fc.constantFrom(...'abcd'))
    fc.assert(
      fc.property(scopes, scopes, fc.array(scopes), (held, more, alternatives) => {
        if (satisfies(new Set(held), alternatives))
          expect(satisfies(new Set([...held, ...more]), alternatives)).toBe(true)
      }),
    )
  })
})

describe('a scope token', () => {
  it('is made of printable ASCII without space, quote and backslash', () => {
    for (let code = 0; code < 0x180; code++) {
      const allowed = code > 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c
      expect(isScopeToken(String.fromCharCode(code)), String(code)).toBe(allowed)
    }
  })

  it.each(['read', 'orders:read', 'https://api.example/orders.read', '!~'])('may be %j', (text) => {
    expect(isScopeToken(text)).toBe(true)
  })

  it.each(['', 'a b', 'a\n', 'a"', '\\'])('is not %j', (text) => {
    expect(isScopeToken(text)).toBe(false)
  })
})
