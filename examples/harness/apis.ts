import type { RequestListener } from 'node:http'
import { listen } from './listen.ts'

/** The frameworks that serve the same API. */
export const FRAMEWORKS = ['express', 'koa', 'hono'] as const

/** One of {@link FRAMEWORKS}. */
export type Framework = (typeof FRAMEWORKS)[number]

/** The API, served. */
export interface Api {
  readonly framework: Framework
  readonly port: number
  /** Without a slash at the end. */
  readonly url: string
  close(): Promise<void>
}

/** Serves the API on every framework, on ports in a row or on free ones where `firstPort` is 0. */
export async function startApis(
  listenerFor: (framework: Framework) => RequestListener | Promise<RequestListener>,
  firstPort = 0,
): Promise<readonly Api[]> {
  return await Promise.all(
    FRAMEWORKS.map(async (framework, index) => {
      const listener = await listenerFor(framework)
      const { server, ...listening } = await listen(firstPort === 0 ? 0 : firstPort + index)
      server.on('request', listener)
      return { framework, ...listening }
    }),
  )
}
