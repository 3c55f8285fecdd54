import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { protect } from '@scopegate/hono'
import { Hono, type MiddlewareHandler } from 'hono'
import { jwk } from 'hono/jwk'
import { AUDIENCE, ISSUER } from '../token-set.ts'
import {
  createCachedVerifier,
  createGate,
  createGateWithOrigins,
  hasScope,
  type ServerInput,
} from './server-input.ts'

const scopeQuery: MiddlewareHandler = async (c, next) => {
  if (!hasScope(c.get('jwtPayload'), 'query')) return c.body(null, 403)
  await next()
  return undefined
}

/** The least a hand-made gate does: one verifier with a cache, one scope. */
function handMade(input: ServerInput): MiddlewareHandler {
  const verify = createCachedVerifier(input)
  return async (c, next) => {
    const authorization = c.req.header('authorization')
    if (authorization?.startsWith('Bearer ') !== true) return c.body(null, 401)
    const claims = verify(authorization.slice(7))
    if (!hasScope(claims, 'query')) return c.body(null, 403)
    c.set('jwtPayload', claims)
    await next()
    return undefined
  }
}

const GATES: Readonly<Record<string, (input: ServerInput) => MiddlewareHandler[]>> = {
  bare: () => [],
  'a middleware that only goes on': () => [async (_c, next) => await next()],
  scopegate: (input) => [protect(createGate(input))],
  'scopegate with origins': (input) => [protect(createGateWithOrigins(input))],
  'hono/jwk': ({ tokens }) => [
    jwk({
      keys: [tokens.jwk as never],
      alg: ['ES256'],
      verification: { iss: ISSUER, aud: AUDIENCE, typ: 'at+jwt' },
    }),
    scopeQuery,
  ],
  'fast-jwt cached, by hand': (input) => [handMade(input)],
}

/** The API on Hono behind a contestant. */
export function start(contestant: string, input: ServerInput): Server {
  const app = new Hono()
  for (const middleware of (GATES[contestant] as (typeof GATES)[string])(input)) app.use(middleware)
  app.get('/maps/:mapCode', (c) => c.json({ mapCode: c.req.param('mapCode') }))
  return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
}
