import type { VerifyInput } from '../contestants/verify.ts'
import { race } from '../race.ts'
import { type Row, toRow } from '../row.ts'
import type { Bench, Suite } from '../suite.ts'
import type { Algorithm } from '../token-set.ts'

const ALGORITHMS: readonly Algorithm[] = ['RS256', 'ES256', 'EdDSA', 'HS256']
const LANES = [1, 64] as const
/** More than any contestant remembers; none remembers more than one here. */
const TOKENS = 2000
const SYNC = 'node:crypto'
const POOL = 'node:crypto in the pool'
/** The limit is node:crypto in the mode that ours works in; the other mode is shown beside it. */
const LIMITS: Readonly<Record<Algorithm, typeof SYNC | typeof POOL>> = {
  RS256: SYNC,
  ES256: SYNC,
  EdDSA: SYNC,
  HS256: SYNC,
}

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
  return toRow({
    name,
    unit: '/s',
    series,
    limit: LIMITS[algorithm],
    otherLimit: otherLimit(algorithm),
    notes: NOTES,
  })
}

function otherLimit(algorithm: Algorithm): string {
  return LIMITS[algorithm] === SYNC ? POOL : SYNC
}

function contestantsFor(algorithm: Algorithm): readonly string[] {
  const everywhere = ['scopegate', 'jose', 'fast-jwt', SYNC]
  return algorithm === 'HS256' ? everywhere : [...everywhere, 'aws-jwt-verify', 'oauth4webapi', POOL]
}
