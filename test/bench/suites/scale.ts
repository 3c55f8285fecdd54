import { rotated } from '../bursts.ts'
import { makeRequests } from '../requests.ts'
import { type Row, toRow } from '../row.ts'
import { type BenchServer, startServer } from '../start-server.ts'
import type { Bench, Suite } from '../suite.ts'
import type { TokenOrder } from '../token-set.ts'

const ORDER: TokenOrder = { algorithm: 'ES256', count: 1000 }
const ONE = 'one process'

/** One process against two at the same time, each with a cache of its own, as behind a load balancer. */
export const scale: Suite = async (bench) => {
  bench.progress('one process and two')
  const input = { tokens: bench.tokens(ORDER), jwksUri: '' }
  const servers: BenchServer[] = []
  try {
    for (let at = 0; at < 2; at++) servers.push(await startServer('hono', 'scopegate', input))
    return await measureScale(bench, servers)
  } finally {
    for (const server of servers) server.stop()
  }
}

async function measureScale(
  { settings, tokens }: Bench,
  servers: readonly BenchServer[],
): Promise<readonly Row[]> {
  const load = { requests: makeRequests(tokens(ORDER)), count: settings.requests * 10, status: 200 }
  for (const server of servers) await server.measure({ ...load, count: settings.warmUp })
  const cost: Record<string, number[]> = { [ONE]: [], scopegate: [] }
  const throughput: Record<string, number[]> = { [ONE]: [], scopegate: [] }
  for (let round = 0; round < settings.rounds; round++) {
    for (const processes of rotated([1, 2], round)) {
      const used = servers.slice(0, processes)
      const measured = await Promise.all(used.map(async (server) => await server.measure(load)))
      const contestant = processes === 1 ? ONE : 'scopegate'
      cost[contestant]?.push(sum(measured.map((each) => each.cost)) / processes)
      throughput[contestant]?.push(sum(measured.map((each) => each.throughput)))
    }
  }
  return [
    toRow({ name: 'CPU per request, two Hono processes at once', unit: 'us', series: cost, limit: ONE }),
    toRow({
      name: 'requests served by two Hono processes at once',
      unit: '/s',
      series: throughput,
      limit: ONE,
    }),
  ]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
