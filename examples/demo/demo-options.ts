import type { ExampleSettings } from '@scopegate/example-harness'

/** What the environment asks of the demo. */
export interface DemoOptions {
  /** The first of four ports in a row; 0 for free ones. */
  readonly firstPort: number
  readonly tokenTtlSeconds: number
}

/** Reads the options, or says in one line what is wrong with them. */
export function readDemoOptions(env: ExampleSettings['env']): DemoOptions {
  return {
    firstPort: readNumber(env, 'SCOPEGATE_DEMO_PORT', 0, 65_532),
    tokenTtlSeconds: readNumber(env, 'SCOPEGATE_DEMO_TOKEN_TTL', 300, 86_400),
  }
}

function readNumber(env: ExampleSettings['env'], name: string, otherwise: number, most: number): number {
  const text = env[name]
  if (text === undefined) return otherwise
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value
  throw new Error(`${name} must be a whole number from 1 to ${most}`)
}
