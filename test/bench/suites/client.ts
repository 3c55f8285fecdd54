import { race } from '../race.ts'
import { toRow } from '../row.ts'
import type { Suite } from '../suite.ts'

const NAMES = ['token()', 'fetch()'] as const

/** What a caller pays for the token manager while its token is good. */
export const client: Suite = async ({ settings, progress }) => {
  progress('client with a token in hand')
  const rounds = Math.min(settings.rounds, 5)
  const series = await race({ module: 'client', contestants: NAMES, input: {}, rounds, warmUp: 0 })
  const [token, fetch] = NAMES
  return [
    toRow({ name: 'client, token() from memory', unit: 'us', series: { scopegate: series[token] ?? [] } }),
    toRow({
      name: 'client, fetch() before the network',
      unit: 'us',
      series: { scopegate: series[fetch] ?? [] },
    }),
  ]
}
