import { once } from 'node:events'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { ConfigurationError, createResourceServer, type ResourceServer } from '@scopegate/core'
import { accessToken, optionalAccessToken, protect, requireScopes, type Variables } from '@scopegate/hono'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { appOrigin, createGateScenario, type GateScenario, get, listen, send } from '../gate-scenario.ts'

type App = Hono<{ Variables: Variables }>

const evil = 'https://evil.example'
const corsHeaders = { 'access-control-allow-origin': appOrigin, vary: 'Origin' }
let gate: GateScenario
let good: string
const open: (() => Promise<void>)[] = []
const unhandled = vi.fn()
process.on('unhandledRejection', unhandled)

const serve = async (build: (app: App) => void): Promise<string> => {
  const app: App = new Hono()
  app.onError((error, c) =>
    'getResponse' in error ? (error as HTTPException).getResponse() : c.text('oops', 500),
  )
  build(app)
  const { url, close } = await listen(getRequestListener(app.fetch))
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

describe('the gate on Hono on Node', () => {
  it('answers a denial itself, with exactly the content type and length of its body', async () => {
    const handler = vi.fn()
    const url = await serve((app) => app.use(protect(gate.server)).all('*', handler))
    const { status, headers, body } = await get(url, '/api/x')
    expect(status).toBe(401)
    expect(headers['content-type']).toBe('application/json')
    expect(headers['content-length']).toBe(String(body.length))
    expect(JSON.parse(body).error).toBe('unauthorized')
    expect(handler).not.toHaveBeenCalled()
  })

  it('denies without a body for HEAD', async () => {
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
  })

  it('hands the token to the handler, warm and cold', async () => {
    const url = await serve((app) =>
      app
        .use(protect(gate.server))
        .get('/api/me', (c) => c.json([accessToken(c).clientId, c.var.auth?.scopes])),
    )
    const token = await gate.bearer('query', { clientId: 'robot' })
    for (const _ of ['cold', 'warm']) {
      const reply = await get(url, '/api/me', { Authorization: token })
      expect(reply).toMatchObject({ status: 200, body: '["robot",["query"]]' })
    }
  })

  it.each([
    [
      'basePath',
      (app: App) =>
        app
          .basePath('/api')
          .use(protect(gate.server))
          .get('/x', (c) => c.text('ran')),
    ],
    [
      'route',
      (app: App) =>
        app.route(
          '/api',
          new Hono().use(protect(gate.server)).get('/x', (c) => c.text('ran')),
        ),
    ],
  ])('judges the whole path when mounted with %s', async (_name, build) => {
    const url = await serve(build)
    expect((await get(url, '/api/x')).status).toBe(401)
    expect(await get(url, '/api/x', { Authorization: good })).toMatchObject({ status: 200, body: 'ran' })
  })

  it('judges the method as it was sent', async () => {
    const url = await serve((app) => app.use(protect(gate.server)))
    const { body } = await send(url, { method: 'M-SEARCH', target: '/api/x' })
    expect(JSON.parse(body).error_description).toBe('The request method is malformed')
  })

  it('leaves nothing of what an earlier middleware put into c.var.auth', async () => {
    const url = await serve((app) => {
      app.use(async (c, next) => {
        Object.assign(c, c.set('auth', { clientId: 'forged' } as never))
        await next()
      })
      app.use(protect(gate.server)).get('/open', (c) => c.json({ token: optionalAccessToken(c) ?? null }))
    })
    expect((await get(url, '/open')).body).toBe('{"token":null}')
  })

  it('says what is missing where no gate ran, and where it let the request through without a token', async () => {
    const url = await serve((app) => {
      app.onError((error, c) => c.text(error.message, 500))
      app.get('/bare', (c) => c.json(accessToken(c)))
      app.use(protect(gate.server)).get('/news', (c) => c.json(accessToken(c)))
    })
    expect((await get(url, '/bare')).body).toContain('no gate ran')
    expect((await get(url, '/news')).body).toContain('use optionalAccessToken()')
  })

  it('lets both judge where a route has a requirement of its own', async () => {
    const url = await serve((app) =>
      app.use(protect(gate.server)).get('/api/x', requireScopes(gate.server, 'write'), (c) => c.text('ran')),
    )
    const withOrigin = { Origin: appOrigin, Authorization: good }
    expect(await get(url, '/api/x', withOrigin)).toMatchObject({ status: 403 })
    const both = await gate.bearer('query write')
    const reply = await get(url, '/api/x', { ...withOrigin, Authorization: both })
    expect(reply).toMatchObject({ status: 200, body: 'ran', headers: { vary: 'Origin' } })
  })

  describe('on a denial', () => {
    const mounts: [string, (app: App) => unknown][] = [
      ['cors() before it', (app) => app.use(cors())],
      ['cors() for one origin before it', (app) => app.use(cors({ origin: evil, credentials: true }))],
      [
        'headers set before it',
        (app) =>
          app.use(async (c, next) => {
            c.header('Access-Control-Allow-Origin', '*')
            c.header('X-Kept', 'yes')
            await next()
          }),
      ],
      [
        'a response begun before it',
        (app) =>
          app.use(async (c, next) => {
            c.res = new Response('early', {
              headers: { 'Access-Control-Allow-Origin': '*', 'X-Kept': 'yes' },
            })
            await next()
          }),
      ],
    ]

    it.each(mounts)('leaves no CORS header of others: %s', async (_name, mount) => {
      const url = await serve((app) => {
        mount(app)
        app.use(protect(gate.server)).get('/api/x', (c) => c.text('ran'))
      })
      const reply = await get(url, '/api/x', { Origin: evil, Authorization: good })
      expect(JSON.parse(reply.body).error).toBe('access_denied')
      expect(reply).toMatchObject({ status: 403, headers: { 'content-type': 'application/json' } })
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
    })

    it('keeps the other headers that were set before', async () => {
      const url = await serve((app) => {
        app.use(async (c, next) => {
          c.header('X-Kept', 'yes')
          c.header('Vary', 'Accept')
          await next()
        })
        app.use(protect(gate.server))
      })
      const { headers } = await get(url, '/api/x')
      expect(headers).toMatchObject({ 'x-kept': 'yes', vary: 'Accept, Origin' })
    })

    it('names nothing twice in `Vary`', async () => {
      const url = await serve((app) => {
        app.use(async (c, next) => {
          c.header('Vary', 'origin')
          await next()
        })
        app.use(protect(gate.server))
      })
      const headers = [
        ['Origin', appOrigin],
        ['Access-Control-Request-Method', 'GET'],
      ] as const
      const reply = await send(url, { method: 'OPTIONS', target: '/api/x', headers })
      const asked = 'Access-Control-Request-Method, Access-Control-Request-Headers'
      expect(reply).toMatchObject({ status: 204, headers: { vary: `origin, ${asked}` } })
    })
  })

  describe('on an allowed request', () => {
    const upstream = async (): Promise<Response> => await fetch('data:text/plain,fetched')
    const shared = new Response(null, { status: 204 })
    const handlers: [string, number, (app: App) => unknown][] = [
      ['returns', 200, (app) => app.get('/api/x', (c) => c.json({}))],
      ['returns a fetched response', 200, (app) => app.get('/api/x', upstream)],
      ['throws', 500, (app) => app.get('/api/x', () => thrower(new Error('broken')))],
      ['throws an HTTPException', 418, (app) => app.get('/api/x', () => thrower(new HTTPException(418)))],
      [
        'throws an HTTPException with a response',
        409,
        (app) =>
          app.get('/api/x', () =>
            thrower(new HTTPException(409, { res: new Response('', { status: 409 }) })),
          ),
      ],
      ['is missing', 404, (app) => app],
      ['returns one and the same response', 204, (app) => app.get('/api/x', () => shared)],
    ]

    it.each(handlers)('keeps CORS headers where the handler %s', async (_how, status, mount) => {
      const url = await serve((app) => {
        app.use(protect(gate.server))
        mount(app)
      })
      for (const _ of [1, 2]) {
        const reply = await get(url, '/api/x', { Origin: appOrigin, Authorization: good })
        expect(reply).toMatchObject({ status, headers: corsHeaders })
      }
      const withoutOrigin = await get(url, '/api/x', { Authorization: good })
      expect(withoutOrigin.headers).not.toHaveProperty('access-control-allow-origin')
      expect(withoutOrigin.headers).toMatchObject({ vary: 'Origin' })
    })

    it('lets a handler write to the Node response itself', async () => {
      const url = await serve((app) => {
        app.use(protect(gate.server)).get('/api/x', (c) => {
          ;(c.env as { outgoing: { end: (text: string) => void } }).outgoing.end('raw')
          return RESPONSE_ALREADY_SENT
        })
      })
      expect((await get(url, '/api/x', { Authorization: good })).body).toBe('raw')
    })

    it('leaves responses alone where CORS is the application’s', async () => {
      const scenario = await createGateScenario({ origins: undefined } as never)
      const url = await serve((app) =>
        app
          .use(protect(scenario.server))
          .get('/api/x', (c) => c.text('ran', 200, { 'Access-Control-Allow-Origin': '*' })),
      )
      const { headers } = await get(url, '/api/x', { Authorization: await scenario.bearer('query') })
      expect(headers).toMatchObject({ 'access-control-allow-origin': '*' })
      expect(headers).not.toHaveProperty('vary')
    })
  })

  it('denies where the authorizer itself breaks its word', async () => {
    const broken = async () => await Promise.reject(new Error('broken'))
    const server = { protecting: () => ({ authorizeNow: () => undefined, authorize: broken }) }
    const handler = vi.fn()
    const url = await serve((app) => app.use(protect(server as unknown as ResourceServer)).all('*', handler))
    expect((await get(url, '/api/x')).status).toBe(500)
    expect(handler).not.toHaveBeenCalled()
  })

  it('judges HTTP/2 by :authority, raw path and raw headers', async () => {
    const app: App = new Hono()
    app.use(protect(gate.server)).get('/api/x', (c) => c.text('ran'))
    const server = createServer(getRequestListener(app.fetch)).listen(0, '127.0.0.1')
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
    expect(await ask({})).toMatchObject({
      ':status': 401,
      'content-type': 'application/json',
      ...corsHeaders,
    })
    expect(await ask({ authorization: good })).toMatchObject({ ':status': 200, ...corsHeaders })
    expect(await ask({ authorization: good, ':path': '/x/../api/x' })).toMatchObject({ ':status': 400 })
    expect(await ask({ authorization: good, ':authority': 'a&b=1' })).toMatchObject({ ':status': 400 })
    session.close()
    server.close()
  })
})

describe('the gate on Hono without a raw target', () => {
  const ask = async (app: App, url: string, headers: Record<string, string> = {}, ...rest: unknown[]) =>
    await app.request(url, { headers }, ...(rest as []))

  it('judges the path that follows the authority', async () => {
    const app: App = new Hono()
    app.use(protect(gate.server)).get('/api/x', (c) => c.text(accessToken(c).scopes.join()))
    const denied = await ask(app, 'http://api.example/api/x')
    expect([denied.status, denied.headers.get('content-type')]).toEqual([401, 'application/json'])
    expect(await (await ask(app, 'http://api.example/api/x', { Authorization: good })).text()).toBe('query')
    const otherHost = await ask(app, 'http://api.example/api/x', {
      Authorization: good,
      Host: 'other.example',
    })
    expect(otherHost.status).toBe(400)
  })

  it('asks for the server once per environment object', async () => {
    const serverOf = vi.fn(() => gate.server)
    const app: App = new Hono()
    app.use(protect(serverOf)).get('/api/x', (c) => c.text('ran'))
    const [one, other] = [{}, {}]
    const executionCtx = { waitUntil: () => {} } as never
    for (const env of [one, one, other, one, undefined, undefined]) {
      const headers = { Authorization: good }
      expect((await app.request('/api/x', { headers }, env, executionCtx)).status).toBe(200)
    }
    expect(serverOf).toHaveBeenCalledTimes(3)
  })

  it('asks for it once where the platform makes the environment object anew for every request', async () => {
    const serverOf = vi.fn(() => gate.server)
    const url = await serve((app) => app.use(protect(serverOf)).get('/api/x', (c) => c.text('ran')))
    for (const _ of [1, 2]) expect((await get(url, '/api/x', { Authorization: good })).status).toBe(200)
    expect(serverOf).toHaveBeenCalledTimes(1)
  })

  it('keeps background work alive where the platform can, and goes without where it cannot', async () => {
    const kept: Promise<unknown>[] = []
    const server = (work: Promise<unknown>): ResourceServer =>
      ({
        protecting: () => ({
          authorizeNow: ({ waitUntil }: { waitUntil?: (work: Promise<unknown>) => void }) => {
            waitUntil?.(work)
            return { allowed: true, headers: { remove: [], set: [], append: [] } }
          },
        }),
      }) as unknown as ResourceServer
    const work = Promise.resolve('work')
    const app: App = new Hono()
    app.use(protect(server(work))).get('/x', (c) => c.text('ran'))
    const executionCtx = { waitUntil: (promise: Promise<unknown>) => void kept.push(promise) }
    expect((await app.request('/x', {}, {}, executionCtx as never)).status).toBe(200)
    expect((await app.request('/x')).status).toBe(200)
    expect(kept).toEqual([work])
  })
})

describe('mounting the gate', () => {
  it('throws at set-up what the server throws', () => {
    const server = createResourceServer({ issuer: 'https://issuer.example', audience: 'a' })
    expect(() => protect(server)).toThrow(ConfigurationError)
    expect(() => requireScopes(server, '')).toThrow(ConfigurationError)
  })
})

function thrower(error: Error): never {
  throw error
}
