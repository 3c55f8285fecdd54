import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { ResourceServer } from '@scopegate/core'
import { createApp as createExpressApp } from '@scopegate/example-express'
import { createApp as createHonoApp } from '@scopegate/example-hono'
import { createApp as createKoaApp } from '@scopegate/example-koa'

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
  createServerFor: () => ResourceServer,
  firstPort: number,
): Promise<readonly Api[]> {
  return await Promise.all(
    FRAMEWORKS.map(async (framework, index) => {
      const listener = LISTENERS[framework](createServerFor())
      return await serve(framework, createServer(listener), firstPort === 0 ? 0 : firstPort + index)
    }),
  )
}

const LISTENERS: Readonly<Record<Framework, (server: ResourceServer) => RequestListener>> = {
  express: (server) => createExpressApp(server),
  koa: (server) => createKoaApp(server).callback(),
  hono: (server) => getRequestListener(createHonoApp(server).fetch),
}

async function serve(framework: Framework, server: Server, port: number): Promise<Api> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const listening = (server.address() as AddressInfo).port
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { framework, port: listening, url: `http://127.0.0.1:${listening}`, close }
}
