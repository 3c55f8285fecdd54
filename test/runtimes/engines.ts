/** What runs the packages, each an npm package of its own that is installed when its runtime is picked. */
export const ENGINES: Readonly<Record<Engine, `${string}@${string}`>> = Object.freeze({
  node20: 'node@20.20.2',
  node22: 'node@22.23.3',
  node24: 'node@24.21.0',
  workerd: 'miniflare@4.20260426.0',
  bun: 'bun@1.4.5',
  deno: 'deno@2.9.6',
  edge: 'edge-runtime@4.0.1',
})

/** A runtime under test. */
export type Engine = 'node20' | 'node22' | 'node24' | 'workerd' | 'bun' | 'deno' | 'edge'
