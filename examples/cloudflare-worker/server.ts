import { createResourceServer, type ResourceServer } from '@scopegate/core'
import type { Bindings } from './bindings.ts'

/** The gate of this API, once per isolate: `protect` keeps it with the environment it was made of. */
export function createServer(env: Bindings): ResourceServer {
  return createResourceServer({
    issuer: env.ISSUER,
    audience: env.AUDIENCE,
    ...keysOf(env),
    routes: [
      { method: 'GET', path: '/health', access: 'public' },
      { method: 'GET', path: '/v1/vps/map/:mapCode', scopes: 'query' },
    ],
  })
}

function keysOf({ TOKEN_SECRET, JWKS, JWKS_URL }: Bindings) {
  if (TOKEN_SECRET !== undefined) return { secret: TOKEN_SECRET }
  if (JWKS !== undefined) return { keys: JWKS }
  return JWKS_URL === undefined ? {} : { jwksUri: JWKS_URL }
}
