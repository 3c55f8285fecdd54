import type { VerifyInput } from '../contestants/verify.ts'
import { race } from '../race.ts'
import { type Row, type Series, toRow } from '../row.ts'
import { median } from '../statistics.ts'
import type { Bench, Suite } from '../suite.ts'
import type { Algorithm } from '../token-set.ts'

const ALGORITHMS: readonly Algorithm[] = ['RS256', 'ES256', 'EdDSA', 'HS256']
const LANES = [1, 64] as const
/** More than any contestant remembers; none remembers more than one here. */
const TOKENS = 2000
/** The limit is the mode ours works in: the other one trades throughput against waiting, and is shown beside. */
const LIMIT = 'node:crypto'
const POOL = 'node:crypto in the pool'

const NOTES: Readonly<Record<string, string>> = {
  jose: 'no route, no scope, no duplicate members',
  'fast-jwt': 'no route, no scope; in the calling thread whatever is in flight',
  'aws-jwt-verify': 'no route, no scope, no `typ`; verifySync with the keys at hand',
  oauth4webapi: 'no route, no scope; its Request is made outside the timed part',
}

/** Verifying tokens never seen before: the whole decision of ours against the verification alone of others. */
export const cold: Suite = async (bench) => {
  const rows: Row[] = []
  for (const algorithm of ALGORITHMS) {
    for (const lanes of LANES) rows.push(await measureCold(bench, algorithm, lanes))
  }
  return rows
}

async function measureCold(bench: Bench, algorithm: Algorithm, inFlight: number): Promise<Row> {
  const { settings, tokens, progress } = bench
  const name = `cold ${algorithm}, ${inFlight === 1 ? 'sequential' : `${inFlight} in flight`}`
  progress(name)
  const input: VerifyInput = {
    tokens: tokens({ algorithm, count: TOKENS }),
    inFlight,
    sampleMs: settings.sampleMs,
  }
  const contestants = contestantsFor(algorithm)
  const series = await race({ module: 'verify', contestants, input, rounds: settings.rounds })
  return {
    ...toRow({ name, unit: '/s', series: withoutPool(series), limit: LIMIT, notes: NOTES }),
    ...pool(series),
  }
}

function contestantsFor(algorithm: Algorithm): readonly string[] {
  const everywhere = ['scopegate', 'jose', 'fast-jwt', LIMIT]
  return algorithm === 'HS256' ? everywhere : [...everywhere, 'aws-jwt-verify', 'oauth4webapi', POOL]
}

function withoutPool({ [POOL]: _, ...series }: Series): Series {
  return series
}

function pool({ [POOL]: values }: Series): Pick<Row, 'alternativeLimit'> {
  return values === undefined ? {} : { alternativeLimit: { name: POOL, value: median(values) } }
}
