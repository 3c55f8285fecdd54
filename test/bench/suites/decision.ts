import type { DecisionInput } from '../contestants/decision.ts'
import { race } from '../race.ts'
import { type Row, toRow } from '../row.ts'
import type { Bench, Suite } from '../suite.ts'

export const PEER = 'fast-jwt cached + find-my-way'
const HASHED = 'fast-jwt cached (hashed keys) + find-my-way'
const NOT_CHECKED = 'judges no origin, counts no header, does not look whether the key is still published'

/** What the peers of a warm decision leave out. */
export const DECISION_NOTES: Readonly<Record<string, string>> = {
  [PEER]: `${NOT_CHECKED}; given parsed headers for free; cacheKeyBuilder is the identity`,
  [HASHED]: `${NOT_CHECKED}; given parsed headers for free; its default, safer cacheKeyBuilder`,
}

/** One point to measure. */
export interface DecisionOrder {
  readonly name: string
  readonly count: number
  readonly rules: number
  /** Default: all. */
  readonly contestants?: readonly string[]
  /** See {@link Race.casts}. */
  readonly casts?: number
}

/** The warm decision with so many distinct tokens and rules, against the best that can be put together. */
export async function measureDecision(
  { settings, tokens, progress }: Bench,
  { name, count, rules, contestants = ['scopegate', PEER, HASHED], casts = 1 }: DecisionOrder,
): Promise<Row> {
  progress(`${name}: verifying every token once`)
  const input: DecisionInput = {
    tokens: tokens({ algorithm: 'ES256', count }),
    rules,
    sampleMs: settings.sampleMs,
  }
  const { rounds, bursts } = settings
  const series = await race({ module: 'decision', contestants, input, rounds, bursts, casts })
  return toRow({ name, unit: 'us', series, notes: DECISION_NOTES })
}

/** The figure that matters most: one warm decision, everything included. */
export const decision: Suite = async (bench) => [
  await measureDecision(bench, {
    name: 'warm decision, 10,000 tokens, 1,000 rules',
    count: 10_000,
    rules: 1000,
    casts: bench.settings.casts,
  }),
]
