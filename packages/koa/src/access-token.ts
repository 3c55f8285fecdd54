import type { AccessToken } from '@scopegate/core'
import type { ParameterizedContext } from 'koa'

/** What the gate leaves in `ctx.state`, for `new Koa<State>()`. */
export interface State {
  /** The verified access token; `undefined` on a public route, and on an optional one asked without a token. */
  auth?: AccessToken | undefined
}

/**
 * The verified access token of a request that passed the gate.
 *
 * @throws Error where no gate ran for this request, or where it let the request through without a token
 * @example
 * router.get('/maps', (ctx) => { ctx.body = { clientId: accessToken(ctx).clientId } })
 */
export function accessToken(ctx: Pick<ParameterizedContext, 'state'>): AccessToken {
  const token = optionalAccessToken(ctx)
  if (token) return token
  throw new Error(
    'this request passed without an access token; on a public or optional route use optionalAccessToken()',
  )
}

/**
 * The verified access token, or `undefined` where the route is public, or optional and asked without a token.
 *
 * @throws Error where no gate ran for this request
 */
export function optionalAccessToken(ctx: Pick<ParameterizedContext, 'state'>): AccessToken | undefined {
  if ('auth' in ctx.state) return ctx.state.auth as AccessToken | undefined
  throw new Error(
    'no gate ran for this request; mount protect(server) or requireScopes(server, ...) before this route',
  )
}
