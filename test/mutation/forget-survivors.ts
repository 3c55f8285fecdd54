import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** As much of Stryker's report as this looks at. */
interface Report {
  readonly files: Readonly<Record<string, { mutants: readonly { readonly status: string }[] }>>
}

/**
 * Takes the survivors in these files out of an earlier run's report, so that they are tried again. Stryker by itself would
 * keep those that act while a module loads, whatever tests were written since.
 */
export function forgetSurvivors(path: string, isMutated: (file: string) => boolean): void {
  if (!existsSync(path)) return
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report
  for (const [name, file] of Object.entries(report.files)) {
    if (isMutated(name)) file.mutants = file.mutants.filter(({ status }) => !SURVIVED.has(status))
  }
  writeFileSync(path, JSON.stringify(report))
}

const SURVIVED: ReadonlySet<string> = new Set(['Survived', 'NoCoverage'])
