import { createServer, type IncomingMessage, type Server } from 'node:http'
import { importJWK, type JWK, jwtVerify } from 'jose'
import { AUDIENCE, ISSUER } from '../token-set.ts'
import { createGate, hasScope, type ServerInput } from './server-input.ts'

type Judge = (request: IncomingMessage) => Promise<boolean>

function scopegate(input: ServerInput): Judge {
  const authorizer = createGate(input).protecting()
  return async ({ method = '', url: target = '', rawHeaders }) => {
    const request = { method, target, rawHeaders }
    const decision = authorizer.authorizeNow(request) ?? (await authorizer.authorize(request))
    return decision.allowed
  }
}

async function jose({ tokens }: ServerInput): Promise<Judge> {
  const key = await importJWK(tokens.jwk as JWK, tokens.algorithm)
  const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [tokens.algorithm] }
  return async ({ headers }) => {
    const { payload } = await jwtVerify(headers.authorization?.slice(7) ?? '', key, options)
    return hasScope(payload, 'query')
  }
}

const JUDGES: Readonly<Record<string, (input: ServerInput) => Judge | Promise<Judge>>> = { scopegate, jose }

/** Node's own server behind a contestant: no framework blurs what the event loop does. */
export async function start(contestant: string, input: ServerInput): Promise<Server> {
  const judge = await (JUDGES[contestant] as (typeof JUDGES)[string])(input)
  const server = createServer((request, response) => {
    judge(request).then(
      (allowed) => response.writeHead(allowed ? 200 : 403, { 'Content-Length': 0 }).end(),
      () => response.writeHead(500, { 'Content-Length': 0 }).end(),
    )
  })
  return server.listen(0, '127.0.0.1')
}
