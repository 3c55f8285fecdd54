import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { runMutants } from './run-mutants.ts'
import { type FileScore, HELD, scoresOf } from './score.ts'
import { renderScores, writeScores } from './table.ts'

const SOURCES = 'packages/core/src'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    resume: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})

const files = positionals.map(sourceFile)
const mutants = await runMutants({ files, resume: values.resume })
// Of files that were not asked for, an earlier run is remembered in part only, where they were changed since.
const scores = scoresOf(mutants.filter(({ fileName }) => files.length === 0 || files.some(isAt(fileName))))

for (const { survivors } of scores) for (const survivor of survivors) console.log(survivor)
console.log(renderScores(scores).join('\n'))
if (values.write) console.log(`written to ${relative('.', writeScores(scores))}`)
const short = scores.filter(isShort)
for (const { file, score } of short) console.log(`${file}: ${score.toFixed(1)} %, held to ${HELD.percent} %`)
if (short.length > 0) process.exitCode = 1

/** `scope`, `scope.ts` and the whole path name the same file. */
function sourceFile(name: string): string {
  if (name.startsWith('packages/')) return name
  return join(SOURCES, name.endsWith('.ts') ? name : `${name}.ts`)
}

function isAt(path: string): (file: string) => boolean {
  return (file) => path.endsWith(file)
}

function isShort({ file, score }: FileScore): boolean {
  return HELD.files.includes(file) && score < HELD.percent
}
