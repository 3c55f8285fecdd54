import { describe, expect, it } from 'vitest'
import {
  type CachedLookup,
  type CachedLookupOptions,
  createCachedLookup,
  withinTime,
} from '../../../packages/core/src/cached-lookup.ts'

describe('a cached lookup', () => {
  it('asks once and remembers, also where the answer is no', async () => {
    const { lookup, asked } = counting()
    expect(lookup.peek('a')).toBeUndefined()
    expect([await lookup.get('a'), await lookup.get('a')]).toEqual([true, true])
    expect([await lookup.get(''), await lookup.get('')]).toEqual([false, false])
    expect(lookup.peek('')).toBe(false)
    expect(asked).toEqual(['a', ''])
  })

  it('asks again when the answer is old, or was had after now', async () => {
    let now = 1000
    const { lookup } = counting({ now: () => now, maxAge: 100 })
    await lookup.get('a')
    for (const [time, known] of [
      [1099, true],
      [1100, undefined],
      [901, true],
      [900, undefined],
    ] as const) {
      now = time
      expect(lookup.peek('a')).toBe(known)
    }
  })

  it('remembers as many answers as it may', async () => {
    const { lookup } = counting({ maxEntries: 3 })
    for (const key of ['a', 'b', 'c']) await lookup.get(key)
    expect(['a', 'b', 'c'].map(lookup.peek)).toEqual([true, true, true])
    for (const key of ['d', 'e', 'f', 'g']) await lookup.get(key)
    expect(['a', 'b', 'c', 'd', 'e', 'f', 'g'].filter((key) => lookup.peek(key))).toHaveLength(3)
  })

  it('remembers no more text than sixteen megabytes, however few its questions are', async () => {
    const { lookup } = counting({ maxEntries: 1000 })
    const keys = Array.from({ length: 20 }, (_, i) => `${i}${'x'.repeat(999_998)}`)
    for (const key of keys) await lookup.get(key)
    const kept = keys.filter((key) => lookup.peek(key)).length
    expect(kept).toBeGreaterThan(4)
    expect(kept).toBeLessThan(9)
  })

  it('forgets a failure', async () => {
    let down = true
    const load = async (): Promise<boolean> => (down ? await Promise.reject(new Error('down')) : true)
    const { lookup } = counting({ load })
    await expect(lookup.get('a')).rejects.toThrow('down')
    down = false
    expect(await lookup.get('a')).toBe(true)
  })
})

describe('work that is bounded in time', () => {
  it('gives what it gives, and leaves no timer behind', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    expect(await withinTime(async () => await Promise.resolve(1), 3_600_000)).toBe(1)
    await expect(withinTime(async () => await Promise.reject(new Error('down')), 3_600_000)).rejects.toThrow(
      'down',
    )
    expect(timers()).toBe(before)
  })

  it('fails when it never settles', async () => {
    await expect(withinTime(async () => await new Promise(() => undefined), 10)).rejects.toThrow('too long')
  })
})

/** A lookup of whether a text is not empty, and what was asked of its source. */
function counting(options: Partial<CachedLookupOptions<boolean>> = {}): {
  lookup: CachedLookup<boolean>
  asked: string[]
} {
  const asked: string[] = []
  const load = (key: string): boolean => {
    asked.push(key)
    return key !== ''
  }
  const defaults = { load, maxAge: 1000, maxEntries: 10, timeout: 10_000, now: () => 0 }
  return { lookup: createCachedLookup({ ...defaults, ...options }), asked }
}
