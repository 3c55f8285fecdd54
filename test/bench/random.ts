/** A generator of whole numbers below a bound; the same seed gives the same numbers in every process. */
export type Random = (bound: number) => number

/** Creates a generator (mulberry32): fast, and good enough to defeat caches and branch prediction. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}
