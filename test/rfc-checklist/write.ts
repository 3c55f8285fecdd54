import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHECKLIST, findTests, renderChecklist } from './render.ts'

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[]
  }[]
}

/** Runs the tests of the checklist and gives how each ended, by name. */
function run(): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'rfc-checklist-'))
  const output = join(folder, 'report.json')
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'test/vitest.config.ts',
    '--project',
    'unit',
  ]
  const files = new Set(findTests().map(({ file }) => file))
  spawnSync(process.execPath, [...vitest, ...files, '--reporter=json', `--outputFile=${output}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as Report
  rmSync(folder, { recursive: true })
  const results = testResults.flatMap(({ assertionResults }) => assertionResults)
  return new Map(results.map(({ title, status }) => [title, status]))
}

const results = run()
writeFileSync(
  CHECKLIST,
  renderChecklist((name) => results.get(name) ?? 'not run'),
)
const failed = [...results].filter(([, status]) => status !== 'passed')
console.log(`${CHECKLIST}: ${results.size} tests, ${failed.length} not passed`)
process.exitCode = failed.length > 0 ? 1 : 0
