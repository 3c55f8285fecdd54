import type { AccessToken } from '@scopegate/core'
import type { Context } from 'hono'

/** What the gate leaves in `c.var`, for `new Hono<{ Variables: Variables }>()`. */
export type Variables = { auth: AccessToken | undefined }

/**
 * The token that the gate verified and left in `c.var.auth`. It asks nothing of it: that is the gate's part.
 * @throws Error where no gate ran before the handler, or where it let the request through without a token
 * @example app.get('/maps', (c) => c.json({ client: accessToken(c).clientId }))
 */
export function accessToken(c: Context): AccessToken {
  const token = optionalAccessToken(c)
  if (token !== undefined) return token
  throw new Error('this request passed without an access token; use optionalAccessToken() on this route')
}

/**
 * {@link accessToken} for public and optional routes: `undefined` where the request came without a token.
 * @throws Error where no gate ran before the handler
 */
export function optionalAccessToken(c: Context): AccessToken | undefined {
  if ('auth' in c.var) return c.var.auth as Variables['auth']
  throw new Error('no gate ran for this request; mount protect(server) or requireScopes(...) before it')
}
