import { Router, type RouterMiddleware } from '@koa/router'
import type { ResourceServer } from '@scopegate/core'
import { accessToken, protect, type State } from '@scopegate/koa'
import Koa from 'koa'

/** The API on Koa. The gate comes first; handlers only ever see requests that every matching rule allowed. */
export function createApp(server: ResourceServer): Koa<State> {
  const router = new Router<State>()
  router.get('/health', (ctx) => {
    ctx.body = { handler: 'GET /health', clientId: null }
  })
  router.get('/v1/vps/map', answer('GET /v1/vps/map'))
  router.get('/v1/vps/map/summary', answer('GET /v1/vps/map/summary'))
  router.get('/v1/vps/map/:mapCode', answer('GET /v1/vps/map/:mapCode'))
  router.post('/v1/vps/map/query-form', answer('POST /v1/vps/map/query-form'))
  router.post('/v1/vps/map', answer('POST /v1/vps/map'))
  router.put('/v1/vps/map-set/:code', answer('PUT /v1/vps/map-set/:code'))
  router.delete('/v1/vps/map/:mapId', answer('DELETE /v1/vps/map/:mapId'))
  const app = new Koa<State>()
  app.use(protect(server))
  app.use(router.routes())
  return app
}

function answer(handler: string): RouterMiddleware<State> {
  return (ctx) => {
    ctx.body = { handler, clientId: accessToken(ctx).clientId }
  }
}
