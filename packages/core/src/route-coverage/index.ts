export { assertCoverage, type RouteCoverage } from './assert-coverage.ts'
export { RouteCoverageError, type RouteCoverageFaults } from './coverage-error.ts'
export {
  type CoverageOptions,
  createMountedApps,
  type MountedApp,
  type MountedApps,
} from './coverage-options.ts'
export type { RegisteredApp, RegisteredRoute } from './registered-app.ts'
export {
  everythingUnder,
  joinPaths,
  type RouteGrammar,
  type RoutePattern,
  readRoutePath,
} from './route-pattern.ts'
