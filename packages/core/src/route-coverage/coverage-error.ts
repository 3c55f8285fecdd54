/** What was found, in words; each list names routes or rules as the application wrote them. */
export interface RouteCoverageFaults {
  /** Routes that lie in no rule, or not with every method. */
  readonly uncovered: readonly string[]
  /** Rules that no route serves, or not with every method. */
  readonly unserved: readonly string[]
  /** Overrides that the router does not bear out. */
  readonly overrides: readonly string[]
  /** Routes that are not behind the gate, and options that hide from it what is routed. */
  readonly wiring: readonly string[]
  /** What the framework hides; no fault by itself. */
  readonly unseen: readonly string[]
}

const HEADINGS: Readonly<Record<keyof RouteCoverageFaults, string>> = {
  uncovered: 'routes that no rule covers',
  unserved: 'rules that no route serves',
  overrides: 'overrides that the router does not bear out',
  wiring: 'wiring',
  unseen: 'could not be seen',
}

/** Routes and rules do not cover each other. The message lists both directions, and what could not be seen. */
export class RouteCoverageError extends Error {
  override readonly name: 'RouteCoverageError' = 'RouteCoverageError'
  readonly code: 'ERR_ROUTES_NOT_COVERED' = 'ERR_ROUTES_NOT_COVERED'
  readonly faults: RouteCoverageFaults

  constructor(faults: RouteCoverageFaults) {
    super(`the routes and the rules do not cover each other${describe(faults)}`)
    this.faults = faults
  }
}

function describe(faults: RouteCoverageFaults): string {
  const keys = Object.keys(HEADINGS) as (keyof RouteCoverageFaults)[]
  return keys
    .filter((key) => faults[key].length > 0)
    .map((key) => `\n${HEADINGS[key]}:${faults[key].map((line) => `\n  ${line}`).join('')}`)
    .join('')
}
