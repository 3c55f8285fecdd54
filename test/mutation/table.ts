import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type FileScore, HELD, scoreOf, total } from './score.ts'

const DOCUMENT = join(import.meta.dirname, '../../packages/core/docs/mutation.md')
const SOURCES = join(import.meta.dirname, '../../packages/core/src')
const MARKED = /(<!-- figures: [^\n]*-->\n)(.*)(\n<!-- end of figures -->)/s
const ROW = /^\| ([a-z0-9.-]+) \| (\d+) \| (\d+) \|/gm

/** The table of the document, as Markdown; the files that are held to a score come first. */
export function renderScores(scores: readonly FileScore[]): readonly string[] {
  const held = scores.filter(({ file }) => HELD.files.includes(file))
  const others = scores.filter(({ file }) => !HELD.files.includes(file))
  return [
    '| file | mutants | killed | survived | score |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...held.map(row),
    ...others.map(row),
    row({ ...total(scores), file: '**all**' }),
  ]
}

/**
 * Puts the table where the document has it, and gives the document's path. Files that were not run keep their figures, for as
 * long as there are such files.
 */
export function writeScores(scores: readonly FileScore[]): string {
  const text = readFileSync(DOCUMENT, 'utf8')
  const written = MARKED.exec(text)?.[2] ?? ''
  const sources = sourcesWithCode()
  const kept = figuresIn(written).filter(({ file }) => scores.every((score) => score.file !== file))
  const all = [...scores, ...kept]
    .filter(({ file }) => sources.includes(file))
    .sort((one, other) => (one.file < other.file ? -1 : 1))
  const missing = sources.filter((source) => all.every(({ file }) => file !== source))
  const lines = ['', ...renderScores(all), '']
  if (missing.length > 0) lines.push(`Not measured yet: ${missing.join(', ')}.`, '')
  writeFileSync(
    DOCUMENT,
    text.replace(MARKED, (_, opening, __, closing) => opening + lines.join('\n') + closing),
  )
  return DOCUMENT
}

function figuresIn(table: string): readonly FileScore[] {
  return Array.from(table.matchAll(ROW), ([, file = '', mutants, killed]) =>
    scoreOf(file, Number(mutants), Number(killed), []),
  )
}

/** A file of types has nothing in it that could be changed and noticed. */
function sourcesWithCode(): readonly string[] {
  return readdirSync(SOURCES)
    .filter((name) => name.endsWith('.ts'))
    .filter((name) =>
      /^(?:export )?(?:async )?(?:const|let|function|class) /m.test(
        readFileSync(join(SOURCES, name), 'utf8'),
      ),
    )
    .map((name) => basename(name, '.ts'))
}

function row({ file, mutants, killed, score }: FileScore): string {
  return `| ${file} | ${mutants} | ${killed} | ${mutants - killed} | ${score.toFixed(1)} % |`
}
