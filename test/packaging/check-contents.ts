import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackedPackage } from './packed-package.ts'

const MAY_HOLD = /^(dist|src|docs)\/|^(CHANGELOG\.md|LICENSE|README\.md|package\.json)$/
const MUST_HOLD = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts']

/** What should not be in a tarball, what is missing, and what was built from a source that is gone. */
export async function checkContents({ folder, files }: PackedPackage): Promise<readonly string[]> {
  const manifest = await readFile(join(folder, 'package.json'), 'utf8')
  const local = /"(workspace|catalog|link|file):[^"]*"/.exec(manifest)
  return [
    ...files.filter((file) => !MAY_HOLD.test(file)).map((file) => `${file} is not for users`),
    ...files.filter((file) => /\.tsbuildinfo$|\.test\./.test(file)).map((file) => `${file} is not for users`),
    ...MUST_HOLD.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...files
      .filter((file) => isOrphan(file, files))
      .map((file) => `${file} has no source: remove dist, build`),
    ...(local ? [`package.json names ${local[0]}, which only this workspace understands`] : []),
  ]
}

function isOrphan(file: string, files: readonly string[]): boolean {
  const [, name] = /^dist\/(.*?)(\.d\.ts|\.js)(\.map)?$/.exec(file) ?? []
  return name !== undefined && !files.includes(`src/${name}.ts`)
}
