import type { AccessToken } from '@scopegate/core'

/** What the gate leaves in `ctx.state`: the token, if there is one. For `new Koa<State>()` and `new Router<State>()`. */
export interface State {
  auth?: AccessToken | undefined
}

/**
 * The token that the gate verified, as it left it in `ctx.state.auth`. It asks nothing of the token: that is the gate's part.
 * @throws Error where no gate ran before the handler, or where it let the request through without a token
 * @example router.get('/maps', (ctx) => { ctx.body = { client: accessToken(ctx).clientId } })
 */
export function accessToken(ctx: { readonly state: object }): AccessToken {
  const token = optionalAccessToken(ctx)
  if (token !== undefined) return token
  throw new Error('this request passed without an access token; use optionalAccessToken() on this route')
}

/**
 * {@link accessToken} for public and optional routes: `undefined` where the request came without a token.
 * @throws Error where no gate ran before the handler
 * @example router.get('/news', (ctx) => { ctx.body = { known: optionalAccessToken(ctx) !== undefined } })
 */
export function optionalAccessToken({ state }: { readonly state: object }): AccessToken | undefined {
  if ('auth' in state) return state.auth as State['auth']
  throw new Error('no gate ran for this request; mount protect(server) or requireScopes(...) before it')
}
