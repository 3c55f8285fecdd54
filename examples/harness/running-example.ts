import type { Api } from './apis.ts'
import type { Clock } from './clock.ts'
import type { Step } from './step.ts'

/** What an example is started with. */
export interface ExampleSettings {
  /** The clock of everything in it. */
  readonly clock: Clock
  /** Settings from outside, if it has any. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** An example, as its `example.ts` exports it under the name `example`. */
export interface Example {
  /** The name of its folder. */
  readonly name: string
  /** What starts it. Default `npm run example <name>`. */
  readonly command?: string
  readonly start: (settings: ExampleSettings) => Promise<RunningExample>
}

/** An example that listens. */
export interface RunningExample {
  /** The same API on every framework. */
  readonly apis: readonly Api[]
  /** The walk-through; made once, and played in order. */
  readonly steps: () => Promise<readonly Step[]>
  /** What `--json` prints: addresses and generated credentials. */
  readonly description: object
  /** What to type to try it by hand. */
  readonly curl: string
  /** Ends everything, once. */
  readonly close: () => Promise<void>
}
