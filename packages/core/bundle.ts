import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

/**
 * Makes one file of each entry point, from what the compiler has checked: to load seventy files, and zod's as many again,
 * takes several times as long as to run them, and a service pays for it at every cold start.
 */
const options: BuildOptions = {
  absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  mainFields: ['module'],
  // What differs by platform stays an import, answered by the conditions in package.json.
  external: ['node:*', '#*'],
  outdir: 'dist',
  outbase: 'src',
  allowOverwrite: true,
  sourcemap: true,
  sourcesContent: false,
  // Names and white space are left to read.
  minifySyntax: true,
}

await build({
  ...options,
  entryPoints: ['src/index.ts'],
  // zod keeps its settings in a global that every copy of it reads; this one has settings of its own.
  define: { 'globalThis.__zod_globalConfig': 'zodConfig' },
  banner: {
    js: '// Holds parts of zod, under the MIT License: see docs/third-party.md\nconst zodConfig = {}',
  },
})
await build({ ...options, entryPoints: ['src/route-coverage/index.ts', 'src/testing/index.ts'] })
