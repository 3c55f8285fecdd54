import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkPackage, Package } from '@arethetypeswrong/core'
import type { PackedPackage } from './packed-package.ts'

/** The resolutions that an ESM-only package is not made for. */
const NOT_FOR = ['node10', 'node16-cjs']

/** What is wrong with the types, wherever a current resolution looks for them. */
export async function checkTypeResolution({
  folder,
  manifest,
  files,
}: PackedPackage): Promise<readonly string[]> {
  const read = files.map(async (file) => {
    return [`/node_modules/${manifest.name}/${file}`, await readFile(join(folder, file), 'utf8')] as const
  })
  const contents = Object.fromEntries(await Promise.all(read))
  const result = await checkPackage(new Package(contents, manifest.name, manifest.version))
  if (!result.types) return ['has no types']
  return result.problems
    .filter((problem) => !('resolutionKind' in problem && NOT_FOR.includes(problem.resolutionKind)))
    .map((problem) => `${problem.kind}${'entrypoint' in problem ? ` at ${problem.entrypoint}` : ''}`)
}
