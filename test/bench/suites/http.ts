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
/** Does more than any peer: it is measured beside them, not against them. */
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
  const plain: Series[] = []
  const fromPages: Series[] = []
  for (let cast = 0; cast < bench.settings.serverCasts; cast++) {
    await withServers(bench, framework, async (servers) => {
      const [one, other] = await measureCast(bench, framework, servers)
      plain.push(one)
      fromPages.push(other)
    })
  }
  return rowsOf(framework, joinSeries(plain), joinSeries(fromPages))
}

function contestantsOf(framework: string): readonly string[] {
  return [OURS, LEAST, ...(PEERS[framework] ?? [])]
}

type Servers = ReadonlyMap<string, BenchServer>

async function withServers(
  { tokens }: Bench,
  framework: string,
  use: (servers: Servers) => Promise<void>,
): Promise<void> {
  const set = tokens(ORDER)
  const jwks = await publishKey(set)
  const servers = new Map<string, BenchServer>()
  try {
    for (const contestant of [BARE, WITH_ORIGINS, ...contestantsOf(framework)]) {
      servers.set(contestant, await startServer(framework, contestant, { tokens: set, jwksUri: jwks.url }))
    }
    await stayAwake(async () => await use(servers))
  } finally {
    for (const server of servers.values()) server.stop()
    jwks.close()
  }
}

async function measureCast(
  { settings, tokens, progress }: Bench,
  framework: string,
  servers: Servers,
): Promise<readonly [plain: Series, fromPage: Series]> {
  const set = tokens(ORDER)
  const load = { requests: makeRequests(set), count: settings.requests, status: 200 }
  const fromPage = { ...load, requests: makeRequests(set, { origin: true }) }
  progress(`CPU added per request, ${framework}: warming up`)
  for (const [name, server] of servers) {
    const loads = name === BARE ? [load, fromPage] : [name === WITH_ORIGINS ? fromPage : load]
    for (const each of loads) await server.measure({ ...each, count: settings.warmUp })
  }
  progress(`CPU added per request, ${framework}`)
  return [
    await addedCost(servers, contestantsOf(framework), load, settings),
    await addedCost(servers, [WITH_ORIGINS], fromPage, settings),
  ]
}

function rowsOf(framework: string, plain: Series, fromPage: Series): readonly Row[] {
  const name = `CPU added per request, ${framework}`
  const { [BARE]: bare = [], ...added } = plain
  const { [WITH_ORIGINS]: scopegate = [] } = fromPage
  return [
    toRow({ name, unit: 'us', series: added, limit: LEAST, isDifference: true, notes: NOTES }),
    toRow({ name: `${name}, from a page`, unit: 'us', series: { scopegate } }),
    toRow({
      name: `CPU per request, bare ${framework} app`,
      unit: 'us',
      series: { bare },
      ours: BARE,
    }),
  ]
}

/** Pairs of the bare app and a contestant, by turns. */
async function addedCost(
  servers: ReadonlyMap<string, BenchServer>,
  contestants: readonly string[],
  load: Load,
  { pairs, bursts }: Settings,
): Promise<Series> {
  const series: Record<string, number[]> = Object.fromEntries(
    [BARE, ...contestants].map((name) => [name, []]),
  )
  for (let pair = 0; pair < pairs; pair++) {
    for (const contestant of rotated(contestants, pair)) {
      const two = new Map([BARE, contestant].map((name) => [name, costOf(servers.get(name), load)]))
      const costs = await measureInBursts(two, bursts)
      const [bare = 0, whole = 0] = [costs.get(BARE), costs.get(contestant)]
      series[BARE]?.push(bare)
      series[contestant]?.push(whole - bare)
    }
  }
  return series
}

function costOf(server: BenchServer | undefined, load: Load): Measurement {
  return async () => (await (server as BenchServer).measure(load)).cost
}
