import { createResourceServer, type TokenProfileOptions } from '@scopegate/core'
import { protect } from '@scopegate/express'
import express, { type Router } from 'express'

/**
 * A router that brings its own gate. Rules name whole paths, so it is told where it will be mounted: `basePath` is put
 * before each of them. Mounted anywhere else, no rule matches and every request is refused.
 */
export function createMapsRouter(basePath: string, tokens: TokenProfileOptions): Router {
  const server = createResourceServer({
    tokens: [tokens],
    basePath,
    routes: [
      { method: 'GET', path: '/maps', scopes: 'query' },
      { method: 'POST', path: '/maps', scopes: 'write' },
    ],
  })
  const router = express.Router()
  router.use(protect(server))
  router.get('/maps', (req, res) => void res.json({ region: req.baseUrl }))
  router.post('/maps', (_req, res) => void res.sendStatus(201))
  return router
}
