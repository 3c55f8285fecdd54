import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'
import type { PackedPackage } from './packed-package.ts'

/** What an entry point may weigh in a worker, and what must not come along. */
export interface BundleRule {
  readonly entry: string
  /** Bytes, minified and compressed, with all that it imports. */
  readonly budget: number
  /** Packages that must not be in it. */
  readonly without: RegExp
  /** Whether it needs built-ins of Node, which a worker then has to be given. */
  readonly builtIns?: boolean
}

/** A bundle's weight, and what is wrong with it. */
export interface BundleOutcome {
  readonly bytes: number
  readonly problems: readonly string[]
}

/** Bundles everything that the entry point exports as for a worker, where no built-in of Node exists. */
export async function checkBundle(
  { folder }: PackedPackage,
  { entry, budget, without, builtIns }: BundleRule,
): Promise<BundleOutcome> {
  const result = await bundle(entry, folder, builtIns ? ['node:*'] : [])
  if ('errors' in result) return { bytes: Number.NaN, problems: result.errors }
  const { bytes, packages } = result
  return {
    bytes,
    problems: [
      ...(bytes > budget ? [`${entry} weighs ${bytes} bytes, over its budget of ${budget}`] : []),
      ...packages.filter((name) => without.test(name)).map((name) => `${entry} brings ${name} along`),
    ],
  }
}

type Bundle = { readonly bytes: number; readonly packages: readonly string[] }

async function bundle(
  entry: string,
  resolveDir: string,
  external: string[],
): Promise<Bundle | { readonly errors: readonly string[] }> {
  const stdin = { contents: `export * from ${JSON.stringify(entry)}`, resolveDir }
  const { outputFiles, metafile, errors } = await build({
    stdin,
    bundle: true,
    external,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker'],
    logLevel: 'silent',
  }).catch(({ errors }) => ({ outputFiles: [], metafile: { inputs: {}, outputs: {} }, errors }))
  if (errors.length > 0) return { errors: errors.map(({ text }: { text: string }) => `${entry}: ${text}`) }
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  return { bytes: gzipSync(code, { level: 9 }).length, packages: packagesIn(metafile) }
}

/** What remains in the output: an import that comes to nothing weighs nothing. */
function packagesIn({ outputs }: Metafile): readonly string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs))
  const names = inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
  return [...new Set(names.filter((name) => name !== undefined))]
}
