import type { SingleFlight } from './single-flight.ts'

/** For platforms where a promise may be awaited by whoever holds it: all get the one promise. */
export function createSingleFlight<Key, Value>(): SingleFlight<Key, Value> {
  const inFlight = new Map<Key, Promise<Value>>()
  const run = async (key: Key, work: () => Promise<Value>): Promise<Value> => {
    const running = inFlight.get(key)
    if (running !== undefined) return await running
    // Begun when it is known to be under way: the work may ask for the same before it first waits.
    const flight = Promise.resolve().then(work)
    inFlight.set(key, flight)
    try {
      return await flight
    } finally {
      inFlight.delete(key)
    }
  }
  return Object.freeze({ has: (key: Key) => inFlight.has(key), run })
}
