import { join } from 'node:path'
import { BUNDLE_RULES } from './bundle-rules.ts'
import { checkBundle } from './check-bundle.ts'
import { checkContents } from './check-contents.ts'
import { checkDependencies } from './check-dependencies.ts'
import { checkIsolation } from './check-isolation.ts'
import { checkLoading } from './check-loading.ts'
import { checkPublint } from './check-publint.ts'
import { checkTypeResolution } from './check-type-resolution.ts'
import { checkTypes, TYPESCRIPTS } from './check-types.ts'
import { checkUnused } from './check-unused.ts'
import type { Outcome } from './outcome.ts'
import type { PackedPackage } from './packed-package.ts'

/** A check of all packages, one outcome each. */
export interface Check {
  readonly name: string
  readonly run: (packages: readonly PackedPackage[]) => Promise<readonly Outcome[]>
}

const ROOT = join(import.meta.dirname, '../..')

/** In the order of the table. `application` is the folder whose `node_modules` hold the packages. */
export function checksIn(application: string): readonly Check[] {
  return [
    { name: 'contents', run: each(checkContents) },
    { name: 'dependencies', run: each(checkDependencies) },
    { name: 'publint', run: each(checkPublint) },
    { name: 'are the types wrong', run: each(checkTypeResolution) },
    { name: `import, require (Node ${process.versions.node})`, run: each(checkLoading) },
    { name: 'zod of its own, in core', run: isolate },
    ...Object.entries(TYPESCRIPTS).map(([version, compiler]) => ({
      name: `types, TypeScript ${version}`,
      run: async (packages: readonly PackedPackage[]) =>
        shareOut(packages, await checkTypes(application, compiler)),
    })),
    { name: 'bundle', run: weigh },
    {
      name: 'unused',
      run: async () => [{ id: 'workspace', problems: await checkUnused(ROOT, 'test/packaging/knip.json') }],
    },
  ]
}

function each(check: (packed: PackedPackage) => Promise<readonly string[]>): Check['run'] {
  return async (packages) =>
    await Promise.all(packages.map(async (packed) => ({ id: packed.id, problems: await check(packed) })))
}

async function isolate(packages: readonly PackedPackage[]): Promise<readonly Outcome[]> {
  const core = packages.filter(({ id }) => id === 'core')
  return await each(checkIsolation)(core)
}

/** Each line to the package whose files it names; what names none is everybody's. */
function shareOut(packages: readonly PackedPackage[], lines: readonly string[]): readonly Outcome[] {
  const isOf = (id: string, line: string): boolean => new RegExp(`(types|@scopegate)/${id}\\b`).test(line)
  return packages.map(({ id }) => ({
    id,
    problems: lines.filter((line) => isOf(id, line) || !packages.some((other) => isOf(other.id, line))),
  }))
}

async function weigh(packages: readonly PackedPackage[]): Promise<readonly Outcome[]> {
  return await Promise.all(
    packages.map(async (packed) => {
      const rules = BUNDLE_RULES[packed.id] ?? []
      const weighed = await Promise.all(rules.map(async (rule) => await checkBundle(packed, rule)))
      const missing = rules.length === 0 ? ['has no budget'] : []
      return {
        id: packed.id,
        figure: `${weighed.map(({ bytes }) => (bytes / 1000).toFixed(1)).join('+')} kB`,
        problems: [...missing, ...weighed.flatMap(({ problems }) => problems)],
      }
    }),
  )
}
