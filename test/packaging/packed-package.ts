import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'

/** What the checks read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** A package as whoever installs it gets it. */
export interface PackedPackage {
  /** Without the scope: `core`. */
  readonly id: string
  readonly folder: string
  readonly manifest: Manifest
  /** Paths inside the package, sorted. */
  readonly files: readonly string[]
}

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')

/** Packs every package of the workspace as it would be published, and unpacks it into `modules/@scopegate`. */
export async function packAll(modules: string): Promise<readonly PackedPackage[]> {
  const { packageManager } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const tarballs = join(modules, '.tarballs')
  const filter = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', tarballs]
  await run('npx', ['-y', packageManager, ...filter], { cwd: ROOT })
  const packed = (await readdir(tarballs)).sort().map(async (tarball) => {
    const id = tarball.replace(/^scopegate-|-\d+\.\d+\.\d+.*$/g, '')
    const folder = join(modules, '@scopegate', id)
    await mkdir(folder, { recursive: true })
    await run('tar', ['xzf', join(tarballs, tarball), '-C', folder, '--strip-components', '1'])
    return await readPackage(folder, id)
  })
  return await Promise.all(packed)
}

/** A package that lies unpacked in a folder. */
export async function readPackage(folder: string, id: string): Promise<PackedPackage> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  return { id, folder, manifest, files: files.sort() }
}

/** The entry points that code may import, as import specifiers: `@scopegate/core/testing`. */
export function entryPoints({ manifest }: PackedPackage): readonly string[] {
  return Object.keys(manifest.exports)
    .filter((path) => path !== './package.json')
    .map((path) => join(manifest.name, path))
}
