import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { ServerInput } from './servers/server-input.ts'

/** The messages of {@link startServer}: first what to become, then questions. */
type Order =
  | { readonly module: string; readonly contestant: string; readonly input: ServerInput }
  | 'usage'
  | 'delay'

interface ServerModule {
  readonly start: (contestant: string, input: ServerInput) => Server | Promise<Server>
}

const delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 1 })

// Its sockets would keep it alive when the benchmark is stopped.
process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => {
  answer(order).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
  )
})

async function answer(order: Order): Promise<number> {
  if (order === 'usage') return usage()
  if (order === 'delay') return measureDelay()
  const { start } = (await import(order.module)) as ServerModule
  const server = await start(order.contestant, order.input)
  // A contestant waits for its turn longer than the five seconds after which Node closes idle connections.
  server.keepAliveTimeout = 0
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

/** Microseconds of CPU so far, all threads. */
function usage(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** The 99th percentile in milliseconds since the last question, and begins anew. */
function measureDelay(): number {
  delay.disable()
  const percentile = delay.count === 0 ? 0 : delay.percentile(99) / 1e6
  delay.reset()
  delay.enable()
  return percentile
}
