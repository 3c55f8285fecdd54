import type { Row } from './row.ts'
import type { Settings } from './settings.ts'
import type { TokenOrder, TokenSet } from './token-set.ts'

/** What a suite may use. */
export interface Bench {
  readonly settings: Settings
  /** A directory that is removed after the run. */
  readonly directory: string
  /** Tokens of one algorithm; minted once per run, the count reduced by the settings. */
  readonly tokens: (order: TokenOrder) => TokenSet
  /** Tells what is being measured now. */
  readonly progress: (text: string) => void
}

/** Measures a few rows. */
export type Suite = (bench: Bench) => Promise<readonly Row[]>
