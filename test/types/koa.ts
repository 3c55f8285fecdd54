import { createResourceServer } from '@scopegate/core'
import { accessToken, optionalAccessToken, protect, requireScopes, type State } from '@scopegate/koa'
import Koa, { type Context } from 'koa'

const server = createResourceServer<'query' | 'write'>({
  issuer: 'https://issuer.example',
  audience: 'https://api.example',
  routes: [{ method: 'GET', path: '/maps', scopes: 'query' }],
})

type IsAny<Type> = 0 extends 1 & Type ? true : never

/** The adapter alone leaves Koa's types as they are: what nobody declared is anything at all, in a context and its state. */
export const context: IsAny<Context['auth']> = true
export const state: IsAny<Context['state']['auth']> = true

/** What handlers may rely on. */
export function routes(): void {
  const app = new Koa<State>()
  app.use(protect(server))
  app.use(requireScopes(server, { any: ['query', 'write'] }))
  app.use((ctx) => {
    ctx.body = { clientId: accessToken(ctx).clientId, known: ctx.state.auth?.clientId }
    // @ts-expect-error public and optional routes have no token
    ctx.state.auth.clientId
    // @ts-expect-error the same, by the accessor that says so
    optionalAccessToken(ctx).clientId
  })
  // @ts-expect-error a scope that the server does not know
  requireScopes(server, 'delete')
  // @ts-expect-error a bare array does not say whether all or any are meant
  requireScopes(server, ['query', 'write'])
  // @ts-expect-error the options are no server
  protect({ issuer: 'https://issuer.example', audience: 'https://api.example' })
}
