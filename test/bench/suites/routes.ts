import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { DecisionInput } from '../contestants/decision.ts'
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
  return [...rows, growth(bySize), compile(bench)]
}

async function measureSize({ settings, tokens, progress }: Bench, rules: number): Promise<Series> {
  progress(`warm decision, ${rules} rules`)
  const input: DecisionInput = {
    tokens: tokens({ algorithm: 'ES256', count: TOKENS }),
    rules,
    sampleMs: settings.sampleMs,
  }
  return await race({ module: 'decision', contestants: ['scopegate', PEER], input, rounds: settings.rounds })
}

/** Ours alone: the largest table against the smallest, measured in one run. */
function growth(bySize: ReadonlyMap<number, Series>): Row {
  const few = bySize.get(SIZES[0])?.scopegate ?? []
  const many = bySize.get(MOST)?.scopegate ?? []
  return toRow({
    name: 'warm decision, 10 -> 10,000 rules',
    unit: 'us',
    series: { scopegate: many, '10 rules': few },
    limit: '10 rules',
  })
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
