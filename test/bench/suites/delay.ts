import { rotated } from '../bursts.ts'
import { makeRequests } from '../requests.ts'
import { type Row, toRow } from '../row.ts'
import { type BenchServer, startServer } from '../start-server.ts'
import type { Bench, Suite } from '../suite.ts'
import type { TokenOrder } from '../token-set.ts'

const ORDER: TokenOrder = { algorithm: 'ES256', count: 2000 }
const LANES = 64
/** Far fewer than there are tokens, which come in turn: every request is cold. */
const REMEMBERED = 100
const CONTESTANTS = ['scopegate', 'jose']
const NOTES = { jose: 'verification and one scope; no route, no origin' }

/** How long 64 connections with tokens never seen before keep the event loop from its work, and what is served meanwhile. */
export const delay: Suite = async (bench) => {
  const { tokens, progress } = bench
  progress('event loop at 64 cold ES256 requests')
  const input = { tokens: tokens(ORDER), jwksUri: '', remembered: REMEMBERED }
  const servers = new Map<string, BenchServer>()
  try {
    for (const name of CONTESTANTS) servers.set(name, await startServer('plain', name, input, LANES))
    return await measureDelay(bench, servers)
  } finally {
    for (const server of servers.values()) server.stop()
  }
}

async function measureDelay(
  { settings, tokens }: Bench,
  servers: ReadonlyMap<string, BenchServer>,
): Promise<readonly Row[]> {
  const load = { requests: makeRequests(tokens(ORDER)), count: settings.requests * 20, status: 200 }
  // Of a few dozen turns of the event loop the 99th percentile would be the longest, which is whatever else the machine does.
  const long = { ...load, count: 4 * load.count }
  for (const server of servers.values()) await server.measure(load)
  const delays = emptySeries()
  const throughput = emptySeries()
  const cost = emptySeries()
  for (let round = 0; round < settings.rounds; round++) {
    for (const [name, server] of rotated([...servers], round)) {
      delays[name]?.push(await server.delay(long))
      const measured = await server.measure(load)
      throughput[name]?.push(measured.throughput)
      cost[name]?.push(measured.cost)
    }
  }
  const what = '64 cold ES256 requests at a time'
  return [
    toRow({ name: `event loop delay p99, ${what}`, unit: 'ms', series: delays, notes: NOTES }),
    toRow({ name: `requests served, ${what}`, unit: '/s', series: throughput, notes: NOTES }),
    toRow({ name: `CPU per request, ${what}`, unit: 'us', series: cost, notes: NOTES }),
  ]
}

function emptySeries(): Record<string, number[]> {
  return Object.fromEntries(CONTESTANTS.map((name) => [name, []]))
}
