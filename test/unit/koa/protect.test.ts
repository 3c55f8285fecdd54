import { once } from 'node:events'
import { connect, createServer } from 'node:http2'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import cors from '@koa/cors'
import { Router } from '@koa/router'
import { ConfigurationError, createResourceServer, type ResourceServer } from '@scopegate/core'
import { accessToken, optionalAccessToken, protect, requireScopes, type State } from '@scopegate/koa'
import Koa3 from 'koa'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  answerWithForeignHeaders,
  appOrigin,
  createGateScenario,
  expectOwnedHeaders,
  type GateScenario,
  get,
  listen,
  send,
} from '../gate-scenario.ts'

const Koa2 = createRequire(import.meta.url)('koa2') as typeof Koa3
type App = Koa3<State>

describe.each([
  ['Koa 3', Koa3],
  ['Koa 2', Koa2],
])('the gate on %s', (_version, Koa) => {
  let gate: GateScenario
  let good: string
  const open: (() => Promise<void>)[] = []
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)

  const serve = async (build: (app: App) => void): Promise<string> => {
    const app = new Koa<State>()
    app.silent = true
    build(app)
    const { url, close } = await listen(app.callback())
    open.push(close)
    return url
  }

  beforeAll(async () => {
    gate = await createGateScenario()
    good = await gate.bearer('query')
  })
  afterEach(async () => {
    for (const close of open.splice(0)) await close()
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('answers a denial itself, with exactly the content type and length of its body', async () => {
    const handler = vi.fn()
    const url = await serve((app) => app.use(protect(gate.server)).use(handler))
    const { status, headers, body } = await get(url, '/api/x')
    expect(status).toBe(401)
    expect(headers['content-type']).toBe('application/json')
    expect(headers['content-length']).toBe(String(body.length))
    expect(JSON.parse(body).error).toBe('unauthorized')
    expect(handler).not.toHaveBeenCalled()
  })

  it.each([undefined, appOrigin])(
    'owns what it wrote, whatever a handler sets: Origin %s',
    async (origin) => {
      const url = await serve((app) => {
        app.use(protect(gate.server))
        app.use((ctx) => {
          ctx.respond = false
          answerWithForeignHeaders(ctx.res, ctx.querystring)
        })
      })
      await expectOwnedHeaders(url, good, origin)
    },
  )

  it('denies without a body for HEAD, and claims no length', async () => {
    const url = await serve((app) => app.use(protect(gate.server)))
    const reply = await send(url, { method: 'HEAD', target: '/api/x' })
    expect(reply).toMatchObject({ status: 401, body: '' })
    expect(reply.headers).not.toHaveProperty('content-length')
  })

  it('answers a preflight with 204 and nothing else', async () => {
    const url = await serve((app) => app.use(protect(gate.server)))
    const headers = [
      ['Origin', appOrigin],
      ['Access-Control-Request-Method', 'GET'],
    ] as const
    const reply = await send(url, { method: 'OPTIONS', target: '/api/x', headers })
    expect(reply).toMatchObject({ status: 204, body: '' })
    expect(reply.headers.vary?.split(', ')).toHaveLength(3)
    expect(reply.headers).not.toHaveProperty('content-type')
    expect(reply.headers).not.toHaveProperty('content-length')
  })

  it('hands the token to the handler, warm and cold', async () => {
    const url = await serve((app) =>
      app.use(protect(gate.server)).use((ctx) => {
        ctx.body = [accessToken(ctx).clientId, ctx.state.auth?.scopes]
      }),
    )
    const token = await gate.bearer('query', { clientId: 'robot' })
    for (const _ of ['cold', 'warm']) {
      const reply = await get(url, '/api/me', { Authorization: token })
      expect(reply).toMatchObject({ status: 200, body: '["robot",["query"]]' })
    }
  })

  it('judges the whole path when mounted under a prefix', async () => {
    const url = await serve((app) => {
      const router = new Router<State>({ prefix: '/api', sensitive: true })
      router.use(protect(gate.server))
      router.get('/x', (ctx) => {
        ctx.body = 'ran'
      })
      app.use(router.routes())
    })
    expect((await get(url, '/api/x')).status).toBe(401)
    expect(await get(url, '/api/x', { Authorization: good })).toMatchObject({ status: 200, body: 'ran' })
  })

  it('leaves nothing of what an earlier middleware put into ctx.state.auth', async () => {
    const url = await serve((app) => {
      app.use(async (ctx, next) => {
        Object.assign(ctx.state, { auth: { clientId: 'forged' } })
        await next()
      })
      app.use(protect(gate.server)).use((ctx) => {
        ctx.body = { token: optionalAccessToken(ctx) ?? null }
      })
    })
    expect((await get(url, '/open')).body).toBe('{"token":null}')
  })

  it('says what is missing where no gate ran, and where it let the request through without a token', () => {
    expect(() => accessToken({ state: {} })).toThrow('no gate ran')
    expect(() => accessToken({ state: { auth: undefined } })).toThrow('use optionalAccessToken()')
    expect(optionalAccessToken({ state: { auth: undefined } })).toBeUndefined()
  })

  it('lets both judge where a route has a requirement of its own', async () => {
    const url = await serve((app) => {
      const router = new Router<State>()
      router.get('/api/x', requireScopes(gate.server, 'write'), (ctx) => {
        ctx.body = 'ran'
      })
      app.use(protect(gate.server)).use(router.routes())
    })
    const withOrigin = { Origin: appOrigin, Authorization: good }
    expect(await get(url, '/api/x', withOrigin)).toMatchObject({ status: 403 })
    const both = await gate.bearer('query write')
    const reply = await get(url, '/api/x', { ...withOrigin, Authorization: both })
    expect(reply).toMatchObject({ status: 200, body: 'ran', headers: { vary: 'Origin' } })
  })

  it('drops CORS headers that others set, adds to their Vary, and answers instead of their body', async () => {
    const url = await serve((app) => {
      app.use(async (ctx, next) => {
        ctx.set({ 'Access-Control-Allow-Origin': '*', Vary: 'Accept', 'X-Kept': 'yes' })
        ctx.body = Readable.from(['early'])
        await next()
      })
      app.use(protect(gate.server))
    })
    const reply = await get(url, '/api/x', { Origin: 'https://evil.example', Authorization: good })
    expect(JSON.parse(reply.body).error).toBe('access_denied')
    expect(reply.headers).not.toHaveProperty('access-control-allow-origin')
    expect(reply.headers).toMatchObject({ vary: 'Accept, Origin', 'x-kept': 'yes' })
  })

  describe('when a handler throws', () => {
    const corsHeaders = { 'access-control-allow-origin': appOrigin, vary: 'Origin' }
    const serveThrowing = async (thrown: unknown, seen: (error: unknown) => void = () => {}) =>
      await serve((app) => {
        app.on('error', seen)
        app.use(protect(gate.server)).use(() => {
          throw thrown
        })
      })

    it('keeps CORS headers on the answer that Koa gives, and the error as it was thrown', async () => {
      const seen = vi.fn()
      const error = Object.assign(new Error('teapot'), { status: 418, expose: true })
      const url = await serveThrowing(error, seen)
      const reply = await get(url, '/api/x', { Origin: appOrigin, Authorization: good })
      expect(reply).toMatchObject({ status: 418, body: 'teapot', headers: corsHeaders })
      expect(seen.mock.calls[0]?.[0]).toBe(error)
      expect(error).not.toHaveProperty('headers')
    })

    it('keeps them as well where something else than an error is thrown', async () => {
      const url = await serveThrowing('text')
      const reply = await get(url, '/api/x', { Origin: appOrigin, Authorization: good })
      expect(reply).toMatchObject({ status: 500, headers: corsHeaders })
    })

    it('overwrites no header that the error brought, but for what it owns', async () => {
      const headers = { 'Retry-After': '7', vary: 'Accept', 'Access-Control-Expose-Headers': 'Retry-After' }
      const url = await serveThrowing(Object.assign(new Error('busy'), { status: 429, headers }))
      const reply = await get(url, '/api/x', { Origin: appOrigin, Authorization: good })
      expect(reply.headers).toMatchObject({
        'retry-after': '7',
        vary: 'Accept, Origin',
        'access-control-allow-origin': appOrigin,
        'access-control-expose-headers': 'WWW-Authenticate, Retry-After',
      })
    })

    it('carries nothing from one request to the next on an error that is thrown again and again', async () => {
      const url = await serveThrowing(Object.assign(new Error('gone'), { status: 404 }))
      await get(url, '/api/x', { Origin: appOrigin, Authorization: good })
      const { headers } = await get(url, '/api/x', { Authorization: good })
      expect(headers).not.toHaveProperty('access-control-allow-origin')
      expect(headers).toMatchObject({ vary: 'Origin' })
    })

    it('lets a frozen error through to the middleware that catches it', async () => {
      const frozen = Object.freeze(new Error('frozen'))
      const url = await serve((app) => {
        app.use(async (ctx, next) => {
          await next().catch((error) => {
            ctx.status = 503
            ctx.body = String(error === frozen)
          })
        })
        app.use(protect(gate.server)).use(() => {
          throw frozen
        })
      })
      const reply = await get(url, '/api/x', { Origin: appOrigin, Authorization: good })
      expect(reply).toMatchObject({ status: 503, body: 'true', headers: corsHeaders })
    })
  })

  it.each([
    ['allowed', 'query'],
    ['denied', 'none'],
  ])('ends the connection where an answer was begun (%s)', async (_case, scope) => {
    const handler = vi.fn()
    const token = await gate.bearer(scope)
    const url = await serve((app) => {
      app.use(async (ctx, next) => {
        ctx.res.write('partial')
        await next()
      })
      app.use(protect(gate.server)).use(handler)
    })
    const reply = await get(url, '/api/x', { Authorization: token })
    expect(reply.body).not.toContain('error')
    expect(handler).not.toHaveBeenCalled()
  })

  it('denies where the authorizer itself breaks its word', async () => {
    const broken = async () => await Promise.reject(new Error('broken'))
    const server = { protecting: () => ({ authorizeNow: () => undefined, authorize: broken }) }
    const handler = vi.fn()
    const url = await serve((app) => app.use(protect(server as unknown as ResourceServer)).use(handler))
    await expect(get(url, '/api/x')).rejects.toThrow('without an answer')
    expect(handler).not.toHaveBeenCalled()
  })

  it('judges a denial as its own where @koa/cors is mounted before it', async () => {
    const url = await serve((app) => app.use(cors()).use(protect(gate.server)))
    const { headers } = await get(url, '/api/x', { Origin: 'https://evil.example', Authorization: good })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })
})

describe('the gate on Koa over HTTP/2', () => {
  it('denies, allows, and keeps CORS headers when a handler throws', async () => {
    const gate = await createGateScenario()
    const app = new Koa3<State>()
    app.silent = true
    app.use(protect(gate.server)).use((ctx) => ctx.throw(418))
    const server = createServer(app.callback()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const ask = async (headers: Record<string, string>) =>
      await new Promise((resolve, reject) => {
        session
          .request({ ':path': '/api/x', origin: appOrigin, ...headers })
          .on('response', resolve)
          .on('error', reject)
          .resume()
      })
    const cors = { 'access-control-allow-origin': appOrigin, vary: 'Origin' }
    expect(await ask({})).toMatchObject({ ':status': 401, 'content-type': 'application/json', ...cors })
    const authorization = await gate.bearer('query')
    expect(await ask({ authorization })).toMatchObject({ ':status': 418, ...cors })
    session.close()
    server.close()
  })
})

describe('mounting the gate', () => {
  it('throws at set-up what the server throws', () => {
    const server = createResourceServer({ issuer: 'https://issuer.example', audience: 'a' })
    expect(() => protect(server)).toThrow(ConfigurationError)
    expect(() => requireScopes(server, '')).toThrow(ConfigurationError)
  })
})
