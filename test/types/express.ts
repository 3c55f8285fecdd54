import { createResourceServer } from '@scopegate/core'
import { accessToken, optionalAccessToken, protect, requireScopes } from '@scopegate/express'
import express, { type Request } from 'express'

const server = createResourceServer<'query' | 'write'>({
  issuer: 'https://issuer.example',
  audience: 'https://api.example',
  routes: [{ method: 'GET', path: '/maps/:mapCode', scopes: 'query' }],
})

/** The adapter alone leaves Express's types as they are, with and without a gate. */
export type Untouched = 'auth' extends keyof Request ? never : true
export const untouched: Untouched = true

/** What handlers may rely on. */
export function routes(): void {
  const app = express()
  app.use(protect(server))
  app.get('/maps/:mapCode', requireScopes(server, 'query'), (req, res) => {
    const { mapCode } = req.params
    const { clientId } = accessToken(req)
    res.json({ mapCode, clientId })
  })
  app.get('/open', (req) => {
    // @ts-expect-error nothing says that a gate ran before this route
    req.auth.clientId
    // @ts-expect-error here there may be no token
    optionalAccessToken(req).clientId
  })
  // @ts-expect-error a scope that the server does not know
  app.delete('/maps/:mapCode', requireScopes(server, 'delete'), (_req, res) => void res.end())
  // @ts-expect-error a bare array does not say whether all or any are meant
  requireScopes(server, ['query', 'write'])
  // @ts-expect-error no requirement at all
  requireScopes(server)
  // @ts-expect-error the options are no server
  protect({ issuer: 'https://issuer.example', audience: 'https://api.example' })
}
