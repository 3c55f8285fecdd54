import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ENGINES, type Engine } from './engines.ts'

const ROOT = join(import.meta.dirname, '../..')
const PACKS = join(import.meta.dirname, 'sandbox/packs')

/** A package of its own, outside of the workspace: what is found from here is what a user's install would hold. */
export const SANDBOX: string = join(import.meta.dirname, 'sandbox')

/** Packs the product's packages as they would be published and installs them, and the frameworks, from the registry. */
export function installPackages(): void {
  rmSync(PACKS, { recursive: true, force: true })
  run('npx', ['-y', packageManager(), '-r', '--filter', './packages/*', 'pack', '--pack-destination', PACKS])
  // From an unchanged version number npm would take what it has.
  rmSync(join(SANDBOX, 'node_modules/@scopegate'), { recursive: true, force: true })
  const wanted = readdirSync(PACKS).filter((name) => !name.includes('issuer'))
  install(
    SANDBOX,
    wanted.map((name) => join(PACKS, name)),
  )
}

/** Installs a runtime, unless it is there, and tells where its package is. */
export function installEngine(engine: Engine): string {
  const [name = '', version = ''] = ENGINES[engine].split('@')
  const home = join(SANDBOX, 'engines', engine)
  const path = join(home, 'node_modules', name)
  if (installedVersion(path) === version) return path
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
  install(home, [ENGINES[engine]])
  return path
}

function installedVersion(path: string): string | undefined {
  const manifest = join(path, 'package.json')
  if (!existsSync(manifest)) return undefined
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  return version
}

function packageManager(): string {
  const { packageManager: name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return name
}

/** Runtimes come by install scripts of their packages, also where this runs under an npm that was told to run none. */
function install(home: string, packages: readonly string[]): void {
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefer-offline']
  const wanted = ['--ignore-scripts=false', '--loglevel', 'error', ...packages]
  run('npm', ['install', '--prefix', home, ...quiet, ...wanted])
}

function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed\n${stdout}\n${stderr}`)
}
