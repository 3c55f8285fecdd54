import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { ResourceServer } from '@scopegate/core'
import { createApp as createExpressApp } from '@scopegate/example-express'
import { type Api, type Framework, startApis as startListeners } from '@scopegate/example-harness'
import { createApp as createHonoApp } from '@scopegate/example-hono'
import { createApp as createKoaApp } from '@scopegate/example-koa'

/** Serves the API on every framework, on ports in a row or on free ones where `firstPort` is 0. */
export async function startApis(
  createServerFor: () => ResourceServer,
  firstPort: number,
): Promise<readonly Api[]> {
  return await startListeners((framework) => LISTENERS[framework](createServerFor()), firstPort)
}

const LISTENERS: Readonly<Record<Framework, (server: ResourceServer) => RequestListener>> = {
  express: (server) => createExpressApp(server),
  koa: (server) => createKoaApp(server).callback(),
  hono: (server) => getRequestListener(createHonoApp(server).fetch),
}
