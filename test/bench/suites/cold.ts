import type { VerifyInput } from '../contestants/verify.ts'
import { race } from '../race.ts'
import { perSecond, type Row, toRow } from '../row.ts'
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

/** Decides on the route, the scope and the origin besides, and keeps the token. */
const WHOLE = 'scopegate, the whole decision'

const NOTES: Readonly<Record<string, string>> = {
  jose: 'takes duplicate members',
  'fast-jwt': 'takes duplicate members; in the calling thread whatever is in flight',
  'aws-jwt-verify': 'takes duplicate members, no `typ`; verifySync with the keys at hand',
  oauth4webapi: 'takes duplicate members; its Request is made outside the timed part',
}
const NOTES_BESIDE_DECISION = Object.fromEntries(
  Object.entries(NOTES).map(([peer, note]) => [peer, `no route, no scope; ${note}`]),
)

/** Verifying tokens never seen before, against others that do; and what the whole decision on their requests costs. */
export const cold: Suite = async (bench) => {
  const rows: Row[] = []
  for (const algorithm of ALGORITHMS) {
    for (const lanes of LANES) rows.push(...(await measureCold(bench, algorithm, lanes)))
  }
  return rows
}

async function measureCold(bench: Bench, algorithm: Algorithm, inFlight: number): Promise<readonly Row[]> {
  const { settings, tokens, progress } = bench
  const name = `cold ${algorithm}, ${inFlight === 1 ? 'sequential' : `${inFlight} in flight`}`
  progress(name)
  const input: VerifyInput = {
    tokens: tokens({ algorithm, count: TOKENS }),
    inFlight,
    sampleMs: settings.sampleMs,
  }
  const contestants = contestantsFor(algorithm)
  const { rounds, bursts } = settings
  const costs = await race({ module: 'verify', contestants, input, rounds, bursts })
  const { [WHOLE]: whole = [], ...series } = perSecond(costs)
  const common = {
    unit: '/s',
    limit: LIMITS[algorithm],
    otherLimit: otherLimit(algorithm),
  } as const
  const decided = { ...series, scopegate: whole }
  return [
    toRow({ name, series, notes: NOTES, ...common }),
    toRow({
      name: `${name}, the whole decision`,
      series: decided,
      notes: NOTES_BESIDE_DECISION,
      ...common,
    }),
  ]
}

function otherLimit(algorithm: Algorithm): string {
  return LIMITS[algorithm] === SYNC ? POOL : SYNC
}

function contestantsFor(algorithm: Algorithm): readonly string[] {
  const everywhere = ['scopegate', WHOLE, 'jose', 'fast-jwt', SYNC]
  return algorithm === 'HS256' ? everywhere : [...everywhere, 'aws-jwt-verify', 'oauth4webapi', POOL]
}
