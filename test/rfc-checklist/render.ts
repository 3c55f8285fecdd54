import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clause, SECTIONS } from './clauses.ts'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = 'test/unit/core'
export const CHECKLIST: string = join(ROOT, 'packages/core/docs/rfc-checklist.md')

/** A test of the checklist, found by its name. */
export interface ChecklistTest {
  readonly id: string
  readonly name: string
  readonly file: string
}

/** The tests whose names begin with the number of a clause, read from the sources. */
export function findTests(): readonly ChecklistTest[] {
  return readdirSync(join(ROOT, FOLDER))
    .filter((file) => /^rfc-.*\.test\.ts$/.test(file))
    .sort()
    .flatMap((file) => {
      const source = readFileSync(join(ROOT, FOLDER, file), 'utf8')
      const names = [...source.matchAll(/\bit\('((B\d+): [^']+)'/g)]
      return names.map(([, name = '', id = '']) => ({ id, name, file: `${FOLDER}/${file}` }))
    })
}

/** The sources of the conformance cases, to look a name up in. */
export function readConformance(): string {
  const folder = join(ROOT, 'test/conformance')
  return readdirSync(folder)
    .filter((file) => file.startsWith('cases-'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
}

/** The checklist as Markdown; `resultOf` says how the test of that name ended. */
export function renderChecklist(resultOf: (name: string) => string): string {
  const tests = findTests()
  const sections = SECTIONS.flatMap(({ title, clauses }) => [
    `## ${title}`,
    '',
    '| Clause | Level | What it asks | Test | Result |',
    '| --- | --- | --- | --- | --- |',
    ...clauses.map((clause) => row(clause, tests, resultOf)),
    '',
  ])
  const open = SECTIONS.flatMap(({ clauses }) => clauses)
    .filter((clause) => clause.open !== undefined)
    .map(({ id, says, open }) => `- **${id}** ${says}: ${open}.`)
  return [
    ...INTRODUCTION,
    ...sections,
    '## What is not covered, and why',
    '',
    ...open,
    ...REMAINDER,
    '',
  ].join('\n')
}

const INTRODUCTION = [
  '# What the specifications ask of a resource server',
  '',
  'Written by `npm run docs:checklist` from a run of the tests; do not edit. A clause has one test of that number, in',
  '`test/unit/core`, which asks the gate cold and warm. Where a socket or a framework matters, the cases of',
  '`test/conformance` that show the same on Express, Koa and Hono are named.',
  '',
]
const REMAINDER = [
  '- **RFC 6749 sections 2.3.1, 3.2, 4.4 and 5** (the token endpoint): a matter of the issuer, not of the gate.',
  '',
  'Of robustness (`test/robustness`) and published vectors (`test/unit/core/vectors.test.ts`):',
  '',
  '- **Upgrades to WebSocket**: no request of the framework; whoever listens for `upgrade` asks the gate (`examples/adoption`).',
  '- **Streams of events**: to the gate an allowed request like any other; it does not look at what handlers answer.',
  '- **Minimum versions of frameworks and routers**: named by the packages as peers; fixes behind them are the application’s.',
  '- **The JOSE cookbook (RFC 7520)**: its payloads are no claims and its signatures are those of Wycheproof’s kinds; detached,',
  '  unprotected and several signatures, and `b64`, are refused by form (B2).',
  '- **The patterns of URLPattern**: rules have a grammar of their own, without expressions.',
  '- **The Big List of Naughty Strings**: claims, scopes, key ids and paths are drawn from all of Unicode instead (fast-check).',
  '- **Moduli with the ROCA weakness**: to tell them costs more than a check at import may, and their issuer is trusted.',
]

function row(clause: Clause, tests: readonly ChecklistTest[], resultOf: (name: string) => string): string {
  const own = tests.filter(({ id }) => id === clause.id)
  const named = own.map(({ name, file }) => `[${name.slice(clause.id.length + 2)}](../../../${file})`)
  const cases = (clause.conformance ?? []).map((name) => `“${name}”`)
  const sockets = cases.length === 0 ? [] : [`over sockets: ${cases.join(', ')}`]
  const results = own.map(({ name }) => resultOf(name))
  const result = results.length > 0 ? results.join(', ') : sockets.length > 0 ? 'over sockets' : 'not covered'
  const cells = [clause.id, clause.level, clause.says, [...named, ...sockets].join('; '), result]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
