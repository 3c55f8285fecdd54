import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import { forgetSurvivors } from './forget-survivors.ts'

/** What became of one mutant. */
export type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number]

const ALL = 'packages/core/src/*.ts'

/** Everything a run leaves behind: outside the repository. */
const WORK = join(tmpdir(), 'scopegate-mutation')
const EARLIER = join(WORK, 'earlier.json')

/** Runs the unit tests of core on every mutant of the files, in a copy of the repository. */
export function runMutants(options: {
  /** All of them where none is named. */
  readonly files: readonly string[]
  /** Takes over what an earlier run found, where neither the mutated file nor the test that killed has changed. */
  readonly resume: boolean
}): Promise<readonly Mutant[]> {
  const { files, resume } = options
  if (resume) forgetSurvivors(EARLIER, (file) => files.length === 0 || files.includes(file))
  return new Stryker({
    mutate: files.length === 0 ? [ALL] : [...files],
    incremental: resume,
    incrementalFile: EARLIER,
    testRunner: 'vitest',
    plugins: [import.meta.resolve('@stryker-mutator/vitest-runner')],
    vitest: { configFile: 'test/mutation/vitest.config.ts' },
    coverageAnalysis: 'perTest',
    concurrency: 1,
    // Generous: on a busy machine a slow run must not pass for a caught mutant. Endless loops are counted, not timed.
    timeoutMS: 20_000,
    disableTypeChecks: false,
    allowConsoleColors: false,
    tempDirName: join(WORK, 'copies'),
    cleanTempDir: 'always',
    reporters: ['progress-append-only', 'html', 'json'],
    htmlReporter: { fileName: join(WORK, 'report.html') },
    jsonReporter: { fileName: join(WORK, 'report.json') },
  }).runMutationTest()
}
