import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BoundedCache,
  type CacheItem,
  createBoundedCache,
} from '../../../packages/core/src/bounded-cache.ts'

interface Named extends CacheItem {
  readonly name: string
}

const item = (name: string, bytes: number): Named => ({ name, bytes, used: false })
const keysIn = (cache: BoundedCache<string, CacheItem>, keys: readonly string[]): string[] =>
  keys.filter((key) => cache.get(key) !== undefined)

function fill(cache: BoundedCache<string, CacheItem>, keys: readonly string[], bytes = 1): void {
  for (const key of keys) cache.set(key, item(key, bytes))
}

describe('a bounded cache', () => {
  it('gives what was put in, and nothing else', () => {
    const cache = createBoundedCache<string, Named>({ maxEntries: 2, maxBytes: 10 })
    const one = item('one', 1)
    cache.set('a', one)
    expect(cache.get('a')).toBe(one)
    expect(cache.get('b')).toBeUndefined()
  })

  it('makes room by dropping the oldest entry that nobody asked for', () => {
    const cache = createBoundedCache<string, Named>({ maxEntries: 3, maxBytes: 100 })
    fill(cache, ['a', 'b', 'c'])
    cache.get('a')
    fill(cache, ['d'])
    expect(keysIn(cache, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd'])
  })

  it('keeps what is in use through a flood of new entries', () => {
    const cache = createBoundedCache<string, Named>({ maxEntries: 10, maxBytes: 1000 })
    fill(cache, ['ours'])
    for (let i = 0; i < 1000; i++) {
      expect(cache.get('ours')).toBeDefined()
      fill(cache, [`flood ${i}`])
    }
  })

  it('drops what was used once and then no more', () => {
    const cache = createBoundedCache<string, Named>({ maxEntries: 2, maxBytes: 100 })
    fill(cache, ['a', 'b'])
    keysIn(cache, ['a', 'b'])
    fill(cache, ['c', 'd', 'e', 'f'])
    expect(keysIn(cache, ['a', 'b'])).toEqual([])
  })

  it('may be filled to its limits, to the last byte and entry', () => {
    const full = createBoundedCache<string, Named>({ maxEntries: 2, maxBytes: 10 })
    fill(full, ['a', 'b'], 5)
    expect(keysIn(full, ['a', 'b'])).toEqual(['a', 'b'])
    fill(full, ['c'], 10)
    expect(keysIn(full, ['a', 'b', 'c'])).toEqual(['c'])
    const single = createBoundedCache<string, Named>({ maxEntries: 1, maxBytes: 10 })
    fill(single, ['a'])
    expect(keysIn(single, ['a'])).toEqual(['a'])
  })

  it('that may hold nothing holds nothing', () => {
    const none = createBoundedCache<string, Named>({ maxEntries: 0, maxBytes: 10 })
    fill(none, ['a', 'b'])
    expect(keysIn(none, ['a', 'b'])).toEqual([])
  })

  it('holds no value that is over the limit by itself, nor the one it would have replaced', () => {
    const cache = createBoundedCache<string, Named>({ maxEntries: 2, maxBytes: 10 })
    fill(cache, ['a', 'b'], 5)
    cache.set('a', item('a', 11))
    expect(keysIn(cache, ['a', 'b'])).toEqual(['b'])
  })

  it('says whether it keeps an item, and names each that it does not keep any more, once', () => {
    const removed: string[] = []
    const cache = createBoundedCache<string, Named>({ maxEntries: 2, maxBytes: 10 }, ({ name }) =>
      removed.push(name),
    )
    expect(cache.set('a', item('too large', 11))).toBe(false)
    expect(cache.set('a', item('one', 1))).toBe(true)
    expect(cache.set('a', item('two', 1))).toBe(true)
    expect(removed).toEqual(['one'])
    fill(cache, ['b', 'c'])
    expect(removed).toEqual(['one', 'two'])
    expect(cache.set('b', item('too large', 11))).toBe(false)
    expect(removed).toEqual(['one', 'two', 'b'])
  })

  it('never holds more entries or bytes than it may, whatever is done to it', () => {
    const step = fc.tuple(fc.constantFrom('get', 'set'), fc.nat(20), fc.integer({ min: 1, max: 12 }))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 200 }), (maxEntries, steps) => {
        const cache = createBoundedCache<string, Named>({ maxEntries, maxBytes: 30 })
        const sizes = new Map<string, number>()
        for (const [what, number, bytes] of steps) {
          const key = String(number)
          if (what === 'get') cache.get(key)
          else cache.set(key, item(key, bytes))
          if (what === 'set') sizes.set(key, bytes)
        }
        const held = keysIn(cache, [...sizes.keys()])
        expect(held.length).toBeLessThanOrEqual(maxEntries)
        expect(held.reduce((sum, key) => sum + (sizes.get(key) ?? 0), 0)).toBeLessThanOrEqual(30)
        for (const key of held) expect(cache.get(key)?.name).toBe(key)
      }),
    )
  })

  it('shares nothing with another', () => {
    const [one, other] = [1, 2].map(() => createBoundedCache<string, Named>({ maxEntries: 5, maxBytes: 5 }))
    one?.set('a', item('a', 1))
    expect(other?.get('a')).toBeUndefined()
  })
})
