import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Measurement, measureInBursts } from './bursts.ts'
import { joinSeries, type Series } from './row.ts'

/** What is measured against each other. */
export interface Race {
  /** The module in `contestants` that exports `contestants`. */
  readonly module: string
  readonly contestants: readonly string[]
  /** Handed to every contestant, as JSON. */
  readonly input: unknown
  readonly rounds: number
  /** How many bursts one measurement is made of. Default 1. */
  readonly bursts?: number
  /** Measurements taken first and thrown away. Default 3. */
  readonly warmUp?: number
  /** In how many processes, one after another, each contestant is measured: two may differ for as long as they live. Default 1. */
  readonly casts?: number
}

interface Runner {
  readonly name: string
  readonly sample: Measurement
  readonly stop: () => void
}

/**
 * Measures contestants in turn, each in a process of its own, so that none runs in the other's heap or on code that was
 * compiled for the other. Each round measures every one of them once, in bursts by turns.
 */
export async function race({ casts = 1, ...of }: Race): Promise<Series> {
  const parts: Series[] = []
  for (let cast = 0; cast < casts; cast++) parts.push(await raceOnce(of))
  return joinSeries(parts)
}

async function raceOnce({
  module,
  contestants,
  input,
  rounds,
  bursts = 1,
  warmUp = 3,
}: Race): Promise<Series> {
  const runners = await Promise.all(contestants.map(async (name) => await start(module, name, input)))
  const samples = new Map(runners.map(({ name, sample }) => [name, sample]))
  const values = new Map<string, number[]>(contestants.map((name) => [name, []]))
  try {
    for (let round = -warmUp; round < rounds; round++) {
      for (const [name, value] of await measureInBursts(samples, bursts))
        if (round >= 0) values.get(name)?.push(value)
    }
  } finally {
    for (const runner of runners) runner.stop()
  }
  return Object.fromEntries(values)
}

async function start(module: string, name: string, input: unknown): Promise<Runner> {
  const child = fork(fileURLToPath(new URL('contestant-process.js', import.meta.url)), {
    execArgv: EXEC_ARGV,
  })
  const url = new URL(`contestants/${module}.js`, import.meta.url).href
  await ask(child, { module: url, name, input })
  return { name, sample: async () => await ask(child, 'sample'), stop: () => child.kill() }
}

/** The advice is known: the notes of the peer say what its cache key is. */
export const QUIET = '--disable-warning=FAST_JWT_CACHE_KEY_BUILDER_SECURITY_RISK'

/** Room for the largest token set; a heap near its limit would measure the collector. */
const EXEC_ARGV = ['--expose-gc', '--max-old-space-size=2048', QUIET]

/** Sends one message and waits for its answer; rejects where the process dies instead. */
export async function ask<Answer = number>(child: ChildProcess, message: object | string): Promise<Answer> {
  return await new Promise<Answer>((resolve, reject) => {
    const died = (code: number | null): void =>
      reject(new Error(`a process of the benchmark ended (${code})`))
    child.once('exit', died)
    child.once('message', (answer: { readonly value?: Answer; readonly error?: string }) => {
      child.off('exit', died)
      if (answer.error === undefined) resolve(answer.value as Answer)
      else reject(new Error(answer.error))
    })
    child.send(message)
  })
}
