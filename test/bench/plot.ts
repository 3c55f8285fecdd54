import { mkdirSync, writeFileSync } from 'node:fs'
import { drawChart } from './chart.ts'
import type { Row } from './row.ts'

interface ChartSource {
  readonly file: string
  readonly title: string
  readonly subtitle: string
  readonly takes: (name: string) => boolean
}

const CHARTS: readonly ChartSource[] = [
  {
    file: 'decision.svg',
    title: 'One warm decision',
    subtitle: 'microseconds, less is better; fresh strings, random order',
    takes: (name) => /^warm decision, [\d,]+ tokens/.test(name),
  },
  {
    file: 'http.svg',
    title: 'CPU added to each request, warm',
    subtitle: "microseconds, less is better; the server's own accounting, against the same bare app",
    takes: (name) => /^CPU added per request, \w+$/.test(name),
  },
  {
    file: 'cold.svg',
    title: 'Tokens never seen before, one after another',
    subtitle: 'tokens per second, more is better',
    takes: (name) => /^cold .*, sequential$/.test(name),
  },
  {
    file: 'cold-64.svg',
    title: 'Tokens never seen before, 64 at a time',
    subtitle: 'tokens per second, more is better',
    takes: (name) => /^cold .* in flight$/.test(name),
  },
]

/** Writes the charts that the rows are enough for, and gives their names. */
export function writeCharts(rows: readonly Row[], folder: URL): readonly string[] {
  mkdirSync(folder, { recursive: true })
  const written: string[] = []
  for (const { file, title, subtitle, takes } of CHARTS) {
    const shown = rows.filter(({ name }) => takes(name))
    if (shown.length === 0) continue
    writeFileSync(new URL(file, folder), drawChart(title, subtitle, shown))
    written.push(file)
  }
  return written
}
