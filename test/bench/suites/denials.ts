import { type Measurement, measureInBursts } from '../bursts.ts'
import type { DecisionInput } from '../contestants/decision.ts'
import type { Load } from '../load.ts'
import { race } from '../race.ts'
import { makeRequests, type RequestShape } from '../requests.ts'
import { type Row, type Series, toRow } from '../row.ts'
import { startServer } from '../start-server.ts'
import { stayAwake } from '../stay-awake.ts'
import type { Bench, Suite } from '../suite.ts'

const TOKENS = 1000
const RULES = 1000
const ALLOWED = 'allowed'
const KINDS = [ALLOWED, 'preflight', 'no token', 'scope missing']

const REQUESTS: Readonly<Record<string, RequestShape & { readonly status: number }>> = {
  [ALLOWED]: { status: 200 },
  preflight: {
    status: 204,
    method: 'OPTIONS',
    token: false,
    headers: ['Access-Control-Request-Method: GET', 'Access-Control-Request-Headers: authorization'],
  },
  'no token': { status: 401, token: false },
  'scope missing': { status: 403, method: 'DELETE' },
}

/** Preflights and denials against the allowed request, all with an Origin: in core alone, and over HTTP, handler included. */
export const denials: Suite = async (bench) => {
  const rows = [...againstAllowed('decision', await decisions(bench))]
  for (const framework of ['express', 'koa', 'hono']) {
    rows.push(...againstAllowed(`CPU per request, ${framework}`, await overHttp(bench, framework)))
  }
  return rows
}

function againstAllowed(name: string, series: Series): readonly Row[] {
  return KINDS.slice(1).map((kind) =>
    toRow({
      name: `${name}: ${kind}`,
      unit: 'us',
      series: { scopegate: series[kind] ?? [], [ALLOWED]: series[ALLOWED] ?? [] },
      limit: ALLOWED,
    }),
  )
}

async function decisions({ settings, tokens, progress }: Bench): Promise<Series> {
  progress('preflights and denials in core')
  const input: DecisionInput = {
    tokens: tokens({ algorithm: 'ES256', count: TOKENS }),
    rules: RULES,
    sampleMs: settings.sampleMs,
  }
  const { rounds, bursts, casts } = settings
  return await race({ module: 'decision', contestants: KINDS, input, rounds, bursts, casts })
}

async function overHttp({ settings, tokens, progress }: Bench, framework: string): Promise<Series> {
  progress(`preflights and denials on ${framework}`)
  const set = tokens({ algorithm: 'ES256', count: TOKENS })
  const server = await startServer(framework, 'scopegate with origins', { tokens: set, jwksUri: '' })
  const kinds = new Map<string, Measurement>()
  for (const [kind, { status, ...shape }] of Object.entries(REQUESTS)) {
    const requests = makeRequests(set, { origin: true, ...shape })
    const load: Load = { requests, status, count: settings.requests }
    kinds.set(kind, async () => (await server.measure(load)).cost)
  }
  const series: Record<string, number[]> = Object.fromEntries(KINDS.map((kind) => [kind, []]))
  try {
    await stayAwake(async () => {
      for (let round = -2; round < settings.rounds; round++) {
        for (const [kind, cost] of await measureInBursts(kinds, settings.bursts))
          if (round >= 0) series[kind]?.push(cost)
      }
    })
  } finally {
    server.stop()
  }
  return series
}
