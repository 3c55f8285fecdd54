import type { RequestListener } from 'node:http'
import type { ResourceServer, RouteRule } from '@scopegate/core'
import type { Answers } from './answers.ts'
import { type Api, type Framework, startApis } from './apis.ts'
import { createExpressApi } from './express-api.ts'
import { createHonoApi } from './hono-api.ts'
import { createKoaApi } from './koa-api.ts'

const APIS = { express: createExpressApi, koa: createKoaApi, hono: createHonoApi }

/**
 * An API behind the gate: one handler for every rule, registered as an application would.
 * @throws where a rule has no route of its own on this framework, or the other way round
 */
export async function createGatedApi(
  framework: Framework,
  server: ResourceServer,
  routes: readonly RouteRule[],
  answers: Answers = {},
): Promise<RequestListener> {
  return await APIS[framework](server, literalsFirst(routes), answers)
}

/** {@link createGatedApi} on every framework, each behind a gate of its own. */
export async function startGatedApis(
  createServer: (framework: Framework) => ResourceServer,
  routes: readonly RouteRule[],
  answers?: Answers,
): Promise<readonly Api[]> {
  return await startApis(
    async (framework) => await createGatedApi(framework, createServer(framework), routes, answers),
  )
}

/** Routers run the first route that matches, so the open ones come last. */
function literalsFirst(rules: readonly RouteRule[]): readonly RouteRule[] {
  const openness = ({ path }: RouteRule): string =>
    path
      .replaceAll(/[^/:*]+/g, '')
      .replaceAll(':', '~')
      .replaceAll('*', '~~')
  return [...rules].sort((one, other) => {
    const [left, right] = [openness(one), openness(other)]
    return Number(left > right) - Number(left < right)
  })
}
