import { basename } from 'node:path'
import type { Mutant } from './run-mutants.ts'

/** How the tests did on the mutants of one file. */
export interface FileScore {
  /** Its name in `packages/core/src`, without the ending. */
  readonly file: string
  readonly mutants: number
  readonly killed: number
  /** Percent. */
  readonly score: number
  /** Where they are and what they say, a line for each. */
  readonly survivors: readonly string[]
}

/** Where the verdicts are made: no fewer of their mutants may be killed. */
export const HELD: { readonly percent: number; readonly files: readonly string[] } = {
  percent: 85,
  files: [
    'request-target',
    'route-rules',
    'rule-matcher',
    'rule-set',
    'rule-set-union',
    'path-forms',
    'path-pattern',
    'requirement',
    'bearer-token',
    'credential',
    'scope',
    'grant',
    'origin-policy',
    'challenge',
    'compact-jws',
  ],
}

/** One score for each file, by name; mutants that are no valid code count neither way. */
export function scoresOf(mutants: readonly Mutant[]): readonly FileScore[] {
  const files = new Map<string, Mutant[]>()
  for (const mutant of mutants.filter(({ status }) => status !== 'CompileError' && status !== 'Ignored')) {
    const ofFile = files.get(mutant.fileName)
    if (ofFile) ofFile.push(mutant)
    else files.set(mutant.fileName, [mutant])
  }
  return [...files].map(([name, ofFile]) => judge(basename(name, '.ts'), ofFile)).sort(byName)
}

/** Of all files together. */
export function total(scores: readonly FileScore[]): FileScore {
  const mutants = scores.reduce((sum, score) => sum + score.mutants, 0)
  const killed = scores.reduce((sum, score) => sum + score.killed, 0)
  const survivors = scores.flatMap((score) => score.survivors)
  return scoreOf('all', mutants, killed, survivors)
}

/** The score that these figures make. */
export function scoreOf(
  file: string,
  mutants: number,
  killed: number,
  survivors: readonly string[],
): FileScore {
  return { file, mutants, killed, score: percent(killed, mutants), survivors }
}

function judge(file: string, mutants: readonly Mutant[]): FileScore {
  const survivors = mutants.filter((mutant) => !isKilled(mutant)).toSorted(byPlace)
  return scoreOf(file, mutants.length, mutants.length - survivors.length, survivors.map(describe))
}

/** Also where the tests do not end, and where a whole file of them fails to load. */
function isKilled({ status }: Mutant): boolean {
  return status === 'Killed' || status === 'Timeout' || status === 'RuntimeError'
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : (100 * part) / whole
}

function byName(one: FileScore, other: FileScore): number {
  return one.file < other.file ? -1 : 1
}

function byPlace({ location: { start: one } }: Mutant, { location: { start: other } }: Mutant): number {
  return one.line - other.line || one.column - other.column
}

function describe({ fileName, location: { start }, mutatorName, replacement, status }: Mutant): string {
  const kind = status === 'NoCoverage' ? 'not covered' : 'survived'
  const text = (replacement ?? '').replace(/\s+/g, ' ').slice(0, 100)
  return `${kind}: ${basename(fileName)}:${start.line}:${start.column} ${mutatorName} -> ${text}`
}
