import type { ResourceServer } from '@scopegate/core'
import { accessToken, protect, type Variables } from '@scopegate/hono'
import { type Handler, Hono } from 'hono'

type Env = { Variables: Variables }

/** The API on Hono. The gate comes first; handlers only ever see requests that every matching rule allowed. */
export function createApp(server: ResourceServer): Hono<Env> {
  const app = new Hono<Env>()
  app.use(protect(server))
  app.get('/health', (c) => c.json({ handler: 'GET /health', clientId: null }))
  app.get('/v1/vps/map', answer('GET /v1/vps/map'))
  app.get('/v1/vps/map/summary', answer('GET /v1/vps/map/summary'))
  app.get('/v1/vps/map/:mapCode', answer('GET /v1/vps/map/:mapCode'))
  app.post('/v1/vps/map/query-form', answer('POST /v1/vps/map/query-form'))
  app.post('/v1/vps/map', answer('POST /v1/vps/map'))
  app.put('/v1/vps/map-set/:code', answer('PUT /v1/vps/map-set/:code'))
  app.delete('/v1/vps/map/:mapId', answer('DELETE /v1/vps/map/:mapId'))
  return app
}

function answer(handler: string): Handler<Env> {
  return (c) => c.json({ handler, clientId: accessToken(c).clientId })
}
