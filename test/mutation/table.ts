import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FileScore, HELD, total } from './score.ts'

const DOCUMENT = join(import.meta.dirname, '../../packages/core/docs/mutation.md')
const MARKED = /(<!-- figures: [^\n]*-->\n).*(\n<!-- end of figures -->)/s

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

/** Puts the table where the document has it, and gives the document's path. */
export function writeScores(scores: readonly FileScore[]): string {
  const table = `\n${renderScores(scores).join('\n')}\n`
  const text = readFileSync(DOCUMENT, 'utf8')
  writeFileSync(
    DOCUMENT,
    text.replace(MARKED, (_, opening, closing) => opening + table + closing),
  )
  return DOCUMENT
}

function row({ file, mutants, killed, score }: FileScore): string {
  return `| ${file} | ${mutants} | ${killed} | ${mutants - killed} | ${score.toFixed(1)} % |`
}
