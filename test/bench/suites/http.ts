import { type Measurement, measureInBursts, rotated } from '../bursts.ts'
import { publishKey } from '../jwks-endpoint.ts'
import type { Load } from '../load.ts'
import { makeRequests } from '../requests.ts'
import { joinSeries, type Row, type Series, toRow } from '../row.ts'
import type { Settings } from '../settings.ts'
import { type BenchServer, startServer } from '../start-server.ts'
import { stayAwake } from '../stay-awake.ts'
import type { Bench, Suite } from '../suite.ts'
import type { TokenOrder } from '../token-set.ts'

const ORDER: TokenOrder = { algorithm: 'ES256', count: 1000 }
const BARE = 'bare'
const OURS = 'scopegate'
/** What no gate can cost less than. */
const LEAST = 'a middleware that only goes on'
/** Does more than any peer, of requests that have an `Origin`: measured beside them, not against them. */
const WITH_ORIGINS = 'scopegate with origins'

const PEERS: Readonly<Record<string, readonly string[]>> = {
  express: ['express-oauth2-jwt-bearer', 'express-jwt'],
  koa: ['koa-jwt'],
  hono: ['hono/jwk', 'fast-jwt cached, by hand'],
}

const NOTES: Readonly<Record<string, string>> = {
  'express-oauth2-jwt-bearer': 'no route table, keeps no verified token',
  'express-jwt': 'no route table, no `typ`, keeps no verified token; the scope by hand',
  'koa-jwt': 'no route table, no `typ`, keeps no verified token; the scope by hand',
  'hono/jwk': 'no route table, keeps no verified token; the scope by hand',
  'fast-jwt cached, by hand': 'no route table; a withdrawn key goes on verifying',
}

/** What a gate adds to the CPU of a request, warm: each contestant paired with the bare app of its framework. */
export const http: Suite = async (bench) => {
  const rows: Row[] = []
  for (const framework of Object.keys(PEERS)) rows.push(...(await measureFramework(bench, framework)))
  return rows
}

/** Two processes of one program may differ for as long as they live, so each contestant is measured in several. */
async function measureFramework(bench: Bench, framework: string): Promise<readonly Row[]> {
  const pairs: Series[] = []
  const contestants = [...contestantsOf(framework), WITH_ORIGINS]
  for (let cast = 0; cast < bench.settings.serverCasts; cast++) {
    bench.progress(`CPU added per request, ${framework}, ${cast + 1} of ${bench.settings.serverCasts}`)
    for (const contestant of rotated(contestants, cast)) {
      pairs.push(await measurePair(bench, framework, contestant))
    }
  }
  return rowsOf(framework, joinSeries(pairs))
}

function contestantsOf(framework: string): readonly string[] {
  return [OURS, LEAST, ...(PEERS[framework] ?? [])]
}

/**
 * Both run for as long as they are measured and no longer: a server that waits for seconds throws away what it had compiled.
 */
async function measurePair(bench: Bench, framework: string, contestant: string): Promise<Series> {
  const set = bench.tokens(ORDER)
  const requests = makeRequests(set, { origin: contestant === WITH_ORIGINS })
  const jwks = await publishKey(set)
  const input = { tokens: set, jwksUri: jwks.url }
  const servers: BenchServer[] = []
  try {
    for (const name of [BARE, contestant]) servers.push(await startServer(framework, name, input))
    const [bare, other] = servers.map((server) => costOf(server, requests)) as [CostOf, CostOf]
    return await stayAwake(async () => await addedCost(contestant, bare, other, bench.settings))
  } finally {
    for (const server of servers) server.stop()
    jwks.close()
  }
}

/** The CPU per request, of so many. */
type CostOf = (count: number) => Promise<number>

function costOf({ measure }: BenchServer, requests: Load['requests']): CostOf {
  return async (count) => (await measure({ requests, count, status: 200 })).cost
}

async function addedCost(
  contestant: string,
  bare: CostOf,
  other: CostOf,
  { warmUp, pairs, bursts, requests }: Settings,
): Promise<Series> {
  for (const cost of [bare, other]) await cost(warmUp)
  const added: number[] = []
  const whole: number[] = []
  const two = new Map<CostOf, Measurement>(
    [bare, other].map((cost) => [cost, async () => await cost(requests)]),
  )
  for (let pair = 0; pair < pairs; pair++) {
    const costs = await measureInBursts(two, bursts)
    const [without = 0, withIt = 0] = [costs.get(bare), costs.get(other)]
    whole.push(without)
    added.push(withIt - without)
  }
  return { [BARE]: whole, [contestant]: added }
}

function rowsOf(framework: string, series: Series): readonly Row[] {
  const name = `CPU added per request, ${framework}`
  const { [BARE]: bare = [], [WITH_ORIGINS]: scopegate = [], ...added } = series
  return [
    toRow({ name, unit: 'us', series: added, limit: LEAST, isDifference: true, notes: NOTES }),
    toRow({ name: `${name}, from a page`, unit: 'us', series: { scopegate } }),
    toRow({ name: `CPU per request, bare ${framework} app`, unit: 'us', series: { bare }, ours: BARE }),
  ]
}
