import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchOptions, readBenchOptions } from './bench-options.ts'
import { writeCharts } from './plot.ts'
import { formatRow } from './report.ts'
import type { Row } from './row.ts'
import { writeScaleTable } from './scale-sheet.ts'
import { FULL, QUICK, type Settings } from './settings.ts'
import type { Bench, Suite } from './suite.ts'
import { SUITES } from './suites.ts'
import { mintTokenSet, type TokenSet } from './token-set.ts'

/** The charts and the scale sheet belong to the package that the figures are about. */
const DOCS = new URL('../../../packages/core/docs/', import.meta.url)

try {
  await run(readBenchOptions(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run({ suites, json, plot, quick }: BenchOptions): Promise<void> {
  console.log(describeMachine())
  const rows = await runSuites(suites, temporaryDirectory(), quick ? QUICK : FULL)
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`)
  if (plot) plotAll(rows)
}

/** Gone when the process ends, also when it is interrupted. */
function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'scopegate-bench-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  return directory
}

/** A machine that is busy with other work cannot be measured on: its load is part of the result. */
function describeMachine(): string {
  const [load = 0] = loadavg()
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown CPU'}`
  return `Node ${process.version}, ${machine}, load before the run ${load.toFixed(2)}`
}

async function runSuites(
  names: readonly string[],
  directory: string,
  settings: Settings,
): Promise<readonly Row[]> {
  const tokens = tokenSource(directory, settings)
  const started = Date.now()
  const rows: Row[] = []
  for (const [at, name] of names.entries()) {
    const progress: Bench['progress'] = (text) => {
      const seconds = Math.round((Date.now() - started) / 1000)
      console.error(`... [${at + 1}/${names.length} ${name}, ${seconds} s] ${text}`)
    }
    const measured = await (SUITES[name] as Suite)({ settings, directory, tokens, progress })
    for (const row of measured) console.log(formatRow(row))
    rows.push(...measured)
  }
  return rows
}

function tokenSource(directory: string, { tokenShare }: Settings): Bench['tokens'] {
  const made = new Map<string, TokenSet>()
  return (order) => {
    const count = Math.max(10, Math.round(order.count * tokenShare))
    const key = JSON.stringify({ ...order, count })
    const set = made.get(key) ?? mintTokenSet({ ...order, count }, directory)
    made.set(key, set)
    return set
  }
}

function plotAll(rows: readonly Row[]): void {
  const charts = writeCharts(rows, new URL('bench/', DOCS))
  const sheet = writeScaleTable(rows, new URL('scale.md', DOCS))
  console.log(`written: ${[...charts, ...(sheet ? ['scale.md'] : [])].join(', ') || 'nothing'}`)
}
