import { createSingleFlight } from '#single-flight'
import { type CacheItem, createBoundedCache } from './bounded-cache.ts'

/** An answer and when it was had, in milliseconds. */
export interface Dated<Value> {
  readonly value: Value
  readonly at: number
}

/** A question to a source outside, asked through a cache. */
export interface CachedLookup<Value> {
  /** What is known and fresh; `undefined` where the source must be asked. Starts no work. */
  peek(key: string): Value | undefined
  /** Rejects as the source does, or when it takes too long; a failure is not remembered. */
  get(key: string): Promise<Value>
}

/** What a {@link CachedLookup} is made of. Times are in milliseconds. */
export interface CachedLookupOptions<Value> {
  readonly load: (key: string) => Value | Promise<Value>
  readonly maxAge: number
  readonly maxEntries: number
  readonly timeout: number
  readonly now: () => number
}

const BYTES_PER_CHARACTER = 2
const ENTRY_BYTES = 256
const MAX_BYTES = 16_777_216

/** Negative answers are answers: they are remembered as long as positive ones. */
export function createCachedLookup<Value>(options: CachedLookupOptions<Value>): CachedLookup<Value> {
  const { load, maxAge, maxEntries, timeout, now } = options
  const cache = createBoundedCache<string, Dated<Value> & CacheItem>({ maxEntries, maxBytes: MAX_BYTES })
  const flights = createSingleFlight<string, Value>()
  const ask = async (key: string): Promise<Value> => {
    const value = await withinTime(async () => await load(key), timeout)
    const bytes = ENTRY_BYTES + BYTES_PER_CHARACTER * key.length
    cache.set(key, { value, at: now(), bytes, used: false })
    return value
  }
  const peek = (key: string): Value | undefined => {
    const found = cache.get(key)
    return found && isFresh(found, maxAge, now()) ? found.value : undefined
  }
  return Object.freeze({
    peek,
    get: async (key: string) => peek(key) ?? (await flights.run(key, async () => await ask(key))),
  })
}

/** A clock set back makes an answer old, not fresh for longer. */
export function isFresh({ at }: Dated<unknown>, maxAge: number, now: number): boolean {
  return Math.abs(now - at) < maxAge
}

/** Bounds work that is not ours, also work that never settles. */
export async function withinTime<Value>(work: () => Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the source took too long')), milliseconds)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
