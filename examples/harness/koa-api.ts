import type { RequestListener } from 'node:http'
import { Router, type RouterMiddleware } from '@koa/router'
import type { ResourceServer, RouteRule } from '@scopegate/core'
import { optionalAccessToken, protect, type State } from '@scopegate/koa'
import { assertRoutesCovered } from '@scopegate/koa/coverage'
import Koa from 'koa'
import { type Answers, answerCall, handlerName } from './answers.ts'

/** The API on Koa. */
export async function createKoaApi(
  server: ResourceServer,
  routes: readonly RouteRule[],
  answers: Answers,
): Promise<RequestListener> {
  const router = new Router<State>()
  for (const rule of routes) {
    const path = rule.path.replace('/*', '{/*rest}')
    for (const method of [rule.method].flat()) {
      router[method === '*' ? 'all' : (method.toLowerCase() as 'get')](path, answer(rule, answers))
    }
  }
  const app = new Koa<State>()
  app.use(protect(server))
  app.use(router.routes())
  await assertRoutesCovered(app, server)
  return app.callback()
}

function answer(rule: RouteRule, answers: Answers): RouterMiddleware<State> {
  return async (ctx) => {
    const call = { handler: handlerName(rule), params: ctx.params, token: optionalAccessToken(ctx) }
    const { status, body } = await answerCall(call, answers)
    ctx.status = status
    ctx.body = body
  }
}
