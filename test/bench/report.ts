import type { Ratio, Row, Unit } from './row.ts'

/** A row as lines of text: the figure, each peer beside it with what it leaves out, and the spread of all. */
export function formatRow(row: Row): string {
  const { name, unit, ours, peers, limit, limitIs, otherLimit } = row
  const spread = (contestant: string): string => {
    const [low, high] = row.spread[contestant] ?? [0, 0]
    return `[${formatFigure(low, unit)} .. ${formatFigure(high, unit)}]`
  }
  const own = Object.keys(row.spread).find((contestant) => !(contestant in peers) && contestant !== limitIs)
  const lines = [`${name}: ${formatFigure(ours, unit)} ${unit} ${spread(own ?? '')}${ratios(row)}`]
  for (const [peer, value] of Object.entries(peers)) {
    const ahead = `${formatRatio(row.ratios[peer])}x`
    const note = row.notes[peer] === undefined ? '' : ` (${row.notes[peer]})`
    lines.push(`    ${peer}: ${formatFigure(value, unit)} ${spread(peer)} ${ahead}${note}`)
  }
  if (limit !== undefined) lines.push(`    ${limitIs}: ${formatFigure(limit, unit)} ${spread(limitIs ?? '')}`)
  if (otherLimit) lines.push(`    ${otherLimit.name}: ${formatFigure(otherLimit.value, unit)}`)
  return lines.join('\n')
}

function ratios({ ratioToBestPeer, ratioToLimit, limitIs = '', ratios }: Row): string {
  const parts: string[] = []
  if (ratioToBestPeer !== undefined) parts.push(`${ratioToBestPeer.toFixed(2)}x the best peer`)
  if (ratioToLimit !== undefined) parts.push(`${formatRatio(ratios[limitIs])} of ${limitIs}`)
  return parts.length === 0 ? '' : `  ${parts.join(', ')}`
}

function formatRatio(ratio: Ratio | undefined): string {
  if (ratio === undefined) return 'nothing to compare'
  const [low, high] = ratio.spread.map((value) => value.toFixed(2))
  return `${ratio.value.toFixed(2)} (${low} .. ${high})`
}

/** In place of a difference that came out as nothing or less. */
export const UNTOLD = 'too little to be told'

/** Three digits where they say something. */
export function formatFigure(value: number, unit: Unit): string {
  if (unit === '/s' || unit === 'bytes') return Math.round(value).toLocaleString('en')
  return value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0)
}
