import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { CONTROL_PATH, type Setup } from './hosts/setup.ts'

/** The API in a runtime of its own, reached by sockets. */
export interface RemoteHost {
  /** Serves the API cold, and tells on which port. */
  start(setup: Setup): Promise<number>
  /** The handlers that ran since `start` or since last asked. */
  ran(): Promise<readonly string[]>
  /** Has something done in the runtime. */
  order(name: string, details: unknown): Promise<unknown>
  close(): Promise<void>
}

/** The host whose orders come in on this port. */
export function connectHost(control: number, close: () => Promise<void>): RemoteHost {
  const order = async (name: string, details: unknown): Promise<unknown> => {
    const body = JSON.stringify(details)
    const response = await fetch(`http://127.0.0.1:${control}${CONTROL_PATH}${name}`, {
      method: 'POST',
      body,
    })
    const answer = (await response.json()) as { fault?: string } | null
    if (answer?.fault !== undefined) throw new Error(answer.fault)
    return answer
  }
  return {
    order,
    close,
    start: async (setup) => {
      const { port } = (await order('start', setup)) as { port?: number }
      await order('ran', {})
      return port ?? control
    },
    ran: async () => (await order('ran', {})) as string[],
  }
}

/** Starts a runtime's process, which prints the port that its orders come in on. */
export async function spawnHost(command: string, args: readonly string[], cwd: string): Promise<RemoteHost> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await portOf(child)
  return connectHost(port, async () => await end(child))
}

/** The first line that is a port; anything else goes by. */
async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('the runtime has no output')
  for await (const line of createInterface(child.stdout)) {
    const port = /"port":(\d+)|127\.0\.0\.1:(\d+)/.exec(line)?.slice(1).find(Boolean)
    if (port !== undefined) {
      child.stdout.resume()
      return Number(port)
    }
  }
  throw new Error(`${child.spawnfile} ended before it listened`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
