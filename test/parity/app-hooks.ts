import type { MountedApp } from '@scopegate/core/coverage'

/** What a built app tells the trial about each request. */
export interface AppHooks {
  /** Called by the first middleware: where an observing gate looks. */
  readonly arrived: (request: ArrivedRequest) => void
  /** Called by each handler that runs. */
  readonly ran: (request: string | undefined, handler: number) => void
  /** Called for each app that is mounted as a whole. */
  readonly mounted?: (mount: MountedApp) => void
}

/** A request as the framework hands it over raw. `id` is what it was numbered with. */
export interface ArrivedRequest {
  readonly id: string | undefined
  readonly method: string
  readonly target: string
  readonly rawHeaders: readonly string[]
}

/** The header that numbers requests. */
export const REQUEST_ID = 'x-request-number'
