import Router from '@koa/router'
import { protect, requireScopes } from '@scopegate/koa'
import { assertRoutesCovered } from '@scopegate/koa/coverage'
import Koa3 from 'koa'
import Koa2 from 'koa2'
import { describe, expect, it } from 'vitest'
import { faultsOf, serverWith } from '../coverage-faults.ts'

const handler: Koa3.Middleware = (_ctx) => {
  throw new Error('a handler ran')
}
const parser: Koa3.Middleware = async (_ctx, _next) => {
  throw new Error('a parser ran')
}

describe.each([
  ['Koa 3', Koa3],
  ['Koa 2', Koa2],
])('assertRoutesCovered on %s', (_, KoaApp) => {
  const appWith = (routers: readonly Router[], ...rules: readonly string[]) => {
    const server = serverWith(...rules)
    const app = new KoaApp().use(protect(server))
    for (const router of routers) app.use(router.routes())
    return [app, server] as const
  }
  const faults = async (routers: Router | readonly Router[], ...rules: readonly string[]) =>
    await faultsOf(assertRoutesCovered(...appWith([routers].flat(), ...rules)))

  it('passes where every route has its rule and every rule its route, and names what it compared', async () => {
    const router = new Router().get('/users/:id', handler).head('/ping', handler).all('/any', handler)
    const coverage = await assertRoutesCovered(...appWith([router], 'GET /users/:id', 'GET /ping', '* /any'))
    expect(coverage.routes).toEqual(['GET /users/:id', 'HEAD /ping', 'all /any'])
    expect(coverage.unseen).toEqual([])
  })

  it('lists routes without a rule and rules without a route', async () => {
    const router = new Router().get('/users/:id', handler).post('/users/:id', handler)
    expect(await faults(router, 'GET /users/:id', 'GET /maps')).toEqual({
      uncovered: ["POST /users/:id: needs a rule for 'POST' that contains '/users/:x'"],
      unserved: ['routes[1] GET /maps'],
    })
  })

  it('asks for every method where the router takes every method', async () => {
    const router = new Router().all('/any', handler).use('/files', parser)
    expect((await faults(router, 'GET /any', 'GET /files/*')).uncovered).toHaveLength(2)
    expect(await faults(router, '* /any', '* /files/*')).toEqual({})
  })

  it('finds nested routers and prefixes', async () => {
    const inner = new Router().get('/:id', handler)
    const outer = new Router({ prefix: '/api' }).use('/users', inner.routes())
    const late = new Router().get('/x', handler).prefix('/late')
    expect(await faults([outer, late], 'GET /api/users/:id', 'GET /late/x')).toEqual({})
    expect((await faults([outer, late], 'GET /:a/:b')).uncovered).toHaveLength(1)
  })

  it('takes nothing but an explicit wildcard for a path outside the grammar', async () => {
    for (const path of ['/f/:a-:b', '/f{/:x}', '/f/*rest/x', /^\/f\//]) {
      const router = new Router().get(path, handler)
      expect(await faults(router, 'GET /f/:x', 'GET /f/:x/:y')).toHaveProperty('uncovered')
      expect(await faults(router, typeof path === 'string' ? 'GET /f/*' : 'GET /*')).toEqual({})
    }
  })

  it('does not take a group that goes on in the middle of a segment for one under it', async () => {
    const router = new Router().get('/f{/a}b', handler)
    expect(await faults(router, 'GET /f/*')).toHaveProperty('uncovered')
  })

  it('refuses `routerPath`, which hides the path from the gate', async () => {
    const router = new Router({ routerPath: '/secret' }).get('/secret', handler)
    expect((await faults(router, 'GET /secret')).wiring).toEqual([expect.stringContaining('routerPath')])
  })

  it('says what middleware it cannot look into, and asks a rule for one that cannot hand on', async () => {
    const [app, server] = appWith([new Router().use(parser).get('/a', handler)], 'GET /a')
    expect((await assertRoutesCovered(app.use(parser), server)).unseen).toEqual([
      expect.stringContaining('(?:'),
      expect.stringContaining("use 'parser'"),
    ])
    const [ending, its] = appWith([new Router().get('/a', handler)], 'GET /a')
    expect(await faultsOf(assertRoutesCovered(ending.use(handler), its))).toHaveProperty('uncovered')
  })

  it('lets middleware on a path be declared', async () => {
    const [app, server] = appWith([new Router().use('/a', parser).get('/a', handler)], 'GET /a')
    expect(await faultsOf(assertRoutesCovered(app, server))).toHaveProperty('uncovered')
    expect(await faultsOf(assertRoutesCovered(app, server, { middleware: [parser] }))).toEqual({})
  })

  it('compares an app that is passed in, and verifies no override it may meet', async () => {
    const inner = new KoaApp().use(new Router().get('/users/:id', handler).routes())
    const mounts = [{ path: '/admin', app: inner }]
    const router = new Router().get('/admin/users/me', handler)
    const rules = ['GET /admin/users/:id', 'GET /admin/users/me over /admin/users/:id']
    const plain = appWith([], 'GET /admin/users/:id')
    expect(await faultsOf(assertRoutesCovered(...plain, { mounts }))).toEqual({})
    const { overrides } = await faultsOf(assertRoutesCovered(...appWith([router], ...rules), { mounts }))
    expect(overrides).toEqual([expect.stringContaining('cannot be dispatched into')])
  })

  it('refuses a router that is used before the gate, and takes one with a gate of its own', async () => {
    const server = serverWith('GET /a')
    const open = new KoaApp().use(new Router().get('/a', handler).routes()).use(protect(server))
    open.use(new Router().get('/a', handler).routes())
    expect(await faultsOf(assertRoutesCovered(open, server))).toEqual({
      wiring: ['GET /a is not behind the gate'],
    })
    const own = new Router().use(protect(server)).get('/a', handler)
    const { unseen } = await assertRoutesCovered(new KoaApp().use(own.routes()), server)
    expect(unseen).toEqual([])
  })

  it('refuses a gate that every route stands before', async () => {
    const server = serverWith('GET /a')
    const late = new KoaApp().use(new Router().get('/a', handler).routes()).use(protect(server))
    expect(await faultsOf(assertRoutesCovered(late, server))).toHaveProperty('wiring')
    const inside = new Router().get('/a', handler).use(protect(server))
    const app = new KoaApp().use(inside.routes())
    expect(await faultsOf(assertRoutesCovered(app, server))).toHaveProperty('wiring')
  })

  it('takes neither the gate of another server for one, nor that of a route', async () => {
    const server = serverWith('GET /a')
    for (const gate of [protect(serverWith('GET /a')), requireScopes(server, 'any')]) {
      for (const inRouter of [true, false]) {
        const router = new Router()
        const app = new KoaApp()
        if (inRouter) router.use(gate)
        else app.use(gate)
        app.use(router.get('/a', handler).routes())
        const { unseen } = await assertRoutesCovered(app, server)
        expect(unseen).toEqual([expect.stringContaining('the gate')])
        expect(await faultsOf(assertRoutesCovered(app.use(protect(server)), server))).toHaveProperty('wiring')
      }
    }
  })

  it('refuses a gate that a prefix in another case passes by', async () => {
    const server = serverWith('GET /api/a')
    const coverage = async (options: ConstructorParameters<typeof Router>[0], nested = false) => {
      const own = new Router(options).use(protect(server)).get('/a', handler)
      const outer = nested ? new Router().use('/api', own.routes()) : own
      return await faultsOf(assertRoutesCovered(new KoaApp().use(outer.routes()), server))
    }
    const { wiring = [] } = await coverage({ prefix: '/api' })
    expect(wiring).toContainEqual(expect.stringContaining('under /api is passed by'))
    expect((await coverage({}, true)).wiring).toContainEqual(expect.stringContaining('under /api'))
    expect(await coverage({ prefix: '/api', sensitive: true })).toEqual({})
    const numbered = serverWith('GET /1/a')
    const own = new Router({ prefix: '/1' }).use(protect(numbered)).get('/a', handler)
    expect(await faultsOf(assertRoutesCovered(new KoaApp().use(own.routes()), numbered))).toEqual({})
  })

  describe('of an override', () => {
    const rules = ['GET /users/:id', 'GET /users/me over /users/:id']
    const me = (options = {}) => new Router(options).get('/users/me', handler)
    const id = (options = {}) => new Router(options).get('/users/:id', handler)

    it('sends its witness through the routers and runs no handler', async () => {
      expect(await faults([me(), id()], ...rules)).toEqual({})
      expect((await faults([id(), me()], ...rules)).overrides).toEqual([
        'routes[1] GET /users/me overrides routes[0] GET /users/:id: GET /users/me reaches GET /users/:id first',
      ])
    })

    it('sees that an exclusive router runs the last match', async () => {
      const both = new Router({ exclusive: true }).get('/users/me', handler).get('/users/:id', handler)
      expect(await faults(both, ...rules)).toHaveProperty('overrides')
      const turned = new Router({ exclusive: true }).get('/users/:id', handler).get('/users/me', handler)
      expect(await faults(turned, ...rules)).toEqual({})
    })

    it('counts middleware that only a third route would make run', async () => {
      const waiting = new Router().use('/users', parser).get('/:x/me', handler)
      const table = ['* /users/*', 'GET /users/:id over /users/*', 'GET /:x/me']
      expect(await faults([waiting, id()], ...table)).toHaveProperty('overrides')
      expect(await faults([id(), waiting], ...table)).toEqual({})
    })

    it('does not rely on middleware that runs only beside a route', async () => {
      const lonely = new Router().use('/users/me', parser)
      const table = ['* /users/me/* over /users/*', 'GET /users/*']
      expect(await faults([lonely, new Router().get('/users/*rest', handler)], ...table)).toHaveProperty(
        'overrides',
      )
    })

    it('asks every host, and is refused where a host is a regular expression', async () => {
      const there = { host: 'other.example' }
      expect(await faults([id(there), me(), id()], ...rules)).toHaveProperty('overrides')
      expect(await faults([me(there), me(), id()], ...rules)).toEqual({})
      const { overrides } = await faults([me(), id(), id({ host: /example/ })], ...rules)
      expect(overrides).toEqual([expect.stringContaining('a host given by a regular expression')])
    })

    it('leaves the routers as they were', async () => {
      const routers = [me(), id()]
      const before = routers.map(({ stack }) => stack.map((layer) => layer.stack))
      await faults(routers, ...rules)
      expect(routers.map(({ stack }) => stack.map((layer) => layer.stack))).toEqual(before)
    })
  })
})
