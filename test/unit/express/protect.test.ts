import { createRequire } from 'node:module'
import { ConfigurationError, createResourceServer, type ResourceServer } from '@scopegate/core'
import { accessToken, optionalAccessToken, protect, requireScopes } from '@scopegate/express'
import express5, { type Express } from 'express'
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

const express4 = createRequire(import.meta.url)('express4') as typeof express5

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('the gate on %s', (_version, express) => {
  let gate: GateScenario
  let good: string
  const open: (() => Promise<void>)[] = []
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)

  const serve = async (build: (app: Express) => void): Promise<string> => {
    const app = express()
    app.set('env', 'test')
    build(app)
    const { url, close } = await listen(app)
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
        app.use((req, res) => answerWithForeignHeaders(res, req.url.split('?')[1]))
      })
      await expectOwnedHeaders(url, good, origin)
    },
  )

  it('denies without a body for HEAD', async () => {
    const url = await serve((app) => app.use(protect(gate.server)))
    const reply = await send(url, { method: 'HEAD', target: '/api/x' })
    expect(reply).toMatchObject({ status: 401, body: '' })
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
    const url = await serve((app) => {
      app.use(protect(gate.server))
      app.get('/api/me', (req, res) => void res.json(accessToken(req).clientId))
    })
    const token = await gate.bearer('query', { clientId: 'robot' })
    for (const _ of ['cold', 'warm']) {
      expect(await get(url, '/api/me', { Authorization: token })).toMatchObject({
        status: 200,
        body: '"robot"',
      })
    }
  })

  it.each(['/api', '/API'])('judges the whole path when mounted under %s', async (prefix) => {
    const url = await serve((app) => {
      const router = express.Router()
      router.use(protect(gate.server))
      router.get('/x', (req, res) => void res.json(optionalAccessToken(req) !== undefined))
      app.use(prefix, router)
    })
    expect((await get(url, '/api/x')).status).toBe(401)
    expect(await get(url, '/api/x', { Authorization: good })).toMatchObject({ status: 200, body: 'true' })
  })

  it('leaves nothing of what an earlier middleware put into req.auth', async () => {
    const url = await serve((app) => {
      app.use((req, _res, next) => {
        Object.assign(req, { auth: { clientId: 'forged' } })
        next()
      })
      app.use(protect(gate.server))
      app.get('/open', (req, res) => void res.json({ token: optionalAccessToken(req) ?? null }))
    })
    expect((await get(url, '/open')).body).toBe('{"token":null}')
  })

  it('says what is missing where no gate ran, and where it let the request through without a token', async () => {
    const url = await serve((app) => {
      app.get('/bare', (req, res) => void res.json(accessToken(req)))
      app.use(protect(gate.server))
      app.get('/news', (req, res) => void res.json(accessToken(req)))
      app.use(((error, _req, res, _next) => {
        res.status(500).send(error.message)
      }) as express5.ErrorRequestHandler)
    })
    expect((await get(url, '/bare')).body).toContain('no gate ran')
    expect((await get(url, '/news')).body).toContain('use optionalAccessToken()')
  })

  it('lets both judge where a route has a requirement of its own', async () => {
    const url = await serve((app) => {
      app.use(protect(gate.server))
      app.get('/api/x', requireScopes(gate.server, 'write'), (_req, res) => void res.json('ran'))
    })
    const withOrigin = { Origin: appOrigin, Authorization: good }
    expect(await get(url, '/api/x', withOrigin)).toMatchObject({ status: 403 })
    const both = await gate.bearer('query write')
    const reply = await get(url, '/api/x', { ...withOrigin, Authorization: both })
    expect(reply).toMatchObject({ status: 200, body: '"ran"', headers: { vary: 'Origin' } })
  })

  it('drops CORS headers that others set, and adds to their Vary', async () => {
    const url = await serve((app) => {
      app.use((_req, res, next) => {
        res.set({ 'Access-Control-Allow-Origin': '*', Vary: 'Accept', 'X-Kept': 'yes' })
        next()
      })
      app.use(protect(gate.server))
    })
    const { headers } = await get(url, '/api/x', { Origin: 'https://evil.example', Authorization: good })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(headers).toMatchObject({ vary: 'Accept, Origin', 'x-kept': 'yes' })
  })

  it.each([
    ['throws', () => void thrower()],
    ['passes an error on', (_req: unknown, _res: unknown, next: express5.NextFunction) => next(teapot())],
  ])('lets Express answer when a handler %s, CORS headers kept', async (_how, handler) => {
    const url = await serve((app) => app.use(protect(gate.server)).get('/api/x', handler))
    const reply = await get(url, '/api/x', { Origin: appOrigin, Authorization: good })
    expect(reply.status).toBe(418)
    expect(reply.headers).toMatchObject({ 'access-control-allow-origin': appOrigin, 'x-brought': 'yes' })
  })

  it('goes on in the same turn where nothing has to be waited for', async () => {
    const turns: boolean[] = []
    const { url, close } = await listen((req, res) => {
      let returned = false
      const next = (): void => {
        turns.push(returned)
        res.end()
      }
      protect(gate.server)(Object.assign(req, { originalUrl: '/api/x', method: 'GET' }), res, next)
      returned = true
    })
    open.push(close)
    const cold = await gate.bearer('query')
    await get(url, '/api/x', { Authorization: cold })
    await get(url, '/api/x', { Authorization: cold })
    expect(turns).toEqual([true, false])
  })

  it('hands what `next` throws to `next`, as Express does for a synchronous middleware', async () => {
    const errors: unknown[] = []
    const { url, close } = await listen((req, res) => {
      const next = (error?: unknown): void => {
        errors.push(error)
        if (error === undefined) throw new Error('from downstream')
        res.end('answered')
      }
      protect(gate.server)(Object.assign(req, { method: 'GET', originalUrl: '/api/x' }), res, next)
    })
    open.push(close)
    const cold = await gate.bearer('query')
    for (const _ of ['cold', 'warm'])
      expect((await get(url, '/api/x', { Authorization: cold })).body).toBe('answered')
    const [error] = errors.splice(1, 1)
    expect(error).toEqual(new Error('from downstream'))
    expect(errors).toEqual([undefined, undefined, error])
  })

  it.each([
    ['cold', 'query'],
    ['warm', 'query'],
    ['denied', 'none'],
  ])('ends the connection where an answer was begun (%s)', async (how, scope) => {
    const handler = vi.fn()
    const token = how === 'warm' ? good : await gate.bearer(scope)
    const url = await serve((app) => {
      app.use((_req, res, next) => {
        res.flushHeaders()
        res.write('partial')
        next()
      })
      app.use(protect(gate.server)).use(handler)
      app.use(((_error, _req, _res, _next) => handler()) as express5.ErrorRequestHandler)
    })
    const reply = await get(url, '/api/x', { Authorization: token }).catch(() => undefined)
    expect(reply?.body).not.toContain('error')
    expect(handler).not.toHaveBeenCalled()
  })

  it('runs nothing where the connection cannot even be ended', async () => {
    const handler = vi.fn()
    const url = await serve((app) => {
      app.use((_req, res, next) => {
        const { destroy } = res
        res.destroy = () => {
          Reflect.apply(destroy, res, [])
          throw new Error('destroyed')
        }
        res.write('partial')
        next()
      })
      app.use(protect(gate.server)).use(handler)
      app.use(((_error, _req, _res, next) => next()) as express5.ErrorRequestHandler).use(handler)
    })
    for (const authorization of [await gate.bearer('query'), good, '']) {
      await get(url, '/api/x', { Authorization: authorization }).catch(() => undefined)
    }
    expect(handler).not.toHaveBeenCalled()
  })

  it('never calls an error handler to deny', async () => {
    const called = vi.fn()
    const permissive: express5.ErrorRequestHandler = (error, _req, res, _next) => {
      called(error)
      res.send('resumed')
    }
    const url = await serve((app) => app.use(protect(gate.server)).use(permissive))
    expect((await get(url, '/api/x')).status).toBe(401)
    expect(called).not.toHaveBeenCalled()
  })

  it.each([
    ['rejects', { authorizeNow: () => undefined, authorize: async () => thrower() }],
    ['throws', { authorizeNow: () => undefined, authorize: thrower }],
    ['throws at once', { authorizeNow: thrower }],
    ['decides nothing', { authorizeNow: () => undefined, authorize: async () => undefined }],
    ['decides nothing at once', { authorizeNow: () => null }],
    ['says no more than yes', { authorizeNow: () => ({ allowed: true }) }],
    [
      'is not sure',
      { authorizeNow: () => ({ allowed: 'true', headers: { remove: [], set: [], append: [] } }) },
    ],
  ])('denies where the authorizer itself %s', async (_how, authorizer) => {
    const server = { protecting: () => authorizer }
    const handler = vi.fn()
    const url = await serve((app) => {
      app.use(protect(server as unknown as ResourceServer)).use(handler)
      app.use(((_error, _req, _res, _next) => handler()) as express5.ErrorRequestHandler)
    })
    await expect(get(url, '/api/x')).rejects.toThrow('without an answer')
    expect(handler).not.toHaveBeenCalled()
  })
})

describe('the types of the gate', () => {
  it('leave path parameters to the route, and scopes to who names them', () => {
    const keys = { issuer: 'https://issuer.example', audience: 'https://api.example' }
    const routes = [{ method: 'GET', path: '/maps/:code', scopes: 'query' }] as const
    const named = createResourceServer<'query' | 'write'>({ ...keys, routes })
    express5().get('/maps/:code', requireScopes(named, 'write'), (req) => req.params.code.length)
    // @ts-expect-error a scope that the server does not know
    requireScopes(named, 'wirte')
    requireScopes(createResourceServer({ ...keys, routes }), 'write')
  })
})

describe('mounting the gate', () => {
  it('throws at set-up what the server throws', () => {
    const server = createResourceServer({ issuer: 'https://issuer.example', audience: 'a' })
    expect(() => protect(server)).toThrow(ConfigurationError)
    expect(() => requireScopes(server, '')).toThrow(ConfigurationError)
  })
})

function teapot(): Error {
  return Object.assign(new Error('teapot'), { status: 418, headers: { 'X-Brought': 'yes' } })
}

function thrower(): never {
  throw teapot()
}
