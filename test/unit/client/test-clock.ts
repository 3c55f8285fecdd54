/** A clock that stands still until it is moved. */
export interface TestClock {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Moves it by seconds, back too. */
  advance(seconds: number): void
}

export function createClock(start: number = Date.UTC(2026, 0, 1)): TestClock {
  let time = start
  return {
    now: () => time,
    advance(seconds) {
      time += seconds * 1000
    },
  }
}
