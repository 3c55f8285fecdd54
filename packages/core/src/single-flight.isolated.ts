import type { SingleFlight } from './single-flight.ts'

/** What waiting is made of; milliseconds. */
export interface Waiting {
  /** How long another request's work is waited for; then it counts as lost with its request, and is done anew. */
  readonly patience: number
  /** A clock that never goes back. */
  readonly elapsed: () => number
  readonly pause: (milliseconds: number) => Promise<void>
}

interface Flight<Value> {
  since: number
  outcome: PromiseSettledResult<Value> | undefined
}

const LONGEST_PAUSE = 32
const PLATFORM: Waiting = Object.freeze({
  patience: 1000,
  elapsed: () => performance.now(),
  pause: async (milliseconds: number) => {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, milliseconds)
    })
  },
})

/**
 * For platforms that tie a promise to the request that made it and end both together, as Workers do: a request awaits
 * nothing but its own work and its own timers. The first does the work and leaves the outcome behind as a plain value; the
 * others look for it, and one of them does the work again where it does not come. So a lost request costs the others
 * `patience`, and slow work is begun once per `patience`, however many ask.
 */
export function createSingleFlight<Key, Value>({
  patience,
  elapsed,
  pause,
}: Waiting = PLATFORM): SingleFlight<Key, Value> {
  const inFlight = new Map<Key, Flight<Value>>()
  const isLost = ({ since }: Flight<Value>): boolean => elapsed() - since >= patience

  const forget = (key: Key, flight: Flight<Value>): void => {
    if (inFlight.get(key) === flight) inFlight.delete(key)
  }
  /** Flights stand in the order of their beginning, and nobody may ever ask for a lost one again. */
  const forgetLost = (): void => {
    for (const [key, flight] of inFlight) {
      if (!isLost(flight)) return
      inFlight.delete(key)
    }
  }
  const lead = async (key: Key, flight: Flight<Value>, work: () => Promise<Value>): Promise<Value> => {
    forget(key, flight)
    forgetLost()
    flight.since = elapsed()
    inFlight.set(key, flight)
    const [outcome] = await Promise.allSettled([work()])
    flight.outcome = outcome
    forget(key, flight)
    return unwrap(outcome)
  }
  /** Whoever finds the work lost takes it over in the same breath, so that no two do. */
  const run = async (key: Key, work: () => Promise<Value>): Promise<Value> => {
    const flight = inFlight.get(key)
    if (flight === undefined) return await lead(key, { since: 0, outcome: undefined }, work)
    for (let wait = 1; flight.outcome === undefined; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
      if (isLost(flight)) return await lead(key, flight, work)
      await pause(wait)
    }
    return unwrap(flight.outcome)
  }
  const has = (key: Key): boolean => {
    const flight = inFlight.get(key)
    return flight !== undefined && !isLost(flight)
  }
  return Object.freeze({ has, run })
}

function unwrap<Value>(outcome: PromiseSettledResult<Value>): Value {
  if (outcome.status === 'fulfilled') return outcome.value
  throw outcome.reason
}
