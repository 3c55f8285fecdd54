import {
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
  type RouteRule,
} from '@scopegate/core'
import { createTestIssuer, type FakeClock, type TestIssuer } from '@scopegate/core/testing'

export const ORIGIN = 'https://app.example'

/** The table under test: every form a rule can have, and the overlaps that routers disagree on. */
export const RULES: readonly RouteRule[] = [
  { method: 'GET', path: '/health', access: 'public' },
  { method: 'GET', path: '/v1/vps/map', scopes: 'query' },
  { method: 'GET', path: '/v1/vps/map/:mapCode', scopes: 'query' },
  { method: 'GET', path: '/v1/vps/map/summary', scopes: 'write' },
  { method: 'POST', path: '/v1/vps/map', scopes: { all: ['write'] } },
  { method: 'POST', path: '/v1/vps/map/query-form', scopes: 'query' },
  { method: 'DELETE', path: '/v1/vps/map/:mapId', scopes: 'delete' },
  { method: 'GET', path: '/admin', scopes: 'admin' },
  { method: 'GET', path: '/admin/users', scopes: 'admin' },
  { method: 'GET', path: '/public/:x', access: 'public' },
  { method: 'GET', path: '/files/*', scopes: 'read' },
  { method: 'GET', path: '/both', scopes: 'a b' },
  { method: 'GET', path: '/all', scopes: { all: ['a', 'b'] } },
  { method: 'GET', path: '/any', scopes: { any: ['a', 'b'] } },
  { method: 'GET', path: '/any-of', scopes: { anyOf: [['a', 'b'], ['c']] } },
  { method: 'GET', path: '/authenticated', access: 'authenticated' },
  { method: 'GET', path: '/optional', access: 'optional' },
  { method: 'GET', path: '/optional-scoped', access: 'optional', scopes: 'a' },
  { method: 'GET', path: '/rooms/:roomId', access: 'authenticated', match: { roomId: 'room_id' } },
  { method: 'GET', path: '/kinds/app', tokens: 'app' },
  { method: 'GET', path: '/kinds/either', tokens: ['app', 'management'] },
  { method: 'GET', path: '/kinds/scoped', tokens: 'app', scopes: 'a' },
  { method: 'GET', path: '/recent', access: 'authenticated', acr: ['gold'], maxAge: 300 },
  { method: 'GET', path: '/users/:id', scopes: 'users' },
  { method: 'GET', path: '/users/me', access: 'authenticated', overrides: '/users/:id' },
  { method: 'GET', path: '/opaque/:id', scopes: 'a', opaque: ['%2f', '%25', ';', '%5c'] },
  { method: '*', path: '/floor/*', scopes: 'a' },
  { method: 'GET', path: '/floor/public', access: 'public' },
]

/** Who signs the tokens of the cases; `app` and `management` are kinds of one issuer, told apart by `type`. */
export async function createIssuer(clock: FakeClock): Promise<TestIssuer> {
  return await createTestIssuer({ now: clock.now })
}

/** A cold server: nothing verified yet. */
export function createServer(
  issuer: Pick<TestIssuer, 'issuer' | 'audience' | 'jwks'>,
  clock: Pick<FakeClock, 'now'>,
  options: Partial<ResourceServerOptions> = {},
): ResourceServer {
  const profile = { issuer: issuer.issuer, audience: issuer.audience, keys: issuer.jwks }
  return createResourceServer({
    tokens: [
      { ...profile, name: 'plain', claims: { type: 'plain' } },
      { ...profile, kind: 'app', claims: { type: 'app' } },
      { ...profile, kind: 'management', claims: { type: 'management' } },
    ],
    routes: RULES,
    origins: [ORIGIN, 'https://other.example'],
    now: clock.now,
    ...options,
  } as ResourceServerOptions)
}
