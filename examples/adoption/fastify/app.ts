import { createResourceServer, type TokenProfileOptions } from '@scopegate/core'
import fastify, { type FastifyInstance } from 'fastify'
import { protect } from './protect.ts'

/** `onRequest` is the first hook there is: bodies are parsed and handlers run behind it, for unknown routes as well. */
export function createApp(tokens: TokenProfileOptions): FastifyInstance {
  const server = createResourceServer({
    tokens: [tokens],
    routes: [{ method: 'GET', path: '/maps/:mapCode', scopes: 'query' }],
    origins: ['https://app.example'],
  })
  const app = fastify()
  app.decorateRequest('auth', undefined)
  app.addHook('onRequest', protect(server))
  app.get('/maps/:mapCode', (request) => ({ clientId: request.auth?.clientId }))
  return app
}
