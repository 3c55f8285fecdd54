import { protect, requireScopes } from '@scopegate/hono'
import { assertRoutesCovered } from '@scopegate/hono/coverage'
import { type Handler, Hono, type MiddlewareHandler } from 'hono'
import { mount } from 'hono/mount'
import { LinearRouter } from 'hono/router/linear-router'
import { TrieRouter } from 'hono/router/trie-router'
import { describe, expect, it } from 'vitest'
import { faultsOf, serverWith } from '../coverage-faults.ts'

const handler: Handler = (_c) => {
  throw new Error('a handler ran')
}
const parser: MiddlewareHandler = async (_c, _next) => {
  throw new Error('a parser ran')
}

const appWith = (build: (app: Hono) => void, ...rules: readonly string[]) => {
  const server = serverWith(...rules)
  const app = new Hono()
  app.use(protect(server))
  build(app)
  return [app, server] as const
}
const faults = async (build: (app: Hono) => void, ...rules: readonly string[]) =>
  await faultsOf(assertRoutesCovered(...appWith(build, ...rules)))

describe('assertRoutesCovered on Hono', () => {
  it('passes where every route has its rule and every rule its route, and names what it compared', async () => {
    const build = (app: Hono): void => {
      app.get('/users/:id', handler).on('HEAD', '/ping', handler).all('/any', handler)
      app.get('/files/*', handler)
    }
    const rules = ['GET /users/:id', 'GET /ping', '* /any', 'GET /files/*']
    const coverage = await assertRoutesCovered(...appWith(build, ...rules))
    expect(coverage.routes).toEqual(['GET /users/:id', 'HEAD /ping', 'ALL /any', 'GET /files/*'])
    expect(coverage.unseen).toEqual([])
  })

  it('lists routes without a rule and rules without a route', async () => {
    const build = (app: Hono): void => void app.get('/users/:id', handler).post('/users/:id', handler)
    expect(await faults(build, 'GET /users/:id', 'GET /maps')).toEqual({
      uncovered: ["POST /users/:id: needs a rule for 'POST' that contains '/users/:x'"],
      unserved: ['routes[1] GET /maps'],
    })
  })

  it('asks for every method where the app takes every method', async () => {
    const build = (app: Hono): void => void app.all('/any', handler).use('/files/*', parser)
    expect((await faults(build, 'GET /any', 'GET /files/*')).uncovered).toHaveLength(2)
    expect(await faults(build, '* /any', '* /files/*')).toEqual({})
  })

  it('finds routes behind `route` and `basePath`, wrapped by an error handler or not', async () => {
    const inner = new Hono().get('/:id', handler)
    inner.onError((_, c) => c.body(null, 500))
    inner.use(parser)
    const build = (app: Hono): void => void app.basePath('/api').route('/users', inner)
    const [app, server] = appWith(build, 'GET /api/users/:id')
    expect((await assertRoutesCovered(app, server)).unseen).toEqual([expect.stringContaining("'parser'")])
    expect(await faults(build, 'GET /users/:id')).toHaveProperty('uncovered')
  })

  it('takes nothing but an explicit wildcard for a path outside the grammar', async () => {
    for (const path of ['/f/:x{.+}', '/f/:x?', '/f/:a-:b', '/f/*/x', '/f/:x{[0-9]+}']) {
      const build = (app: Hono): void => void app.get(path, handler)
      expect(await faults(build, 'GET /f/:x', 'GET /f/:x/:y')).toHaveProperty('uncovered')
      expect(await faults(build, 'GET /f/*')).toEqual({})
    }
  })

  it('refuses `getPath`, which hides the path from the gate', async () => {
    const server = serverWith('GET /a')
    const app = new Hono({ getPath: (request) => new URL(request.url).pathname }).use(protect(server))
    expect((await faultsOf(assertRoutesCovered(app.get('/a', handler), server))).wiring).toEqual([
      expect.stringContaining('getPath'),
    ])
    const loose = new Hono({ strict: false }).use(protect(server)).get('/a', handler)
    expect(await faultsOf(assertRoutesCovered(loose, server))).toEqual({})
  })

  it('takes a mounted app for one opaque handler unless it is passed in', async () => {
    const inner = new Hono().get('/users', handler)
    const build = (path: string) => (app: Hono) => void app.mount(path, inner.fetch)
    const [app, server] = appWith(build('/admin'), 'GET /admin/users')
    expect(await faultsOf(assertRoutesCovered(app, server))).toHaveProperty('uncovered')
    const mounts = [{ path: '/admin', app: inner }]
    expect((await assertRoutesCovered(app, server, { mounts })).routes).toEqual(['GET /admin/users'])
    expect(await faults(build('/admin'), '* /admin/*')).toEqual({})
    expect(await faults(build('/'), 'GET /users')).toHaveProperty('uncovered')
  })

  it('takes no middleware on the same path for the app that is passed in', async () => {
    const inner = new Hono().get('/users', handler)
    const build = (app: Hono): void => void app.use('/admin/*', parser).all('/admin/*', mount(inner.fetch))
    const [app, server] = appWith(build, '* /admin/*', 'GET /admin/users over /admin/*')
    const check = assertRoutesCovered(app, server, { mounts: [{ path: '/admin', app: inner }] })
    expect((await faultsOf(check)).overrides).toEqual([expect.stringContaining('reaches ALL /admin/* first')])
  })

  it('says what middleware it cannot look into, and asks a rule for a handler that cannot hand on', async () => {
    const [app, server] = appWith((each) => void each.use(parser).get('/a', handler), 'GET /a')
    expect((await assertRoutesCovered(app, server)).unseen).toEqual([expect.stringContaining("'parser'")])
    expect(await faults((each) => void each.all('*', handler), 'GET /a')).toHaveProperty('uncovered')
  })

  it('lets middleware on a path be declared', async () => {
    const build = (app: Hono): void => void app.use('/api/*', parser).get('/api/a', handler)
    const [app, server] = appWith(build, 'GET /api/a')
    expect(await faultsOf(assertRoutesCovered(app, server))).toHaveProperty('uncovered')
    expect(await faultsOf(assertRoutesCovered(app, server, { middleware: [parser] }))).toEqual({})
  })

  it('refuses a route before the gate, or beside the path that the gate is on', async () => {
    const server = serverWith('GET /a', 'GET /api/b')
    const app = new Hono().get('/a', handler)
    app.basePath('/api').use('*', protect(server)).get('/b', handler)
    expect(await faultsOf(assertRoutesCovered(app, server))).toEqual({
      wiring: ['GET /a is not behind the gate'],
    })
  })

  it('refuses a gate that every route stands before', async () => {
    const server = serverWith('GET /a')
    const app = new Hono().get('/a', handler).use(protect(server))
    expect(await faultsOf(assertRoutesCovered(app, server))).toHaveProperty('wiring')
  })

  it('takes neither the gate of another server for one, nor that of a route', async () => {
    const server = serverWith('GET /a')
    for (const gate of [protect(serverWith('GET /a')), requireScopes(server, 'any')]) {
      const { unseen } = await assertRoutesCovered(new Hono().use(gate).get('/a', handler), server)
      expect(unseen).toEqual([expect.stringContaining('the gate')])
      const behind = new Hono().use(gate).get('/a', handler).use(protect(server))
      expect(await faultsOf(assertRoutesCovered(behind, server))).toHaveProperty('wiring')
    }
  })

  it('takes the gate of an environment for one, whose server is not made before there is one', async () => {
    const server = serverWith('GET /a')
    const app = new Hono().use(protect(() => server)).get('/a', handler)
    expect((await assertRoutesCovered(app, server)).unseen).toEqual([expect.stringContaining('made later')])
    expect(await faultsOf(assertRoutesCovered(app.get('/b', handler), server))).toHaveProperty('uncovered')
  })

  describe('of an override', () => {
    const rules = ['GET /users/:id', 'GET /users/me over /users/:id']

    it('asks the router and runs no handler', async () => {
      const right = (app: Hono): void => void app.get('/users/me', handler).get('/users/:id', handler)
      const wrong = (app: Hono): void => void app.get('/users/:id', handler).get('/users/me', handler)
      expect(await faults(right, ...rules)).toEqual({})
      expect((await faults(wrong, ...rules)).overrides).toEqual([
        'routes[1] GET /users/me overrides routes[0] GET /users/:id: GET /users/me reaches GET /users/:id first',
      ])
    })

    it('asks whichever router the app has', async () => {
      const server = serverWith(...rules)
      const app = new Hono({ router: new TrieRouter() }).use(protect(server))
      app.get('/users/:id', handler).get('/users/me', handler)
      expect(await faultsOf(assertRoutesCovered(app, server))).toHaveProperty('overrides')
    })

    it('is refused where the router fails at it', async () => {
      const server = serverWith(...rules, 'GET /:x/*')
      const app = new Hono({ router: new LinearRouter() })
      app.get('/users/me', handler).get('/users/:id', handler).get('/:x/*', handler)
      expect((await faultsOf(assertRoutesCovered(app, server))).overrides).toEqual([
        expect.stringContaining('makes the router fail'),
      ])
    })

    it('looks into apps that are passed in', async () => {
      const inner = new Hono().get('/:id', handler).get('/me', handler)
      const [app, server] = appWith((each) => void each.mount('/users', inner.fetch), ...rules)
      const mounts = [{ path: '/users', app: inner }]
      expect(await faultsOf(assertRoutesCovered(app, server, { mounts }))).toHaveProperty('overrides')
    })

    it('is refused where something that cannot be looked into comes first', async () => {
      const inner = new Hono().get('/:id', handler)
      const build = (app: Hono): void => void app.mount('/users', inner.fetch).get('/users/me', handler)
      expect((await faults(build, ...rules, '* /users/*')).overrides).toEqual([
        expect.stringContaining('reaches ALL /users/* first'),
      ])
    })

    it('is refused where a route outside the grammar may match', async () => {
      const build = (app: Hono): void => {
        app.get('/users/me', handler).get('/users/:id', handler).get('/users/:x{.+}', handler)
      }
      expect((await faults(build, ...rules, 'GET /users/*')).overrides).toEqual([
        expect.stringContaining('outside the grammar'),
      ])
    })
  })
})
