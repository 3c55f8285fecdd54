import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type DecisionInput, TEN_RULES } from '../contestants/decision.ts'
import { race } from '../race.ts'
import { type Row, type Series, toRow } from '../row.ts'
import type { Bench, Suite } from '../suite.ts'
import { DECISION_NOTES, PEER } from './decision.ts'

const SIZES = [10, 100, 1000, 10_000] as const
const MOST = 10_000
const TOKENS = 1000

/** How the warm decision grows with the route table, and what compiling the largest table takes. */
export const routes: Suite = async (bench) => {
  const bySize = new Map<number, Series>()
  for (const size of SIZES) bySize.set(size, await measureSize(bench, size))
  const rows = [...bySize].map(([size, series]) =>
    toRow({
      name: `warm decision, ${size.toLocaleString('en')} rules`,
      unit: 'us',
      series,
      notes: DECISION_NOTES,
    }),
  )
  return [...rows, await growth(bench), compile(bench)]
}

async function measureSize({ settings, tokens, progress }: Bench, rules: number): Promise<Series> {
  progress(`warm decision, ${rules} rules`)
  return await race({
    module: 'decision',
    contestants: ['scopegate', PEER],
    input: inputOf({ settings, tokens }, rules),
    rounds: settings.rounds,
    bursts: settings.bursts,
  })
}

function inputOf({ settings, tokens }: Pick<Bench, 'settings' | 'tokens'>, rules: number): DecisionInput {
  return { tokens: tokens({ algorithm: 'ES256', count: TOKENS }), rules, sampleMs: settings.sampleMs }
}

/** Ours alone: the largest table against the smallest, in turn. */
async function growth({ settings, tokens, progress }: Bench): Promise<Row> {
  const name = 'warm decision, 10 -> 10,000 rules'
  progress(name)
  const series = await race({
    module: 'decision',
    contestants: ['scopegate', TEN_RULES],
    input: inputOf({ settings, tokens }, MOST),
    rounds: settings.rounds,
    bursts: settings.bursts,
    casts: settings.casts,
  })
  return toRow({ name, unit: 'us', series, limit: TEN_RULES })
}

/** In a fresh process each time: that is when an application compiles its table. */
function compile({ settings, progress }: Bench): Row {
  const name = 'compiling 10,000 rules'
  progress(name)
  const series: Record<string, number[]> = { scopegate: [], 'find-my-way': [] }
  for (let round = 0; round < settings.rounds; round++) {
    for (const [contestant, values] of Object.entries(series)) values.push(probe(contestant))
  }
  return toRow({
    name,
    unit: 'ms',
    series,
    notes: { 'find-my-way': 'finds no duplicates and no contradictions' },
  })
}

function probe(contestant: string): number {
  const script = fileURLToPath(new URL('../compile-probe.js', import.meta.url))
  const { stdout, status } = spawnSync(process.execPath, [script, contestant, String(MOST)], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`compiling with ${contestant} failed`)
  return Number(stdout)
}
