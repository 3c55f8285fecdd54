/** What one check found in one package. */
export interface Outcome {
  readonly id: string
  /** What there is to tell of a package without problems; `ok` where nothing is. */
  readonly figure?: string
  readonly problems: readonly string[]
}
