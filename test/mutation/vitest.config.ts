import { resolve } from 'node:path'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { reportLoadFailures } from './load-failures.ts'
import { NearestFirst } from './nearest-first.ts'

const source = '@scopegate/source'
const core = resolve(import.meta.dirname, '../../packages/core/src')

/** The unit tests of core alone, on the mutated copy of it: a workspace link would lead to the untouched one. */
export default defineConfig({
  root: resolve(import.meta.dirname, '..'),
  // Beside the copy, whose node_modules are those of the repository.
  cacheDir: resolve(import.meta.dirname, '.cache'),
  resolve: {
    conditions: [source, ...defaultClientConditions],
    alias: [
      { find: /^@scopegate\/core$/, replacement: `${core}/index.ts` },
      { find: /^@scopegate\/core\/testing$/, replacement: `${core}/testing/index.ts` },
      { find: /^@scopegate\/core\/coverage$/, replacement: `${core}/route-coverage/index.ts` },
    ],
  },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    environment: 'node',
    include: ['unit/core/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ['mutation/fixed-seed.ts'],
    reporters: [reportLoadFailures()],
    sequence: { sequencer: NearestFirst },
    // What is found by chance in long random runs says nothing of a mutant: the same few tries each time.
    env: { SCOPEGATE_RUNS: '200' },
  },
})
