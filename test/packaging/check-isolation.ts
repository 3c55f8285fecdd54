import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PackedPackage } from './packed-package.ts'

const run = promisify(execFile)

/** Every copy of zod in a process reads one global setting, but for the one that a package has built in. */
const SCRIPT = `
const [name] = process.argv.slice(1)
globalThis.__zod_globalConfig = { customError: () => 'set up by the application' }
import(name).then(({ createResourceServer }) => {
  try {
    createResourceServer({ issuer: 'https://issuer.example', audience: 'api', routes: 5 })
  } catch ({ key, message }) {
    if (key === 'routes' && !message.includes('application')) process.exit(0)
  }
  process.exit(1)
})`

/** Whether an application that sets its own zod up changes how a package that makes resource servers checks options. */
export async function checkIsolation({ folder, manifest }: PackedPackage): Promise<readonly string[]> {
  const options = ['--input-type=module', '--eval', SCRIPT, manifest.name]
  return await run(process.execPath, options, { cwd: join(folder, '../../..') }).then(
    () => [],
    () => [`${manifest.name} checks options as the application has set zod up`],
  )
}
