import type { RequestListener } from 'node:http'
import type { ResourceServer, RouteRule } from '@scopegate/core'
import { optionalAccessToken, protect } from '@scopegate/express'
import { assertRoutesCovered } from '@scopegate/express/coverage'
import express, { type RequestHandler } from 'express'
import { type Answers, answerCall, handlerName } from './answers.ts'

/** The API on Express. */
export async function createExpressApi(
  server: ResourceServer,
  routes: readonly RouteRule[],
  answers: Answers,
): Promise<RequestListener> {
  const app = express()
  app.disable('x-powered-by')
  app.use(protect(server))
  for (const rule of routes) {
    const path = rule.path.replace('/*', '{/*rest}')
    for (const method of [rule.method].flat()) {
      app[method === '*' ? 'all' : (method.toLowerCase() as 'get')](path, answer(rule, answers))
    }
  }
  await assertRoutesCovered(app, server)
  return app
}

function answer(rule: RouteRule, answers: Answers): RequestHandler {
  return async (req, res) => {
    const call = { handler: handlerName(rule), params: texts(req.params), token: optionalAccessToken(req) }
    const { status, body } = await answerCall(call, answers)
    res.status(status).json(body)
  }
}

/** A wildcard captures a list of segments. */
function texts(params: Readonly<Record<string, string | string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, [value].flat().join('/')]))
}
