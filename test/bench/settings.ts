/** How much is measured. Nothing here changes what is measured. */
export interface Settings {
  /** How often each contestant is measured in process, its rivals in between. */
  readonly rounds: number
  /** How many bursts one measurement is made of, those of its rivals in between. */
  readonly bursts: number
  /** The timed part of one burst in process, in milliseconds. */
  readonly sampleMs: number
  /** How often each contestant and the bare app are measured over HTTP, by turns, in each process. */
  readonly pairs: number
  /** In how many processes, one after another, each contestant is measured where processes differ. */
  readonly casts: number
  /** The same for servers, where what is looked for is small beside what processes differ by. */
  readonly serverCasts: number
  /** Requests of one burst over HTTP. */
  readonly requests: number
  /** Requests each HTTP server answers before anything is measured. */
  readonly warmUp: number
  /** The share of the token sets that is really used; 1 but for trying the harness itself. */
  readonly tokenShare: number
}

/** What figures are quoted from. */
export const FULL: Settings = {
  rounds: 9,
  bursts: 8,
  sampleMs: 15,
  pairs: 5,
  casts: 3,
  serverCasts: 5,
  requests: 100,
  warmUp: 12_000,
  tokenShare: 1,
}

/** To see that everything runs; the figures mean nothing. */
export const QUICK: Settings = {
  rounds: 2,
  bursts: 2,
  sampleMs: 5,
  pairs: 2,
  casts: 1,
  serverCasts: 1,
  requests: 64,
  warmUp: 64,
  tokenShare: 0.005,
}
