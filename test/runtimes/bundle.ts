import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { SANDBOX } from './sandbox.ts'

const RESOLVED = Symbol('resolved')

/** Packages are taken from the sandbox; where the runtime has a resolver of its own, they are left to that. */
function fromSandbox(left: 'bundled' | 'external'): Plugin {
  return {
    name: 'from the sandbox',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[@a-z#]/ }, async ({ path, kind, pluginData, resolveDir }) => {
        if (pluginData === RESOLVED || path.startsWith('node:')) return undefined
        if (resolveDir.includes('node_modules')) return undefined
        if (left === 'external') return { path, external: true, sideEffects: false }
        return await resolve(path, { kind, resolveDir: SANDBOX, pluginData: RESOLVED })
      })
    },
  }
}

/** A host for a runtime that finds packages itself. */
export async function transpile(entry: string): Promise<string> {
  const outfile = join(SANDBOX, 'dist', entry.replace(/^.*\//, '').replace(/\.ts$/, '.mjs'))
  await build({
    entryPoints: [join(import.meta.dirname, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    plugins: [fromSandbox('external')],
    logLevel: 'error',
  })
  return outfile
}

/** What a bundler for Workers and edge functions tells a package about where it will run. */
export const EDGE_CONDITIONS: Readonly<Record<'workerd' | 'edge', readonly string[]>> = Object.freeze({
  workerd: ['workerd', 'worker', 'browser', 'import'],
  edge: ['edge-light', 'worker', 'browser', 'import'],
})

/** Everything in one file, for a runtime that takes nothing else. @throws Error where it would import from Node */
export async function bundleForEdge(
  entry: string,
  runtime: keyof typeof EDGE_CONDITIONS,
  conditions: readonly string[] = EDGE_CONDITIONS[runtime],
): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    write: false,
    metafile: true,
    format: runtime === 'edge' ? 'iife' : 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: [...conditions],
    // Only what is left in the bundle after unused code was dropped counts, see below.
    external: ['node:*'],
    plugins: [fromSandbox('bundled')],
    logLevel: 'error',
  })
  refuseNodeImports(Object.values(metafile.outputs))
  return outputFiles[0]?.text ?? ''
}

interface Imports {
  readonly imports: readonly { readonly path: string }[]
}

function refuseNodeImports(outputs: readonly Imports[]): void {
  const left = outputs.flatMap(({ imports }) => imports.map(({ path }) => path))
  if (left.length > 0) throw new Error(`the bundle still imports ${left.join(', ')}`)
}
