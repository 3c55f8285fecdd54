import { parsePathPattern, shapeOf } from '../path-pattern.ts'

/** What `assertRoutesCovered` cannot find out by itself. */
export interface CoverageOptions {
  /**
   * Applications mounted where the framework hides them (a sub-app) or their path; several on one path in their order.
   * Default: none.
   */
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

/** The `mounts` while they are being looked for in an application. */
export interface MountedApps {
  /** The next application said to be mounted on this full path; several on one path are taken in their order. */
  readonly take: (path: string) => unknown
  /** Takes this application from everywhere it is said to be mounted. */
  readonly takeApp: (app: unknown) => readonly MountedApp[]
  /** What is wrong with those that were not found. */
  readonly faults: () => readonly string[]
}

/** Begins to look for mounted applications. */
export function createMountedApps({ mounts = [] }: CoverageOptions): MountedApps {
  const left = new Set(mounts)
  const take = (found: readonly MountedApp[]): readonly MountedApp[] => {
    for (const mount of found) left.delete(mount)
    return found
  }
  return {
    take: (path) =>
      take([...left].filter((mount) => shapeOfPath(mount.path) === shapeOfPath(path)).slice(0, 1))[0]?.app,
    takeApp: (app) => take([...left].filter((mount) => mount.app === app)),
    faults: () => [...left].map(({ path }) => `\`mounts\`: nothing that needs it is mounted on ${path}`),
  }
}

function shapeOfPath(path: string): string {
  const pattern = parsePathPattern(path.length > 1 ? path.replace(/\/$/, '') : path)
  return typeof pattern === 'string' ? path : shapeOf(pattern)
}
