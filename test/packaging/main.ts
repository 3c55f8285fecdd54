import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addTypeTests } from './check-types.ts'
import { checksIn } from './checks.ts'
import { addDependencies } from './consumer.ts'
import type { Outcome } from './outcome.ts'
import { packAll } from './packed-package.ts'

/** Packs every package and checks what its users would install. Needs a build. */
const application = await mkdtemp(join(tmpdir(), 'scopegate-packaging-'))
try {
  process.exitCode = (await checkPackages(application)) ? 0 : 1
} finally {
  await rm(application, { recursive: true })
}

async function checkPackages(folder: string): Promise<boolean> {
  const packages = await packAll(join(folder, 'node_modules'))
  await addDependencies(join(folder, 'node_modules'))
  await addTypeTests(folder)
  print(
    '',
    packages.map(({ id }) => id),
  )
  const failures: string[] = []
  let checked = 0
  for (const { name, run } of checksIn(folder)) {
    const outcomes = await run(packages)
    print(name, outcomes.map(cell))
    checked += outcomes.length
    for (const { id, problems } of outcomes)
      for (const problem of problems) failures.push(`${name}: ${id}: ${problem}`)
  }
  for (const failure of failures) console.log(failure)
  console.log(`packaging: ${packages.length} packages, ${checked} checks, ${failures.length} problems`)
  return failures.length === 0 && packages.length > 0
}

function cell({ figure, problems }: Outcome): string {
  if (problems.length === 0) return figure ?? 'ok'
  return figure ? `${figure}!` : 'FAIL'
}

function print(name: string, cells: readonly string[]): void {
  console.log(name.padEnd(32) + cells.map((text) => text.padEnd(18)).join(''))
}
