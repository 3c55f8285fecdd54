import { createResourceServer, type ResourceServer, type RouteRule } from '@scopegate/core'

/** Who the tokens must be meant for (`aud`). */
export const AUDIENCE = 'https://api.example'

/** Whose pages may call the API from a browser. */
export const ORIGINS: readonly string[] = ['https://app.example']

/** What each route asks. `summary` lies inside `:mapCode`: both rules must allow, so it takes `query` and `write`. */
export const ROUTES: readonly RouteRule[] = [
  { method: 'GET', path: '/health', access: 'public' },
  { method: 'GET', path: '/v1/vps/map', scopes: 'query' },
  { method: 'GET', path: '/v1/vps/map/summary', scopes: 'write' },
  { method: 'GET', path: '/v1/vps/map/:mapCode', scopes: 'query' },
  { method: 'POST', path: '/v1/vps/map/query-form', scopes: 'query' },
  { method: 'POST', path: '/v1/vps/map', scopes: 'write' },
  { method: 'PUT', path: '/v1/vps/map-set/:code', scopes: 'write' },
  { method: 'DELETE', path: '/v1/vps/map/:mapId', scopes: 'delete' },
]

/** The gate of the example API. Keys are found by the issuer's discovery document when the first token comes. */
export function createExampleServer(issuer: string, now: () => number = Date.now): ResourceServer {
  return createResourceServer({ issuer, audience: AUDIENCE, routes: ROUTES, origins: ORIGINS, now })
}

/** What the environment says when an example runs by itself. */
export function fromEnvironment(): { readonly issuer: string; readonly port: number } {
  const { ISSUER, PORT = '3000' } = process.env
  if (ISSUER === undefined) throw new Error('set ISSUER to the URL of your authorization server')
  return { issuer: ISSUER, port: Number(PORT) }
}
