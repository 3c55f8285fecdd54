import { createResourceServer, type TokenProfileOptions } from '@scopegate/core'
import { protect } from '@scopegate/express'
import express, { type Express } from 'express'
import { createMapsRouter } from './maps-router.ts'

/** One gate for a whole app under a prefix, and one router twice, each with a gate of its own. */
export function createApp(tokens: TokenProfileOptions): Express {
  const app = express()
  app.use('/admin', createAdminApp(tokens))
  app.use('/eu/v1', createMapsRouter('/eu/v1', tokens))
  app.use('/us/v1', createMapsRouter('/us/v1', tokens))
  return app
}

/** The gate reads the path as the client sent it: the prefix, which Express takes off for the sub-app, is in the rules. */
function createAdminApp(tokens: TokenProfileOptions): Express {
  const server = createResourceServer({
    tokens: [tokens],
    routes: [{ method: 'GET', path: '/admin/users', scopes: 'admin' }],
  })
  const admin = express()
  admin.use(protect(server))
  admin.get('/users', (_req, res) => void res.json({ users: [] }))
  return admin
}
