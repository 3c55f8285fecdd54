import { formatFigure, UNTOLD } from './report.ts'
import type { Row } from './row.ts'

const WIDTH = 760
const LABEL_WIDTH = 285
const VALUE_WIDTH = 170
const BAR = 16
const GAP = 6
const GROUP_GAP = 14

/** One bar: whose it is, how long it is drawn and what is written at its end. */
interface Bar {
  readonly label: string
  readonly value: number
  readonly text: string
  readonly kind: 'ours' | 'peer' | 'limit'
}

/** Draws rows as groups of horizontal bars, each group on its own scale: ours in colour, peers grey, a limit in outline. */
export function drawChart(title: string, subtitle: string, rows: readonly Row[]): string {
  let y = 52
  const parts: string[] = []
  for (const row of rows) {
    parts.push(text(0, y + 12, row.name, 'group'))
    y += BAR + GAP
    const bars = barsOf(row)
    const longest = Math.max(...bars.map(({ value }) => value))
    for (const bar of bars) {
      parts.push(drawBar(bar, y, longest))
      y += BAR + GAP
    }
    y += GROUP_GAP
  }
  return frame(y, [text(0, 18, title, 'title'), text(0, 36, subtitle, 'note'), ...parts], title)
}

/** How much better ours is stands beside each peer, as the rounds say it: each bar is the middle of its own measurements. */
function barsOf({ ours, peers, ratios, limit, limitIs, unit }: Row): readonly Bar[] {
  const bar = (label: string, value: number, kind: Bar['kind']): Bar => {
    const figure = value > 0 ? `${formatFigure(value, unit)} ${unit}` : UNTOLD
    const ratio = kind === 'peer' ? ratios[label] : undefined
    const beside = ratio && `, ours ${formatFigure(ratio.value, 'us')}x`
    return { label, kind, value: Math.max(value, 0), text: `${figure}${beside ?? ''}` }
  }
  const others = Object.entries(peers).map(([label, value]) => bar(label, value, 'peer'))
  const limits = limit === undefined ? [] : [bar(limitIs ?? 'limit', limit, 'limit')]
  return [bar('Scopegate', ours, 'ours'), ...others, ...limits]
}

function drawBar({ label, value, text: figure, kind }: Bar, y: number, longest: number): string {
  const room = WIDTH - LABEL_WIDTH - VALUE_WIDTH
  const width = Math.max(2, (value / longest) * room).toFixed(1)
  return [
    text(LABEL_WIDTH - 8, y + 12, label, kind === 'ours' ? 'label own' : 'label'),
    `<rect class="${kind}" x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
    text(LABEL_WIDTH + Number(width) + 6, y + 12, figure, kind === 'ours' ? 'own' : ''),
  ].join('')
}

function text(x: number, y: number, content: string, kind: string): string {
  return `<text${kind === '' ? '' : ` class="${kind}"`} x="${x.toFixed(0)}" y="${y}">${escapeXml(content)}</text>`
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Greys that can be read on white and on black, and a little more where the reader's theme is known. */
const STYLE = `text{font:12px system-ui,sans-serif;fill:#4b5563}.title{font-size:15px;font-weight:600}.note{font-size:11px}
.group{font-weight:600}.label{text-anchor:end}.own{font-weight:600}.ours{fill:#2563eb}.peer{fill:#9ca3af}
.limit{fill:none;stroke:#6b7280;stroke-dasharray:3 2}
@media(prefers-color-scheme:dark){text{fill:#c9d1d9}.ours{fill:#60a5fa}.peer{fill:#6b7280}.limit{stroke:#9ca3af}}`

function frame(height: number, parts: readonly string[], title: string): string {
  const size = `viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escapeXml(title)}">`
  return `${head}\n<style>${STYLE}</style>\n${parts.join('\n')}\n</svg>\n`
}
