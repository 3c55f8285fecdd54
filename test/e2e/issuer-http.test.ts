import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createTokenIssuer, multisetDialect, standardDialect, type TokenIssuer } from '@scopegate/issuer'
import { openLibsqlStore } from '@scopegate/issuer/libsql'
import { expressIssuer, issuerListener, koaIssuer } from '@scopegate/issuer/node'
import express from 'express'
import { Hono } from 'hono'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import Koa from 'koa'
import * as oauth from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

type Listener = Parameters<typeof createServer>[1]
type Mount = (issuer: TokenIssuer) => Listener

const audience = 'https://api.example'
const endpoints = [
  { path: '/oauth/token', dialect: { ...standardDialect, body: ['form', 'json'] as const } },
  { path: '/oauth/post', dialect: { ...standardDialect, credentials: standardDialect.credentials.slice(1) } },
  { path: '/v1/m2m/token', dialect: multisetDialect },
]

/** `consumed`: a body parser has read the body before the issuer is asked. */
const mounts: Record<string, { mount: Mount; consumed: boolean }> = {
  'node:http': { mount: issuerListener, consumed: false },
  Hono: {
    mount: (issuer) => {
      const app = new Hono()
      for (const path of issuer.paths) app.all(path, async (c) => await issuer.handle(c.req.raw))
      return getRequestListener(app.fetch)
    },
    consumed: false,
  },
  Express: { mount: (issuer) => express().use(expressIssuer(issuer)), consumed: false },
  'Express behind body parsers': {
    mount: (issuer) =>
      express()
        .use(express.json())
        .use(express.urlencoded({ extended: true }))
        .use(expressIssuer(issuer)),
    consumed: true,
  },
  'Express behind a raw body parser': {
    mount: (issuer) =>
      express()
        .use(express.raw({ type: () => true }))
        .use(expressIssuer(issuer)),
    consumed: true,
  },
  Koa: { mount: (issuer) => new Koa().use(koaIssuer(issuer)).callback(), consumed: false },
  'Koa behind a body parser': {
    mount: (issuer) => {
      const app = new Koa()
      app.use(async (ctx, next) => {
        const chunks: Buffer[] = []
        for await (const chunk of ctx.req) chunks.push(chunk)
        Object.assign(ctx.request, { body: parse(ctx.get('content-type'), Buffer.concat(chunks).toString()) })
        await next()
      })
      return app.use(koaIssuer(issuer)).callback()
    },
    consumed: true,
  },
}

function parse(type: string, text: string): unknown {
  return type.includes('json') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))
}

