import { Client } from 'pg'
import { race } from '../race.ts'
import { perSecond, toRow } from '../row.ts'
import type { Bench, Suite } from '../suite.ts'

const LIMIT = 'an ES256 signature'

/** Token exchanges per second, by store; Postgres where `DATABASE_URL` names one, in a schema of its own. */
export const issuer: Suite = async (bench) => {
  const { DATABASE_URL } = process.env
  if (DATABASE_URL === undefined) return await measureStores(bench, ['memory', 'libSQL'], '')
  const schema = `bench_${crypto.randomUUID().replaceAll('-', '')}`
  const admin = new Client({ connectionString: DATABASE_URL })
  await admin.connect()
  await admin.query(`create schema ${schema}`)
  const url = new URL(DATABASE_URL)
  url.searchParams.set('options', `-c search_path=${schema}`)
  try {
    return await measureStores(bench, ['memory', 'libSQL', 'Postgres'], url.href)
  } finally {
    await admin.query(`drop schema ${schema} cascade`)
    await admin.end()
  }
}

async function measureStores(
  { settings, directory, progress }: Bench,
  stores: readonly string[],
  databaseUrl: string,
): ReturnType<Suite> {
  progress(`token exchange on ${stores.join(', ')}`)
  const { rounds, bursts, sampleMs } = settings
  const input = { directory, databaseUrl, sampleMs: sampleMs * 2 }
  const contestants = [...stores, LIMIT]
  const series = perSecond(await race({ module: 'exchange', contestants, input, rounds, bursts }))
  return stores.map((store) =>
    toRow({
      name: `token exchange, ${store} store`,
      unit: '/s',
      series: { scopegate: series[store] ?? [], [LIMIT]: series[LIMIT] ?? [] },
      limit: LIMIT,
    }),
  )
}
