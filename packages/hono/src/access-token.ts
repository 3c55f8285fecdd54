import type { AccessToken } from '@scopegate/core'
import type { Context } from 'hono'

/** What the gate leaves in `c.var`, for `new Hono<{ Variables: Variables }>()`. */
export interface Variables {
  /** The verified access token; `undefined` on a public route, and on an optional one asked without a token. */
  auth: AccessToken | undefined
}

/**
 * The verified access token of a request that passed the gate.
 *
 * @throws Error where no gate ran for this request, or where it let the request through without a token
 * @example
 * app.get('/maps', (c) => c.json({ clientId: accessToken(c).clientId }))
 */
export function accessToken(c: Pick<Context, 'var'>): AccessToken {
  const token = optionalAccessToken(c)
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
export function optionalAccessToken(c: Pick<Context, 'var'>): AccessToken | undefined {
  if ('auth' in c.var) return c.var.auth as AccessToken | undefined
  throw new Error(
    'no gate ran for this request; mount protect(server) or requireScopes(server, ...) before this route',
  )
}
