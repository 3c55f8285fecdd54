import { describe, expect, it } from 'vitest'
import { createGrantReader } from '../../../packages/core/src/grant.ts'
import type { ScopeHolder } from '../../../packages/core/src/scope.ts'

function createScopeHolder(
  reading: Parameters<typeof createGrantReader>[0],
): (named: string | readonly string[]) => ScopeHolder {
  const read = createGrantReader(reading)
  return (named) => read(named).held
}

describe('a grant', () => {
  const read = createGrantReader({ implies: { a: ['z'] }, wildcardSeparator: undefined })

  it.each<[string | string[], string[]]>([
    ['a', ['a']],
    ['a b', ['a', 'b']],
    ['', []],
    [' ', []],
    [' a  b ', ['a', 'b']],
    ['a\tb', ['a\tb']],
    ['a\u00a0b', ['a\u00a0b']],
    ['a,b', ['a,b']],
    ['["a"]', ['["a"]']],
    [' ["a"]', ['["a"]']],
    [[], []],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['a b'], ['a b']],
    [[' a'], [' a']],
  ])('of %j names %j, the first time and later', (named, scopes) => {
    for (let i = 0; i < 2; i++) expect(read(named).scopes).toEqual(scopes)
  })

  it.each<[string | string[], string | string[]]>([
    [['a'], '["a"]'],
    [['a', 'b'], '["a","b"]'],
    [[], '[]'],
    [['["a"]'], '["[\\"a\\"]"]'],
    ['a', ' a'],
  ])('of %j is not taken for that of %j', (one, other) => {
    const fresh = createGrantReader({ implies: {}, wildcardSeparator: undefined })
    expect(fresh(one)).not.toBe(fresh(other))
    expect(fresh(other)).toBe(fresh(other))
  })

  it('names scopes in a frozen list, not in the one it was made of', () => {
    const named = ['a']
    const { scopes } = read(named)
    named.push('b')
    expect(scopes).toEqual(['a'])
    expect(() => (scopes as string[]).push('b')).toThrow(TypeError)
  })
})

describe('scopes without further reading', () => {
  it('hold exactly themselves', () => {
    const held = createScopeHolder({ implies: {}, wildcardSeparator: undefined })(['orders.*', 'a'])
    expect(held.has('a')).toBe(true)
    expect(held.has('orders.*')).toBe(true)
    expect(held.has('orders.read')).toBe(false)
    expect(held.has('constructor')).toBe(false)
  })

  it('take a star for a character like any other', () => {
    const held = createScopeHolder({ implies: {}, wildcardSeparator: undefined })(['*'])
    expect(held.has('*')).toBe(true)
    expect(held.has('orders')).toBe(false)
    expect(held.has('orders.read')).toBe(false)
  })
})

describe('the answer to the same grant', () => {
  const holding = (): ((scopes: readonly string[]) => unknown) =>
    createScopeHolder({ implies: {}, wildcardSeparator: '.' })

  it('is shared by the tokens that name it, and by no others', () => {
    const hold = holding()
    expect(hold(['a', 'b'])).toBe(hold(['a', 'b']))
    for (const other of [['a'], ['a b'], ['a,b'], ['a', 'b', 'c'], ['a","b'], []])
      expect(hold(other)).not.toBe(hold(['a', 'b']))
  })

  it.each([
    [500, true],
    [5000, false],
  ])(
    'is kept for the last thousand grants, not for as many as tokens can name: %i others',
    (others, kept) => {
      const hold = holding()
      const first = hold(['first'])
      for (let i = 0; i < others; i++) hold([`scope${i}`])
      expect(hold(['first']) === first).toBe(kept)
    },
  )

  it('is not kept where a few grants name very many, by themselves or by what they imply', () => {
    const names = (i: number): string[] => Array.from({ length: 1500 }, (_, j) => `${i}x${j}`)
    const implying = createGrantReader({ implies: { all: names(0) }, wildcardSeparator: undefined })
    const readers = [holding(), (named: readonly string[]) => implying([...named, 'all'])]
    for (const hold of readers) {
      const first = hold(['first'])
      for (let i = 0; i < 30; i++) hold(hold === readers[0] ? names(i) : [`${i}`])
      expect(hold(['first'])).not.toBe(first)
    }
  })

  it('is not kept where a few grants name very much', () => {
    const hold = holding()
    const first = hold(['first'])
    for (let i = 0; i < 20; i++) hold([`${i}${'x'.repeat(100_000)}`])
    expect(hold(['first'])).not.toBe(first)
  })
})

describe('implied scopes', () => {
  const implies = { admin: ['write', 'audit'], write: ['read'], read: ['write'], constructor: ['x'] }
  const holding = createScopeHolder({ implies, wildcardSeparator: undefined })

  it('are followed to their end, also in a circle', () => {
    const held = holding(['admin'])
    expect(['admin', 'write', 'audit', 'read'].filter((scope) => !held.has(scope))).toEqual([])
    expect(holding(['read']).has('write')).toBe(true)
  })

  it('are all that comes with a scope, which stays held itself', () => {
    expect(holding(['write'])).toEqual(new Set(['write', 'read']))
    expect(holding(['admin', 'other'])).toEqual(new Set(['admin', 'write', 'read', 'audit', 'other']))
  })

  it('are not followed backwards', () => {
    expect(holding(['audit']).has('admin')).toBe(false)
    expect(holding(['write']).has('audit')).toBe(false)
  })

  it('are those written, not those a name inherits', () => {
    expect(holding(['toString']).has('toString')).toBe(true)
    expect(holding(['constructor']).has('x')).toBe(true)
    const inherited = createScopeHolder({ implies: { a: ['toString'] }, wildcardSeparator: undefined })
    expect(inherited(['a']).has('toString')).toBe(true)
  })
})

describe('wildcards', () => {
  const holds = (scope: string, wanted: string): boolean =>
    createScopeHolder({ implies: {}, wildcardSeparator: '.' })([scope]).has(wanted)

  it.each([
    ['orders.*', 'orders.read'],
    ['orders.*', 'orders.read.all'],
    ['orders.*', 'orders.*'],
    ['*.read', 'orders.read'],
    ['orders.*.read', 'orders.eu.read'],
    ['*', 'orders'],
    ['*', 'orders.read'],
    ['*.*', 'a.b'],
  ])('%s covers %s', (scope, wanted) => {
    expect(holds(scope, wanted)).toBe(true)
  })

  it.each([
    ['orders.*', 'orders'],
    ['orders.*', 'orders.'],
    ['orders.*', 'ordersx.read'],
    ['orders.*', 'order.read'],
    ['orders.*', 'xorders.read'],
    ['orders.*', 'Orders.read'],
    ['orders*', 'orders.read'],
    ['orders*', 'ordersx'],
    ['orders.r*', 'orders.read'],
    ['orders.*.read', 'orders.read'],
    ['orders.*.read', 'orders.a.b.read'],
    ['orders.*.read', 'orders.a.read.x'],
    ['*.read', 'read'],
    ['*.read', '.read'],
    ['orders.read', 'orders.*'],
    ['a+.b', 'aa.b'],
  ])('%s does not cover %s', (scope, wanted) => {
    expect(holds(scope, wanted)).toBe(false)
  })

  it('work on implied scopes too', () => {
    const held = createScopeHolder({ implies: { admin: ['orders.*'] }, wildcardSeparator: '.' })(['admin'])
    expect(held.has('orders.read')).toBe(true)
  })
})
