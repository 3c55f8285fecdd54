import { createResourceServer } from '@scopegate/core'
import { accessToken, optionalAccessToken, protect, requireScopes, type Variables } from '@scopegate/hono'
import { type ContextVariableMap, Hono } from 'hono'

const server = createResourceServer<'query' | 'write'>({
  issuer: 'https://issuer.example',
  audience: 'https://api.example',
  routes: [{ method: 'GET', path: '/maps', scopes: 'query' }],
})

/** The adapter alone leaves Hono's types as they are. */
export const untouched: 'auth' extends keyof ContextVariableMap ? never : true = true

/** What handlers may rely on. */
export function routes(): void {
  const app = new Hono<{ Variables: Variables }>()
  app.use(protect(server))
  app.get('/maps', requireScopes(server, { all: ['query', 'write'] }), (c) => c.json(accessToken(c)))
  app.get('/open', (c) => {
    // @ts-expect-error public and optional routes have no token
    c.var.auth.clientId
    // @ts-expect-error the same, by the accessor that says so
    return c.json(optionalAccessToken(c).clientId)
  })
  // @ts-expect-error a scope that the server does not know
  requireScopes(server, 'delete')
  // @ts-expect-error a bare array does not say whether all or any are meant
  requireScopes(server, ['query', 'write'])
  // @ts-expect-error the options are no server
  protect({ issuer: 'https://issuer.example', audience: 'https://api.example' })
}
