import { parsePathPattern } from '../path-pattern.ts'

/** What `assertRoutesCovered` cannot find out by itself. */
export interface CoverageOptions {
  /** Applications mounted where the framework hides them (a sub-app) or their path. Default: none. */
  readonly mounts?: readonly MountedApp[]
  /**
   * Functions mounted on a path that hand every request on and answer none, such as a body parser; they need no rule.
   * Default: none, what is mounted on a path may answer there and needs a rule for `'*'`.
   */
  readonly middleware?: readonly unknown[]
}

/** An application and the full path it is mounted on. */
export interface MountedApp {
  readonly path: string
  readonly app: unknown
}

/** The application that was said to be mounted on this full path. */
export function mountedAt({ mounts = [] }: CoverageOptions, path: string): MountedApp | undefined {
  return mounts.find((mount) => shapeOf(mount.path) === shapeOf(path))
}

function shapeOf(path: string): string {
  const pattern = parsePathPattern(path.length > 1 ? path.replace(/\/$/, '') : path)
  return typeof pattern === 'string' ? path : pattern.shape
}
