/** What the command line and the environment ask of the demo. */
export interface DemoOptions {
  /** `walk`: the table, then stay up; `once`: the table, then end; `json`: one line of JSON, then stay up. */
  readonly mode: 'walk' | 'once' | 'json'
  /** The first of four ports in a row; 0 for free ones. */
  readonly firstPort: number
  readonly tokenTtlSeconds: number
}

const USAGE = 'usage: npm start [-- --once | --json]'

/** Reads the options, or says in one line what is wrong with them. */
export function readDemoOptions(args: readonly string[], env: NodeJS.ProcessEnv): DemoOptions {
  return {
    mode: readMode(args),
    firstPort: readNumber(env, 'SCOPEGATE_DEMO_PORT', 0, 65_532),
    tokenTtlSeconds: readNumber(env, 'SCOPEGATE_DEMO_TOKEN_TTL', 300, 86_400),
  }
}

function readMode([flag, ...rest]: readonly string[]): DemoOptions['mode'] {
  if (flag === undefined) return 'walk'
  if (rest.length === 0 && flag === '--once') return 'once'
  if (rest.length === 0 && flag === '--json') return 'json'
  throw new Error(USAGE)
}

function readNumber(env: NodeJS.ProcessEnv, name: string, otherwise: number, most: number): number {
  const text = env[name]
  if (text === undefined) return otherwise
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value
  throw new Error(`${name} must be a whole number from 1 to ${most}`)
}
