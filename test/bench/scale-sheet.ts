import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { formatFigure, UNTOLD } from './report.ts'
import type { Row } from './row.ts'

const BEGIN = '<!-- figures: written by `npm run bench -- --plot` -->'
const END = '<!-- end of figures -->'
const FRAMEWORKS = ['express', 'koa', 'hono'] as const
const LIVE_TOKENS = 100_000
const LIFETIME = 3600
const TARGET = 1_000_000

/** Looks a figure up by its row's name, or the limit it is held against; undefined where it was not measured. */
type Figures = (name: string, which?: 'ours' | 'limit') => number | undefined

/** Works the tables of the scale sheet out from a run and writes them into it; leaves it alone where figures are missing. */
export function writeScaleTable(rows: readonly Row[], sheet: URL): boolean {
  const byName = new Map(rows.map((row) => [row.name, row]))
  const tables = makeTables((name, which = 'ours') => byName.get(name)?.[which])
  const text = readFileSync(sheet, 'utf8')
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (tables === undefined || begin === -1 || end === -1) return false
  writeFileSync(sheet, `${text.slice(0, begin + BEGIN.length)}\n\n${tables}\n\n${text.slice(end)}`)
  return true
}

function makeTables(figure: Figures): string | undefined {
  const frameworks = FRAMEWORKS.map((name) => frameworkLine(figure, name))
  const shared = sharedLines(figure)
  if (frameworks.includes(undefined) || shared === undefined) return undefined
  return [
    `Measured on Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown CPU'}.`,
    '',
    `| one process | bare app, us of CPU | gate adds, us | served per core and second | cores at 1M/s | of these for the gate |`,
    '|---|--:|--:|--:|--:|--:|',
    ...frameworks,
    '',
    '| figure | value |',
    '|---|--:|',
    ...shared,
  ].join('\n')
}

function frameworkLine(figure: Figures, framework: string): string | undefined {
  const bare = figure(`CPU per request, bare ${framework} app`)
  const added = figure(`CPU added per request, ${framework}`)
  if (bare === undefined || added === undefined) return undefined
  const perSecond = Math.round(1e6 / (bare + added)).toLocaleString('en')
  // A microsecond of CPU per request is one core at a million requests per second.
  const all = Math.ceil(((bare + added) * TARGET) / 1e6)
  const gate = added > 0 ? us((added * TARGET) / 1e6) : UNTOLD
  return `| ${framework} | ${us(bare)} | ${added > 0 ? us(added) : UNTOLD} | ${perSecond} | ${all} | ${gate} |`
}

function sharedLines(figure: Figures): readonly string[] | undefined {
  const decision = figure('warm decision, 200,000 tokens, 1,000 rules')
  const memory = figure('memory per token beside its text, 50,000 tokens')
  const cold = figure('cold ES256, sequential, the whole decision')
  const two = figure('CPU per request, two Hono processes at once')
  const one = figure('CPU per request, two Hono processes at once', 'limit')
  if (!decision || !memory || !cold || !one || !two) return undefined
  const firsts = LIVE_TOKENS / LIFETIME
  return [
    `| warm decision in core at 200,000 tokens | ${us(decision)} us |`,
    `| memory of 200,000 tokens beside their text | ${Math.round((memory * 200_000) / 1_048_576)} MiB |`,
    `| tokens verified for the first time, per core and second (ES256) | ${formatFigure(cold, '/s')} |`,
    `| 100,000 live tokens of an hour each: first verifications per process and second | ${firsts.toFixed(0)} |`,
    `| share of a core that takes | ${((firsts / cold) * 100).toFixed(2)} % |`,
    `| CPU per request, two processes at once, against one alone (Hono) | ${(two / one).toFixed(2)}x |`,
  ]
}

function us(value: number): string {
  return formatFigure(value, 'us')
}
