import type { Measurement } from './bursts.ts'

/** A contestant makes itself ready and gives what measures it. It runs in a process of its own. */
export type Contestant<Input> = (input: Input) => Measurement | Promise<Measurement>

/** What {@link timed} runs. */
export interface Timing<Batch extends { readonly length: number }> {
  /** Repeats until so much time was measured. */
  readonly milliseconds: number
  /** Makes fresh inputs; its time does not count. */
  readonly prepare: () => Batch
  readonly run: (batch: Batch) => void | Promise<void>
}

/**
 * Measures microseconds per operation over as many batches as fill the time. Not by mitata, which measures where nobody
 * races: it fills 8 MB for each measurement, and a burst of milliseconds would find the processor's caches empty.
 */
export function timed<Batch extends { readonly length: number }>(timing: Timing<Batch>): Measurement {
  const { milliseconds, prepare, run } = timing
  return async () => {
    let spent = 0
    let operations = 0
    while (spent < milliseconds) {
      const batch = prepare()
      const start = performance.now()
      const running = run(batch)
      if (running !== undefined) await running
      spent += performance.now() - start
      operations += batch.length
    }
    return (spent * 1000) / operations
  }
}
