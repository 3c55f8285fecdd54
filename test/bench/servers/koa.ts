import type { Server } from 'node:http'
import { Router } from '@koa/router'
import { protect } from '@scopegate/koa'
import Koa, { type Middleware } from 'koa'
import jwt from 'koa-jwt'
import { AUDIENCE, ISSUER } from '../token-set.ts'
import { createGate, createGateWithOrigins, hasScope, type ServerInput } from './server-input.ts'

const scopeQuery: Middleware = async (ctx, next) => {
  if (!hasScope(ctx.state.user, 'query')) ctx.throw(403)
  await next()
}

const GATES: Readonly<Record<string, (input: ServerInput) => Middleware[]>> = {
  bare: () => [],
  'a middleware that only goes on': () => [async (_ctx, next) => await next()],
  scopegate: (input) => [protect(createGate(input))],
  'scopegate with origins': (input) => [protect(createGateWithOrigins(input))],
  'koa-jwt': ({ tokens }) => [
    jwt({ secret: tokens.key, algorithms: ['ES256'], issuer: ISSUER, audience: AUDIENCE }) as Middleware,
    scopeQuery,
  ],
}

/** The API on Koa behind a contestant. */
export function start(contestant: string, input: ServerInput): Server {
  const app = new Koa()
  for (const middleware of (GATES[contestant] as (typeof GATES)[string])(input)) app.use(middleware)
  const router = new Router()
  router.get('/maps/:mapCode', (ctx) => {
    ctx.body = { mapCode: ctx.params.mapCode }
  })
  app.use(router.routes())
  return app.listen(0, '127.0.0.1')
}
