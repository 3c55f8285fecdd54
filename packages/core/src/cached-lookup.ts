import { LRUCache } from 'lru-cache'

/** What bounds a cache: both limits hold at once. */
export interface CacheLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/**
 * A bounded map that drops what was used least recently. It knows nothing of time: whoever reads an entry judges its age
 * by the server's own clock, since this cache's would be a different one.
 */
export interface BoundedCache<Value extends object> {
  get(key: string): Value | undefined
  set(key: string, value: Value, bytes: number): void
  delete(key: string): void
}

/** Creates an empty cache; nothing is shared between two of them. */
export function createBoundedCache<Value extends object>({
  maxEntries,
  maxBytes,
}: CacheLimits): BoundedCache<Value> {
  const entries = new LRUCache<string, Value>({ max: maxEntries, maxSize: maxBytes })
  return Object.freeze({
    get: (key: string) => entries.get(key),
    set: (key: string, value: Value, bytes: number) => {
      entries.set(key, value, { size: bytes })
    },
    delete: (key: string) => {
      entries.delete(key)
    },
  })
}

/** Runs the same work once for all who ask for it at the same time; a failure is shared, and then forgotten. */
export function createSingleFlight<Value>(): (key: string, work: () => Promise<Value>) => Promise<Value> {
  const inFlight = new Map<string, Promise<Value>>()
  return async (key, work) => {
    const running = inFlight.get(key)
    if (running !== undefined) return await running
    const flight = work()
    inFlight.set(key, flight)
    try {
      return await flight
    } finally {
      inFlight.delete(key)
    }
  }
}
