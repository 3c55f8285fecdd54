/** What bounds a cache: both limits hold at once. */
export interface CacheLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/**
 * A bounded map that makes room by dropping the oldest entry not used since it was last looked over, so that a flood of new
 * entries does not drive out those in use. It knows nothing of time: whoever reads an entry judges its age by the server's
 * own clock, since this cache's would be a different one.
 */
export interface BoundedCache<Value extends object> {
  get(key: string): Value | undefined
  /** Keeps nothing where the value alone is over the limit. */
  set(key: string, value: Value, bytes: number): void
  delete(key: string): void
}

interface Entry<Value> {
  readonly value: Value
  readonly bytes: number
  used: boolean
}

/**
 * Creates an empty cache; nothing is shared between two of them. A hit marks its entry and moves nothing.
 * @see Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024
 */
export function createBoundedCache<Value extends object>({
  maxEntries,
  maxBytes,
}: CacheLimits): BoundedCache<Value> {
  const entries = new Map<string, Entry<Value>>()
  let hand = entries.entries()
  let held = 0

  const remove = (key: string): void => {
    held -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  const evict = (): void => {
    const { value, done } = hand.next()
    if (done) hand = entries.entries()
    else if (value[1].used) value[1].used = false
    else remove(value[0])
  }
  return Object.freeze({
    get: (key: string) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entry.used = true
      return entry.value
    },
    set: (key: string, value: Value, bytes: number) => {
      remove(key)
      if (bytes > maxBytes || maxEntries < 1) return
      while (entries.size >= maxEntries || held + bytes > maxBytes) evict()
      entries.set(key, { value, bytes, used: false })
      held += bytes
    },
    delete: remove,
  })
}
