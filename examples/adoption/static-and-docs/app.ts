import { createResourceServer, type TokenProfileOptions } from '@scopegate/core'
import { protect } from '@scopegate/express'
import express, { type Express } from 'express'

/**
 * Files that anybody may have stand before the gate: what they answer, it never sees. A file that is not there goes on to
 * the gate and is refused like any other unknown path. Pages made by handlers stand behind it, with a rule that says so.
 */
export function createApp(tokens: TokenProfileOptions): Express {
  const server = createResourceServer({
    tokens: [tokens],
    routes: [
      { method: 'GET', path: '/docs', access: 'public' },
      { method: 'GET', path: '/maps', scopes: 'query' },
    ],
  })
  const app = express()
  app.use('/assets', express.static(`${import.meta.dirname}/assets`))
  app.use(protect(server))
  app.get('/docs', (_req, res) => void res.type('html').send('<h1>How to use the maps</h1>'))
  app.get('/maps', (_req, res) => void res.json({ maps: [] }))
  return app
}
