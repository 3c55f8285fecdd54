import { type Clock, createClock } from './clock.ts'
import { playToTable } from './play.ts'
import type { Example, RunningExample } from './running-example.ts'
import { HEADING } from './table.ts'

/** `walk`: the table, then stay up; `once`: the table, then end; `json`: one line of JSON, then stay up. */
type Mode = 'walk' | 'once' | 'json'

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** Runs an example as the arguments of the command line say, or says in one line what is wrong with them. */
export async function runExample(example: Example, args: readonly string[]): Promise<void> {
  try {
    const mode = readMode(example, args)
    const clock = createClock()
    const running = await example.start({ clock, env: process.env })
    closeOnSignal(running)
    await present(running, clock, mode)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}

function readMode({ name, command }: Example, [flag, ...rest]: readonly string[]): Mode {
  if (flag === undefined) return 'walk'
  if (rest.length === 0 && flag === '--once') return 'once'
  if (rest.length === 0 && flag === '--json') return 'json'
  throw new Error(`usage: ${command ?? `npm run example ${name}`} [-- --once | --json]`)
}

async function present(running: RunningExample, clock: Clock, mode: Mode): Promise<void> {
  if (mode === 'json') return print(JSON.stringify(running.description))
  print(HEADING)
  const ok = await playToTable(running, clock, print)
  if (mode === 'walk') return print(`\nTry it:\n\n${running.curl}\n\nCtrl-C ends it.`)
  process.exitCode = ok ? 0 : 1
  await running.close()
}

function closeOnSignal(running: RunningExample): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void running.close().then(() => process.exit(0))
    })
  }
}
