import type { Instant } from './store.ts'

/**
 * Counts failed attempts per client id. It never decides whether a right secret gets its token: it changes what a wrong one
 * is told, so nobody can lock a client out by failing in its name.
 */
export interface Throttle {
  /** Counts one more; beyond the limit, gives the seconds until the count starts anew. */
  failed(clientId: string): number | undefined
}

/** What the throttle is made of. */
export interface ThrottlePolicy {
  readonly failures: number
  /** Milliseconds. */
  readonly window: number
  readonly now: () => Instant
}

interface Count {
  failures: number
  readonly until: Instant
}

/** Ids are chosen by whoever sends requests; beyond this many the oldest is forgotten. */
const MAX_CLIENTS = 10_000

/** Creates the throttle; it lives in this process. */
export function createThrottle({ failures, window, now }: ThrottlePolicy): Throttle {
  const counts = new Map<string, Count>()
  const countOf = (clientId: string): Count => {
    const known = counts.get(clientId)
    const left = known ? known.until - now() : 0
    // More than a window is left where the clock has been set back.
    if (known && left > 0 && left <= window) return known
    counts.delete(clientId)
    const [oldest] = counts.keys()
    if (counts.size >= MAX_CLIENTS && oldest !== undefined) counts.delete(oldest)
    const fresh = { failures: 0, until: now() + window }
    counts.set(clientId, fresh)
    return fresh
  }
  return Object.freeze<Throttle>({
    failed: (clientId) => {
      const count = countOf(clientId)
      count.failures++
      return count.failures > failures ? Math.max(1, Math.ceil((count.until - now()) / 1000)) : undefined
    },
  })
}
