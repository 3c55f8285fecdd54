import type { Server } from 'node:http'
import { protect } from '@scopegate/express'
import express, { type RequestHandler } from 'express'
import { expressjwt, type Request as JwtRequest } from 'express-jwt'
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer'
import { AUDIENCE, ISSUER } from '../token-set.ts'
import { createGate, createGateWithOrigins, hasScope, type ServerInput } from './server-input.ts'

const scopeQuery: RequestHandler = (req, res, next) => {
  if (hasScope((req as JwtRequest).auth, 'query')) next()
  else res.sendStatus(403)
}

const GATES: Readonly<Record<string, (input: ServerInput) => RequestHandler[]>> = {
  bare: () => [],
  'a middleware that only goes on': () => [(_req, _res, next) => next()],
  scopegate: (input) => [protect(createGate(input))],
  'scopegate with origins': (input) => [protect(createGateWithOrigins(input))],
  'express-oauth2-jwt-bearer': ({ jwksUri, tokens }) => [
    auth({ issuer: ISSUER, audience: AUDIENCE, jwksUri, tokenSigningAlg: tokens.algorithm }),
    requiredScopes('query'),
  ],
  'express-jwt': ({ tokens }) => [
    expressjwt({ secret: tokens.key, algorithms: ['ES256'], issuer: ISSUER, audience: AUDIENCE }),
    scopeQuery,
  ],
}

/** The API on Express behind a contestant. */
export function start(contestant: string, input: ServerInput): Server {
  const app = express()
  app.disable('x-powered-by')
  for (const handler of (GATES[contestant] as (typeof GATES)[string])(input)) app.use(handler)
  app.get('/maps/:mapCode', (req, res) => void res.json({ mapCode: req.params.mapCode }))
  return app.listen(0, '127.0.0.1')
}
