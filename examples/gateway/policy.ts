import { createResourceServer, type ResourceServer, type RouteRule } from '@scopegate/core'

/** The `aud` of the tokens: the API that is seen from outside. */
export const AUDIENCE = 'https://api.example'

/** What each route asks. The upstream has these handlers and asks nothing; what it has besides cannot be reached. */
export const ROUTES: readonly RouteRule[] = [
  { method: 'GET', path: '/health', access: 'public' },
  { method: 'GET', path: '/reports', scopes: 'reports.read' },
  { method: 'GET', path: '/reports/:reportId', scopes: 'reports.read' },
  { method: 'POST', path: '/reports', scopes: 'reports.write' },
  { method: '*', path: '/admin/*', scopes: 'admin' },
]

/** The gate before the upstream. */
export function createGatewayServer(issuer: string, now: () => number): ResourceServer {
  return createResourceServer({ issuer, audience: AUDIENCE, routes: ROUTES, now })
}
