/** A clock that can be turned: the only way to see an expired token without waiting for it. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Turns it by so many seconds; back, where they are negative. */
  readonly advance: (seconds: number) => void
}

/** A clock that goes with the machine's, as far ahead of it as it was turned. */
export function createClock(): Clock {
  let ahead = 0
  return {
    now: () => Date.now() + ahead * 1000,
    advance: (seconds) => {
      ahead += seconds
    },
  }
}
