import { parseArgs } from 'node:util'
import { SUITES } from './suites.ts'

/** What the command line asks for. */
export interface BenchOptions {
  readonly suites: readonly string[]
  /** Where the rows are written as JSON. */
  readonly json: string | undefined
  /** Whether the charts and the table of the scale sheet are written anew. */
  readonly plot: boolean
  /** Whether the harness is only tried; the figures then mean nothing. */
  readonly quick: boolean
}

/** Reads the command line; throws with a text for the user where it makes no sense. */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'string' }, plot: { type: 'boolean' }, quick: { type: 'boolean' } },
  })
  const known = Object.keys(SUITES)
  const unknown = positionals.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`there is no "${unknown}"; there are ${known.join(', ')}`)
  const { json, plot = false, quick = false } = values
  if (plot && quick) throw new Error('--plot does not go with --quick: its figures mean nothing')
  return { suites: positionals.length === 0 ? known : positionals, json, plot, quick }
}
