import { Router } from '@koa/router'
import { createResourceServer, type TokenProfileOptions } from '@scopegate/core'
import { accessToken, requireScopes, type State } from '@scopegate/koa'
import Koa from 'koa'

/**
 * No table: each route says what it asks. Quick to add to one route of an old app, and as quick to forget on the next one: a
 * route without a guard is open. Preflights stay the app's, as a guard knows one route and not its neighbours.
 */
export function createApp(tokens: TokenProfileOptions): Koa<State> {
  const server = createResourceServer<'query' | 'write' | 'admin'>({ tokens: [tokens] })
  const router = new Router<State>()
  router.get('/health', (ctx) => {
    ctx.body = 'ok'
  })
  router.get('/maps', requireScopes(server, 'query'), (ctx) => {
    ctx.body = { clientId: accessToken(ctx).clientId }
  })
  router.post('/maps', requireScopes(server, { any: ['write', 'admin'] }), (ctx) => {
    ctx.status = 201
  })
  const app = new Koa<State>()
  app.use(router.routes())
  return app
}