describe.each(Object.entries(mounts))('the issuer on %s', (_, { mount, consumed }) => {
  const server = createServer()
  let base: string
  let issuer: TokenIssuer
  let client: { id: string; secret: string }
  let close: () => Promise<void>

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const store = await openLibsqlStore({ file: ':memory:' })
    issuer = createTokenIssuer({ issuer: base, audience, store, endpoints })
    server.on('request', mount(issuer) as never)
    const { id: account } = await issuer.accounts.create({
      verified: true,
      origins: ['https://page.example'],
    })
    const created = await issuer.credentials.create({ account, name: 'e2e', scopes: ['query', 'write'] })
    client = { id: created.credential.clientId, secret: created.clientSecret }
    close = async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await store.close()
    }
  })
  afterAll(async () => await close())

  const verify = async (token: string): Promise<{ scope?: unknown; exp?: number; iat?: number }> => {
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', base))
    return (await jwtVerify(token, keys, { issuer: base, audience, typ: 'at+jwt', algorithms: ['ES256'] }))
      .payload
  }
  const post = async (path: string, init: RequestInit): Promise<Response> =>
    await fetch(base + path, { method: 'POST', signal: AbortSignal.timeout(5000), ...init })
  const raw = async (method: string, path: string, headers = {}): Promise<IncomingMessage> =>
    await new Promise((resolve, reject) => {
      httpRequest(base, { method, path, headers }, (response) => resolve(response.resume()))
        .on('error', reject)
        .end()
    })
  const basic = (): string => `Basic ${btoa(`${client.id}:${client.secret}`)}`

  it.each([
    ['client_secret_basic', '/oauth/token', oauth.ClientSecretBasic],
    ['client_secret_post', '/oauth/post', oauth.ClientSecretPost],
  ])('is discovered and used by openid-client with %s', async (_name, path, method) => {
    const discovered = await oauth.discovery(new URL(base), client.id, undefined, method(client.secret), {
      algorithm: 'oauth2',
      execute: [oauth.allowInsecureRequests],
    })
    const metadata = discovered.serverMetadata()
    expect(metadata).toMatchObject({
      issuer: base,
      token_endpoint: `${base}/oauth/token`,
      jwks_uri: `${base}/.well-known/jwks.json`,
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    })
    const config = new oauth.Configuration(
      { issuer: base, token_endpoint: base + path },
      client.id,
      undefined,
      method(client.secret),
    )
    oauth.allowInsecureRequests(config)
    const tokens = await oauth.clientCredentialsGrant(config, { scope: 'query' })
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'query' })
    expect(await verify(tokens.access_token)).toMatchObject({ scope: 'query', client_id: client.id })
    await expect(oauth.clientCredentialsGrant(config, { scope: 'delete' })).rejects.toMatchObject({
      error: 'invalid_scope',
    })
  })

  it('runs the browser sample as it is written', async () => {
    const { id: clientId, secret: clientSecret } = client
    const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`
    const response = await post('/v1/m2m/token', {
      headers: {
        Authorization: authorization,
        'Content-Type': 'application/json',
        Origin: 'https://page.example',
      },
      body: JSON.stringify({ clientId, clientSecret }),
    })
    expect(response.headers.get('access-control-allow-origin')).toBe('https://page.example')
    const { token, expiresOn, error } = (await response.json()) as Record<string, string>
    expect(error).toBeUndefined()
    const { iat = 0, exp = 0 } = await verify(token ?? '')
    expect(exp - iat).toBe(1800)
    expect(expiresOn).toBe(new Date(exp * 1000).toISOString())
  })

  it('answers the preflight of that page', async () => {
    const response = await post('/v1/m2m/token', {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://page.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toBe('Authorization, Content-Type')
    expect(response.headers.get('content-type')).toBeNull()
    expect(await response.text()).toBe('')
  })

  it('takes a JSON body where the dialect does', async () => {
    const response = await post('/oauth/token', {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: client.id,
        client_secret: client.secret,
      }),
    })
    expect(response.status).toBe(200)
  })

  it('refuses JSON so deep that nobody could write it again', async () => {
    const response = await post('/oauth/token', {
      headers: { Authorization: basic(), 'Content-Type': 'application/json' },
      body: `{"a":${'['.repeat(8000)}${']'.repeat(8000)}}`,
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  it('refuses a parameter that is given twice', async () => {
    const response = await post('/oauth/token', {
      headers: { Authorization: basic(), 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&scope=query&scope=write',
    })
    // A parser that keeps the last of two has hidden the fault from us.
    expect(response.status).toBe(_ === 'Koa behind a body parser' ? 200 : 400)
  })

  it('refuses a request with two Authorization lines', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = ['Host', 'x', 'Authorization', basic(), 'Authorization', basic(), 'Content-Length', '0']
      const sent = httpRequest(`${base}/v1/m2m/token`, { method: 'POST', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      sent.on('error', reject).end()
    })
    expect(status).toBe(400)
  })

  // Behind a body parser the limit is the parser's.
  if (!consumed) {
    it('answers the next request of a connection behind a body that it had no use for', async () => {
      const { port } = server.address() as AddressInfo
      const head = (length: number): string =>
        `POST /v1/m2m/token HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic()}\r\nContent-Length: ${length}\r\n`
      const socket = connect(port, '127.0.0.1')
      socket.write(`${head(200_000)}\r\n${'x'.repeat(200_000)}${head(0)}Connection: close\r\n\r\n`)
      let answers = ''
      for await (const chunk of socket) answers += chunk
      expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200'])
    })

    it('answers a body that is too large without reading it to its end', async () => {
      const sent = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) })
      const outcome = await post('/oauth/token', {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: sent,
        duplex: 'half',
      } as RequestInit).then(
        ({ status }) => status,
        (error: Error) => error.name,
      )
      // A client that goes on sending may see the connection end before it reads the answer.
      expect([413, 'TypeError']).toContain(outcome)
      const announced = await post('/oauth/token', {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'a'.repeat(20_000),
      })
      expect(announced.status).toBe(413)
      expect(await announced.json()).toMatchObject({ error: 'invalid_request' })
    })
  }

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('answers %s at the token endpoint with 405', async (method) => {
    const response = await post('/oauth/token', { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST, OPTIONS')
  })

  // Of Hono's adapter it depends what it hands on.
  if (_ !== 'Hono') {
    it.each([
      ['/oauth/token', 'POST, OPTIONS'],
      ['/.well-known/jwks.json', 'GET, HEAD'],
      ['/.well-known/oauth-authorization-server', 'GET, HEAD'],
    ])('answers TRACE at %s with 405 and the methods there are', async (path, allow) => {
      const { statusCode, headers } = await raw('TRACE', path)
      expect([statusCode, headers.allow]).toEqual([405, allow])
    })

    it.each(['http://issuer.example', 'HTTPS://issuer.example:8443'])(
      'takes the path of a request-target in absolute form, as of %s',
      async (origin) => {
        const headers = { authorization: basic(), 'content-length': '0' }
        expect((await raw('POST', `${origin}/v1/m2m/token?ignored`, headers)).statusCode).toBe(200)
        expect((await raw('GET', `${origin}/.well-known/jwks.json`)).statusCode).toBe(200)
        for (const path of ['', '?/oauth/token', '//oauth/token', '/x/http://y/oauth/token'])
          expect((await raw('GET', origin + path)).statusCode).toBe(404)
      },
    )
  }

  it('lets verifiers and proxies cache key set and metadata, and nobody a token', async () => {
    for (const path of ['/.well-known/jwks.json', '/.well-known/oauth-authorization-server']) {
      const response = await fetch(base + path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(response.headers.get('cache-control')).toBe('public, max-age=300')
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      const head = await fetch(base + path, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
      expect((await post(path, {})).status).toBe(405)
    }
    const token = await post('/v1/m2m/token', { headers: { Authorization: basic() } })
    expect(token.headers.get('cache-control')).toBe('no-store')
    expect(token.headers.get('pragma')).toBe('no-cache')
  })

  it('leaves other paths to the application', async () => {
    for (const path of ['/', '/oauth/token/', '/OAuth/token', '/oauth//token']) {
      expect((await post(path, {})).status).toBe(404)
    }
  })
})
