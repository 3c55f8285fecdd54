import type { RouteRule } from '../route-rule-options.ts'
import { RouteCoverageError, type RouteCoverageFaults } from './coverage-error.ts'
import { findUncovered, findUnserved } from './mutual-coverage.ts'
import type { RegisteredApp } from './registered-app.ts'
import { findBrokenOverrides } from './verify-overrides.ts'
import { readRules } from './written-rule.ts'

/** What was compared. */
export interface RouteCoverage {
  /** Every route that was found, as the application wrote it. */
  readonly routes: readonly string[]
  /** What could not be seen, in words; worth a look and an assertion of your own. */
  readonly unseen: readonly string[]
}

/** Compares an application with a route table. @throws RouteCoverageError where one does not cover the other */
export async function assertCoverage(
  app: RegisteredApp,
  rules: readonly RouteRule[],
): Promise<RouteCoverage> {
  const written = readRules(rules)
  const faults: RouteCoverageFaults = {
    uncovered: findUncovered(app.routes, written),
    unserved: findUnserved(app.routes, written),
    overrides: await findBrokenOverrides(app, written),
    wiring: [...app.faults, ...findUnguarded(app)],
    unseen: [...app.unseen, ...(app.gated || app.routes.length === 0 ? [] : [NO_GATE])],
  }
  const { unseen, ...grave } = faults
  if (Object.values(grave).some((list) => list.length > 0)) throw new RouteCoverageError(faults)
  return { routes: app.routes.map(({ name }) => name), unseen }
}

const NO_GATE =
  'the gate: no `protect` of this server was found, so whether it stands before the routes is not known'

function findUnguarded({ gated, routes }: RegisteredApp): readonly string[] {
  if (!gated) return []
  return routes.filter(({ guarded }) => !guarded).map(({ name }) => `${name} is not behind the gate`)
}
