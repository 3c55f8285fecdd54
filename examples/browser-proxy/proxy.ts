import { getRequestListener } from '@hono/node-server'
import { createTokenManager, type TokenEndpointDialect, type TokenManager } from '@scopegate/client'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { VendorCredential } from './vendor.ts'

/** What the proxy is made of. */
export interface ProxyOptions {
  readonly tokenEndpoint: string
  /** The secret ends here. */
  readonly credential: VendorCredential
  /** What pages may do, whatever the credential may. Default: all that the credential may. */
  readonly scope?: string
  /** How the token endpoint is spoken to. Default: as any OAuth client does. */
  readonly dialect?: TokenEndpointDialect
  /** The one origin whose pages get tokens, as browsers send it. */
  readonly origin: string
  readonly now?: () => number
}

/** Where a page asks, by POST and with nothing in its body. */
export const PROXY_PATH = '/token'

/** Hands short-lived tokens with few scopes to the pages of one origin, as `{ token, expiresOn }`. */
export function createProxy({ origin, ...options }: ProxyOptions): ReturnType<typeof getRequestListener> {
  const tokens = createTokens(options)
  const app = new Hono()
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store')
    await next()
  })
  app.use(cors({ origin, allowMethods: ['POST'], allowHeaders: [], maxAge: 600 }))
  app.post(PROXY_PATH, async (c) => {
    if (c.req.header('origin') !== origin) return c.json({ error: 'The origin is not allowed' }, 403)
    try {
      const token = await tokens.token()
      return c.json({ token, expiresOn: expiryOf(token) })
    } catch {
      return c.json({ error: 'Try again later' }, 503, { 'Retry-After': '5' })
    }
  })
  return getRequestListener(app.fetch)
}

/** One token for all pages; the first that asks in the second half of its life has the next one fetched. */
function createTokens({ credential, ...options }: Omit<ProxyOptions, 'origin'>): TokenManager {
  return createTokenManager({ ...options, credentials: credential, refreshAhead: 0.5, attempts: 1 })
}

/** Read from the token, which comes from the vendor's own endpoint. */
function expiryOf(token: string): string {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  const { exp } = JSON.parse(payload) as { readonly exp: number }
  return new Date(exp * 1000).toISOString()
}
