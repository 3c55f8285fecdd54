import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const source = '@scopegate/source'

/** One project per folder; every suite runs on the packages' sources, so no build comes first. */
const project = (name: string): { extends: true; test: { name: string; include: string[] } } => ({
  extends: true,
  test: { name, include: [`${name}/**/*.test.ts`] },
})

/** What shares promises on Node, held to the same tests where it must not: as a Worker's bundle has it. */
const isolated = {
  extends: true as const,
  ssr: { resolve: { conditions: [source, 'workerd', 'module', 'import', 'default'] } },
  test: {
    name: 'isolated',
    include: [
      'isolated/**/*.test.ts',
      'unit/core/{authenticator,key-set,token-state,unknown-kid}.test.ts',
      'unit/client/{fetch,token-exchange,token-manager}.test.ts',
    ],
  },
}

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    environment: 'node',
    // A guard against hanging, not a bar: child processes on a busy machine start slowly.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      isolated,
      ...['unit', 'conformance', 'e2e', 'browser', 'packaging', 'robustness', 'systems', 'adoption'].map(
        project,
      ),
    ],
  },
})
