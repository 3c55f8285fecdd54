import { execFile } from 'node:child_process'
import { cp, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** The compilers that users may have, by the name they are installed under here. */
export const TYPESCRIPTS = {
  '5.9': 'typescript-5.9',
  '6.0': 'typescript',
  '7.0': 'typescript-7.0',
} as const

const OPTIONS = {
  target: 'ES2022',
  lib: ['ES2023'],
  module: 'NodeNext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
}

/**
 * Type errors of an application that is made of these files, declarations of other packages aside: lines that name the file.
 * The folder's `node_modules` are what it is compiled against.
 */
export async function checkTypes(folder: string, compiler: string): Promise<readonly string[]> {
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: OPTIONS, include: ['types/*.ts'] }),
  )
  const tsc = join(dirname(require.resolve(`${compiler}/package.json`)), 'bin/tsc')
  const { stdout } = await run(process.execPath, [tsc, '-p', folder], { cwd: folder }).catch((error) => error)
  const lines: string[] = stdout.split('\n')
  return lines.filter((line) => /error TS\d+/.test(line) && !isForeign(line))
}

/** Declarations are checked too, but those of others are theirs. */
function isForeign(line: string): boolean {
  return /node_modules\/(?!@scopegate\/)/.test(line)
}

/** Copies the type tests of the repository beside an application's `node_modules`. */
export async function addTypeTests(folder: string): Promise<void> {
  await cp(join(import.meta.dirname, '../types'), join(folder, 'types'), { recursive: true })
}
