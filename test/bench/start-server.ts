import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Connections, connect, type Load } from './load.ts'
import { ask, QUIET } from './race.ts'
import type { ServerInput } from './servers/server-input.ts'

/** What one load told. */
export interface Measured {
  /** Microseconds of CPU per request, as the server's process counts them. */
  readonly cost: number
  /** Requests per second. */
  readonly throughput: number
}

/** A server in a process of its own, and connections to it. */
export interface BenchServer {
  readonly measure: (load: Load) => Promise<Measured>
  /** Sends the load and gives the 99th percentile of the event loop's delay, in milliseconds. */
  readonly delay: (load: Load) => Promise<number>
  readonly stop: () => void
}

/** Starts the app of a framework behind a contestant. */
export async function startServer(
  framework: string,
  contestant: string,
  input: ServerInput,
  lanes = 16,
): Promise<BenchServer> {
  const script = fileURLToPath(new URL('server-process.js', import.meta.url))
  const child = fork(script, { execArgv: [QUIET] })
  const module = new URL(`servers/${framework}.js`, import.meta.url).href
  const port = await ask(child, { module, contestant, input })
  const connections = await connect(port, lanes)
  const stop = (): void => {
    connections.close()
    child.kill()
  }
  return { ...measuring(async (question) => await ask(child, question), connections), stop }
}

function measuring(
  question: (name: 'usage' | 'delay') => Promise<number>,
  { send }: Connections,
): Omit<BenchServer, 'stop'> {
  return {
    measure: async (load) => {
      const before = await question('usage')
      const milliseconds = await send(load)
      const cost = ((await question('usage')) - before) / load.count
      return { cost, throughput: load.count / (milliseconds / 1000) }
    },
    delay: async (load) => {
      await question('delay')
      await send(load)
      return await question('delay')
    },
  }
}
