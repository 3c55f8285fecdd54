import type { AccessToken } from '@scopegate/core'
import type { Request } from 'express'

/**
 * The verified access token of a request that passed the gate.
 *
 * @throws Error where no gate ran for this request, or where it let the request through without a token
 * @example
 * app.get('/maps', (req, res) => res.json({ clientId: accessToken(req).clientId }))
 */
export function accessToken(req: Request): AccessToken {
  const token = optionalAccessToken(req)
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
export function optionalAccessToken(req: Request): AccessToken | undefined {
  if ('auth' in req) return req.auth as AccessToken | undefined
  throw new Error(
    'no gate ran for this request; mount protect(server) or requireScopes(server, ...) before this route',
  )
}
