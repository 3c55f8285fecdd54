import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { ResourceServer, RouteRule } from '@scopegate/core'
import { optionalAccessToken, protect, type Variables } from '@scopegate/hono'
import { assertRoutesCovered } from '@scopegate/hono/coverage'
import { type Handler, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type Answers, answerCall, handlerName } from './answers.ts'

type Env = { Variables: Variables }

/** The API on Hono. */
export async function createHonoApi(
  server: ResourceServer,
  routes: readonly RouteRule[],
  answers: Answers,
): Promise<RequestListener> {
  const app = new Hono<Env>()
  app.use(protect(server))
  for (const rule of routes) {
    for (const method of [rule.method].flat()) {
      if (method === '*') app.all(rule.path, answer(rule, answers))
      else app.on(method, rule.path, answer(rule, answers))
    }
  }
  await assertRoutesCovered(app, server)
  return getRequestListener(app.fetch)
}

function answer(rule: RouteRule, answers: Answers): Handler<Env> {
  return async (c) => {
    const call = { handler: handlerName(rule), params: c.req.param(), token: optionalAccessToken(c) }
    const { status, body } = await answerCall(call, answers)
    return c.json(body as object, status as ContentfulStatusCode)
  }
}
