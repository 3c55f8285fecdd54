import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const KNIP = join(import.meta.dirname, 'node_modules/knip/bin/knip.js')

/** What of a workspace is exported, declared or written and never used, as knip tells it. */
export async function checkUnused(directory: string, config: string): Promise<readonly string[]> {
  const options = ['--directory', directory, '--config', config, '--reporter', 'compact', '--no-progress']
  const { stdout } = await run(process.execPath, [KNIP, ...options]).catch((error) => error)
  return String(stdout)
    .split('\n')
    .filter((line) => line.trim() !== '')
}
