import { race } from '../race.ts'
import { type Row, toRow } from '../row.ts'
import type { Bench, Suite } from '../suite.ts'
import { measureDecision, PEER } from './decision.ts'

/** Besides the 10,000 of the decision's own suite. */
const POINTS = [1000, 50_000, 200_000] as const
const MEMORY_COUNT = 50_000

/** How the warm decision and its memory grow with the number of tokens in use. */
export const curve: Suite = async (bench) => {
  const rows: Row[] = []
  for (const count of POINTS) {
    const name = `warm decision, ${count.toLocaleString('en')} tokens, 1,000 rules`
    rows.push(await measureDecision(bench, { name, count, rules: 1000, contestants: ['scopegate', PEER] }))
  }
  return [...rows, await measureMemory(bench)]
}

async function measureMemory({ tokens, progress }: Bench): Promise<Row> {
  const name = `memory per token beside its text, ${MEMORY_COUNT.toLocaleString('en')} tokens`
  progress(name)
  const input = { tokens: tokens({ algorithm: 'ES256', count: MEMORY_COUNT }) }
  const contestants = ['scopegate', 'fast-jwt cached']
  const series = await race({ module: 'memory', contestants, input, rounds: 1, warmUp: 0 })
  const notes = { 'fast-jwt cached': 'the payload alone: neither frozen claims nor compiled scopes' }
  return toRow({ name, unit: 'bytes', series, notes })
}
