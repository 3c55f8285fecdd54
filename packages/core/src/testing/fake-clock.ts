/** A clock that stands still until it is told to move. Its functions can be passed on by themselves. */
export interface FakeClock {
  /** Milliseconds since 1970, as `Date.now()`; give it to the `now` option. */
  readonly now: () => number
  /** Moves the clock by so many seconds; back, where they are negative. */
  readonly advance: (seconds: number) => void
  /** Sets the clock, in milliseconds since 1970; `NaN` gives a clock that is broken. */
  readonly set: (milliseconds: number) => void
}

/**
 * Creates a clock for the `now` options of a resource server and a test issuer, so that no test waits for time to pass.
 * It does not touch timers: a fetch's time limit still elapses in real time.
 *
 * @param start milliseconds since 1970; 2026-01-01 by default
 * @example
 * const clock = createFakeClock()
 * const issuer = await createTestIssuer({ now: clock.now })
 * const token = await issuer.mintToken({ expiresIn: 60 })
 * clock.advance(61) // the token has expired
 */
export function createFakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start
  return Object.freeze({
    now: () => time,
    advance: (seconds: number) => {
      time += seconds * 1000
    },
    set: (milliseconds: number) => {
      time = milliseconds
    },
  })
}
