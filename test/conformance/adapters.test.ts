import type { RequestListener } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import koaCors from '@koa/cors'
import { Router } from '@koa/router'
import type { ResourceServer } from '@scopegate/core'
import { createFakeClock } from '@scopegate/core/testing'
import { type RawResponse, sendRaw, valuesOf } from '@scopegate/example-harness'
import * as onExpress from '@scopegate/express'
import * as onHono from '@scopegate/hono'
import * as onKoa from '@scopegate/koa'
import cors from 'cors'
import express from 'express'
import { Hono } from 'hono'
import { cors as honoCors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { holding } from './case.ts'
import { createIssuer, createServer, ORIGIN } from './policy.ts'

const clock = createFakeClock()
const issuer = await createIssuer(clock)
const EVIL = 'https://evil.example'

/** What one framework does in each of the situations below. `ran` is told of every handler. */
interface Situations {
  /** The gate and a handler for `GET /v1/vps/map`, both mounted under `/v1`. */
  mounted(server: ResourceServer, ran: () => void): RequestListener
  /** A permissive `cors()` before the gate, or behind it. */
  withCors(server: ResourceServer, ran: () => void, where: 'before' | 'after'): RequestListener
  /** A handler for `GET /v1/vps/map` that throws this. */
  throwing(server: ResourceServer, error: unknown): RequestListener
  /** `GET /v1/vps/map` guarded by `requireScopes(server, 'write')`, with the table in front or not. */
  guarded(server: ResourceServer, ran: () => void, table: boolean): RequestListener
  /** The gate behind a middleware that says these things of every answer. */
  misled(server: ResourceServer, headers: Readonly<Record<string, string>>): RequestListener
  /** Answers whether `optionalAccessToken` is there, and what `accessToken` throws, with or without a gate. */
  reading(server: ResourceServer | undefined): RequestListener
}

const express5: Situations = {
  mounted: (server, ran) => {
    const router = express.Router()
    router.use(onExpress.protect(server))
    router.get('/vps/map', (_req, res) => answerOn(res, ran))
    return express().use('/v1', router)
  },
  withCors: (server, ran, where) => {
    const app = express()
    const permissive = cors({ origin: true, credentials: true })
    if (where === 'before') app.use(permissive)
    app.use(onExpress.protect(server))
    if (where === 'after') app.use(permissive)
    app.use(express.json())
    return app.get('/v1/vps/map', (_req, res) => answerOn(res, ran))
  },
  throwing: (server, error) => {
    const app = express().use(onExpress.protect(server))
    app.get('/v1/vps/map', () => {
      throw error
    })
    return app.use(
      ((_error, _req, res, _next) => void res.status(418).end()) satisfies express.ErrorRequestHandler,
    )
  },
  misled: (server, headers) => {
    const app = express().use((_req, res, next) => {
      res.set(headers)
      next()
    })
    return app.use(onExpress.protect(server))
  },
  guarded: (server, ran, table) => {
    const app = express()
    if (table) app.use(onExpress.protect(server))
    return app.get('/v1/vps/map', onExpress.requireScopes(server, 'write'), (_req, res) => answerOn(res, ran))
  },
  reading: (server) => {
    const app = express()
    if (server) app.use(onExpress.protect(server))
    return app.use(
      (req, res) =>
        void res.json(
          readBoth(
            () => onExpress.optionalAccessToken(req),
            () => onExpress.accessToken(req),
          ),
        ),
    )
  },
}

function answerOn(res: express.Response, ran: () => void): void {
  ran()
  res.json({ ok: true })
}

const koa: Situations = {
  mounted: (server, ran) => {
    const router = new Router({ prefix: '/v1', sensitive: true })
    router.use(onKoa.protect(server))
    router.get('/vps/map', (ctx) => answerIn(ctx, ran))
    return new Koa().use(router.routes()).callback()
  },
  withCors: (server, ran, where) => {
    const app = new Koa()
    const permissive = koaCors({ credentials: true })
    if (where === 'before') app.use(permissive)
    app.use(onKoa.protect(server))
    if (where === 'after') app.use(permissive)
    app.use((ctx) => answerIn(ctx, ran))
    return app.callback()
  },
  throwing: (server, error) => {
    const app = new Koa()
    app.silent = true
    app.use(onKoa.protect(server))
    app.use(() => {
      throw error
    })
    return app.callback()
  },
  misled: (server, headers) => {
    const app = new Koa()
    app.use(async (ctx, next) => {
      ctx.set(headers)
      await next()
    })
    return app.use(onKoa.protect(server)).callback()
  },
  guarded: (server, ran, table) => {
    const router = new Router()
    router.get('/v1/vps/map', onKoa.requireScopes(server, 'write'), (ctx) => answerIn(ctx, ran))
    const app = new Koa()
    if (table) app.use(onKoa.protect(server))
    return app.use(router.routes()).callback()
  },
  reading: (server) => {
    const app = new Koa()
    if (server) app.use(onKoa.protect(server))
    app.use((ctx) => {
      ctx.body = readBoth(
        () => onKoa.optionalAccessToken(ctx),
        () => onKoa.accessToken(ctx),
      )
    })
    return app.callback()
  },
}

function answerIn(ctx: { body: unknown }, ran: () => void): void {
  ran()
  ctx.body = { ok: true }
}

const hono: Situations = {
  mounted: (server, ran) => {
    const app = new Hono().basePath('/v1')
    app.use(onHono.protect(server))
    app.get('/vps/map', (c) => {
      ran()
      return c.json({ ok: true })
    })
    return getRequestListener(app.fetch)
  },
  withCors: (server, ran, where) => {
    const app = new Hono()
    const permissive = honoCors({ origin: (origin) => origin, credentials: true })
    if (where === 'before') app.use(permissive)
    app.use(onHono.protect(server))
    if (where === 'after') app.use(permissive)
    app.get('/v1/vps/map', (c) => {
      ran()
      return c.json({ ok: true })
    })
    return getRequestListener(app.fetch)
  },
  throwing: (server, error) => {
    const app = new Hono()
    app.use(onHono.protect(server))
    app.get('/v1/vps/map', () => {
      throw error
    })
    app.onError((thrown) =>
      thrown instanceof HTTPException ? thrown.getResponse() : new Response(null, { status: 500 }),
    )
    return getRequestListener(app.fetch)
  },
  misled: (server, headers) => {
    const app = new Hono()
    app.use(async (c, next) => {
      for (const [name, value] of Object.entries(headers)) c.header(name, value)
      await next()
    })
    app.use(onHono.protect(server))
    return getRequestListener(app.fetch)
  },
  guarded: (server, ran, table) => {
    const app = new Hono()
    if (table) app.use(onHono.protect(server))
    app.get('/v1/vps/map', onHono.requireScopes(server, 'write'), (c) => {
      ran()
      return c.json({ ok: true })
    })
    return getRequestListener(app.fetch)
  },
  reading: (server) => {
    const app = new Hono()
    if (server) app.use(onHono.protect(server))
    app.use((c) =>
      Promise.resolve(
        c.json(
          readBoth(
            () => onHono.optionalAccessToken(c),
            () => onHono.accessToken(c),
          ),
        ),
      ),
    )
    return getRequestListener(app.fetch)
  },
}

function readBoth(optional: () => unknown, required: () => unknown): { optional: string; required: string } {
  const attempt = (read: () => unknown): string => {
    try {
      return read() === undefined ? 'none' : 'token'
    } catch (error) {
      return (error as Error).message
    }
  }
  return { optional: attempt(optional), required: attempt(required) }
}

/** Sends one request to a listener of its own. */
async function send(
  listener: RequestListener,
  headers: readonly (readonly [string, string])[],
  target = '/v1/vps/map',
  method = 'GET',
): Promise<RawResponse> {
  const server = createHttpServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await sendRaw((server.address() as AddressInfo).port, { method, target, headers })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const bearer = async (scope: string): Promise<readonly [string, string]> => {
  return ['Authorization', `Bearer ${await issuer.mintToken(holding(scope))}`]
}

describe.each(Object.entries({ express5, koa, hono }))('%s', (_, framework) => {
  const newServer = (): ResourceServer => createServer(issuer, clock)

  it('judges the full path where it is mounted under a prefix', async () => {
    let runs = 0
    const listener = framework.mounted(newServer(), () => runs++)
    expect((await send(listener, [])).status).toBe(401)
    expect((await send(listener, [await bearer('write')])).status).toBe(403)
    for (const target of ['/V1/vps/map', '/v1/VPS/map', '/%761/vps/map', '/v1/vps/map/']) {
      expect((await send(listener, [], target)).status, target).not.toBe(200)
    }
    expect(runs).toBe(0)
    expect((await send(listener, [await bearer('query')])).status).toBe(200)
    expect(runs).toBe(1)
  })

  it('says how long its own answer is, whatever was said before it', async () => {
    const listener = framework.misled(newServer(), { 'Content-Length': '5' })
    const denied = await send(listener, [])
    expect([denied.status, valuesOf(denied, 'content-length')]).toEqual([401, [String(denied.body.length)]])
    expect(valuesOf(await send(listener, [], '/v1/vps/map', 'HEAD'), 'content-length')).toEqual([])
    const silent = framework.misled(
      createServer(issuer, clock, { renderError: ({ status: same }) => ({ status: same, body: '' }) }),
      { 'Content-Length': '5' },
    )
    const empty = await send(silent, [])
    expect([empty.body, valuesOf(empty, 'content-length')]).toEqual(['', ['0']])
  })

  it('says nothing else of its body, whatever was said before it', async () => {
    const listener = framework.misled(newServer(), {
      'Content-Type': 'text/html',
      'Transfer-Encoding': 'chunked',
    })
    const denied = await send(listener, [])
    expect([denied.status, valuesOf(denied, 'content-type')]).toEqual([401, ['application/json']])
    expect(valuesOf(denied, 'content-length')).toEqual([String(denied.body.length)])
    expect(valuesOf(denied, 'transfer-encoding')).toEqual([])
    const asked: [string, string][] = [
      ['Origin', ORIGIN],
      ['Access-Control-Request-Method', 'GET'],
    ]
    const preflight = await send(listener, asked, '/v1/vps/map', 'OPTIONS')
    expect([preflight.status, preflight.body]).toEqual([204, ''])
    for (const name of ['content-type', 'content-length', 'transfer-encoding']) {
      expect(valuesOf(preflight, name), name).toEqual([])
    }
  })

  it.each(['before', 'after'] as const)('owns CORS with cors() %s it', async (where) => {
    let runs = 0
    const listener = framework.withCors(newServer(), () => runs++, where)
    const refused = await send(listener, [await bearer('query'), ['Origin', EVIL]])
    expect([refused.status, runs]).toEqual([403, 0])
    expect(refused.headers.filter(([name]) => name.startsWith('access-control-'))).toEqual([])
    const allowed = await send(listener, [await bearer('query'), ['Origin', ORIGIN]])
    expect([allowed.status, runs]).toEqual([200, 1])
    expect(valuesOf(allowed, 'access-control-allow-origin')).toEqual([ORIGIN])
    expect(valuesOf(allowed, 'vary').join(', ')).toMatch(/\bOrigin\b/i)
  })

  it('never lets a preflight reach a handler, nor a cors() behind it', async () => {
    let runs = 0
    const preflight = [
      ['Origin', EVIL],
      ['Access-Control-Request-Method', 'GET'],
    ] as const
    const answer = await send(
      framework.withCors(newServer(), () => runs++, 'after'),
      preflight,
      '/v1/vps/map',
      'OPTIONS',
    )
    expect([answer.status, runs]).toEqual([403, 0])
    expect(valuesOf(answer, 'access-control-allow-origin')).toEqual([])
  })

  it('keeps the CORS headers on the answer to an error', async () => {
    const answer = await send(framework.throwing(newServer(), new Error('boom')), [
      await bearer('query'),
      ['Origin', ORIGIN],
    ])
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(valuesOf(answer, 'access-control-allow-origin')).toEqual([ORIGIN])
    expect(valuesOf(answer, 'vary')).toEqual(['Origin'])
  })

  it('guards one route by the requirement written there', async () => {
    let runs = 0
    const alone = framework.guarded(newServer(), () => runs++, false)
    expect((await send(alone, [])).status).toBe(401)
    const refused = await send(alone, [await bearer('query')])
    expect(valuesOf(refused, 'www-authenticate')[0]).toMatch(/scope="write"$/)
    expect(runs).toBe(0)
    expect((await send(alone, [await bearer('write')])).status).toBe(200)
    expect(runs).toBe(1)
  })

  it('asks both the table and the guard where both are mounted', async () => {
    let runs = 0
    const both = framework.guarded(newServer(), () => runs++, true)
    expect((await send(both, [await bearer('query')])).status).toBe(403)
    expect((await send(both, [await bearer('write')])).status).toBe(403)
    expect(runs).toBe(0)
    const answer = await send(both, [await bearer('query write'), ['Origin', ORIGIN]])
    expect([answer.status, runs]).toEqual([200, 1])
    expect(valuesOf(answer, 'access-control-allow-origin')).toEqual([ORIGIN])
  })

  it('gives the token to handlers, and says what is wrong where there is none', async () => {
    const read = async (listener: RequestListener, token: boolean, target: string): Promise<unknown> =>
      JSON.parse((await send(listener, token ? [await bearer('query')] : [], target)).body)
    const listener = framework.reading(newServer())
    expect(await read(listener, true, '/v1/vps/map')).toEqual({ optional: 'token', required: 'token' })
    const without = { optional: 'none', required: expect.stringContaining('optionalAccessToken()') }
    expect(await read(listener, false, '/optional')).toEqual(without)
    expect(await read(listener, true, '/health')).toEqual(without)
    const nothing = expect.stringContaining('no gate ran')
    expect(await read(framework.reading(undefined), true, '/health')).toEqual({
      optional: nothing,
      required: nothing,
    })
  })

  it('refuses at set-up to protect without a route table', () => {
    const guardsOnly = createServer(issuer, clock, { routes: undefined, origins: undefined } as never)
    expect(guardsOnly.routes).toEqual([])
    expect(() => framework.mounted(guardsOnly, () => undefined)).toThrow(/^routes: /)
  })
})

describe('koa', () => {
  it('keeps what a thrown error brings along, and ours beside it', async () => {
    const error = Object.assign(new Error('x'), {
      status: 418,
      headers: { Vary: 'Accept', 'X-Error': 'yes' },
      expose: true,
    })
    const answer = await send(koa.throwing(createServer(issuer, clock), error), [
      await bearer('query'),
      ['Origin', ORIGIN],
    ])
    expect([answer.status, valuesOf(answer, 'x-error')]).toEqual([418, ['yes']])
    expect(valuesOf(answer, 'vary')).toEqual(['Accept, Origin'])
    expect(valuesOf(answer, 'access-control-allow-origin')).toEqual([ORIGIN])
  })

  it('lets a text be thrown, as without the gate', async () => {
    const answer = await send(koa.throwing(createServer(issuer, clock), 'text'), [await bearer('query')])
    expect(answer.status).toBe(500)
  })

  it('lets a frozen error end in an answer', async () => {
    const frozen = Object.freeze(Object.assign(new Error('x'), { status: 400, headers: {} }))
    const app = new Koa()
    app.silent = true
    app.use(async (ctx, next) => {
      await next().catch(() => {
        ctx.status = 500
      })
    })
    app.use(onKoa.protect(createServer(issuer, clock)))
    app.use(() => {
      throw frozen
    })
    expect((await send(app.callback(), [await bearer('query')])).status).toBe(500)
  })
})

describe('express', () => {
  it('never hands a denial to an error handler that goes on', async () => {
    let runs = 0
    const app = express().use(onExpress.protect(createServer(issuer, clock)))
    app.use(((_error, _req, _res, next) => next()) satisfies express.ErrorRequestHandler)
    app.use((_req, res) => answerOn(res, () => runs++))
    expect((await send(app, [])).status).toBe(401)
    expect(runs).toBe(0)
  })

  it('runs no handler where the answer was already sent', async () => {
    let runs = 0
    const app = express()
    app.use((_req, res, next) => {
      res.status(202).end('early')
      next()
    })
    app.use(onExpress.protect(createServer(issuer, clock)))
    app.use(() => {
      runs++
    })
    expect((await send(app, [await bearer('query')])).status).toBe(202)
    expect(runs).toBe(0)
  })

  it('leaves no token of an earlier middleware on the request', async () => {
    const app = express()
    app.use((req, _res, next) => {
      Object.assign(req, { auth: { clientId: 'forged' } })
      next()
    })
    app.use(onExpress.protect(createServer(issuer, clock)))
    app.use((req, res) => void res.json({ auth: (req as { auth?: unknown }).auth ?? null }))
    expect(JSON.parse((await send(app, [], '/health')).body)).toEqual({ auth: null })
  })
})
