import { spawnSync } from 'node:child_process'
import { toRow } from '../row.ts'
import type { Suite } from '../suite.ts'

/** What importing the gate adds to the start of a process: with it and without it, in turn. */
export const importTime: Suite = async ({ settings, progress }) => {
  const name = 'import of @scopegate/core'
  progress(name)
  const pairs = settings.rounds + 6
  const scopegate: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    const bare = startUp('0')
    scopegate.push(startUp("import('@scopegate/core')") - bare)
  }
  return [toRow({ name, unit: 'ms', series: { scopegate } })]
}

function startUp(code: string): number {
  const start = performance.now()
  const { status } = spawnSync(process.execPath, ['-e', code], { cwd: import.meta.dirname, stdio: 'ignore' })
  if (status !== 0) throw new Error(`node -e "${code}" failed`)
  return performance.now() - start
}
