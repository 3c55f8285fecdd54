import type { IncomingMessage } from 'node:http'
import type { AccessToken } from '@scopegate/core'

/**
 * The token that the gate verified, as it left it in `req.auth`. It asks nothing of the token: that is the gate's part.
 * @throws Error where no gate ran before the handler, or where it let the request through without a token
 * @example app.get('/maps', (req, res) => res.json({ client: accessToken(req).clientId }))
 */
export function accessToken(req: IncomingMessage): AccessToken {
  const token = optionalAccessToken(req)
  if (token !== undefined) return token
  throw new Error('this request passed without an access token; use optionalAccessToken() on this route')
}

/**
 * {@link accessToken} for public and optional routes: `undefined` where the request came without a token.
 * @throws Error where no gate ran before the handler
 * @example app.get('/news', (req, res) => res.json({ known: optionalAccessToken(req) !== undefined }))
 */
export function optionalAccessToken(req: IncomingMessage): AccessToken | undefined {
  if ('auth' in req) return req.auth as AccessToken | undefined
  throw new Error('no gate ran for this request; mount protect(server) or requireScopes(...) before it')
}
