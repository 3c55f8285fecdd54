import { protect, requireScopes } from '@scopegate/express'
import { assertRoutesCovered } from '@scopegate/express/coverage'
import express5, { type Express, type RequestHandler } from 'express'
import express4 from 'express4'
import { describe, expect, it } from 'vitest'
import { faultsOf, serverWith } from '../coverage-faults.ts'

const handler: RequestHandler = () => {
  throw new Error('a handler ran')
}
const parser: RequestHandler = (_req, _res, _next) => {
  throw new Error('a parser ran')
}

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('assertRoutesCovered on %s', (version, express) => {
  const is4 = version === 'Express 4'
  const appWith = (build: (app: Express) => void, ...rules: readonly string[]) => {
    const server = serverWith(...rules)
    const app = express()
    app.use(protect(server))
    build(app)
    return [app, server] as const
  }
  const faults = async (build: (app: Express) => void, ...rules: readonly string[]) =>
    await faultsOf(assertRoutesCovered(...appWith(build, ...rules)))

  it('passes where every route has its rule and every rule its route, and names what it compared', async () => {
    const build = (app: Express): void => {
      app.get('/users/:id', handler)
      app.route('/users').get(handler).post(handler)
      app.head('/ping', handler)
      app.all('/any', handler)
    }
    const rules = ['GET /users/:id', 'GET|POST /users', 'GET /ping', '* /any']
    const coverage = await assertRoutesCovered(...appWith(build, ...rules))
    expect(coverage.routes).toEqual(['GET /users/:id', 'GET|POST /users', 'HEAD /ping', 'all /any'])
    expect(coverage.unseen).toEqual([])
  })

  it('lists routes without a rule and rules without a route', async () => {
    const build = (app: Express): void => {
      app.get('/users/:id', handler)
      app.post('/users/:id', handler)
    }
    expect(await faults(build, 'GET /users/:id', 'GET|PUT /maps', 'DELETE /users/:id')).toEqual({
      uncovered: ["POST /users/:id: needs a rule for 'POST' that contains '/users/:x'"],
      unserved: ['routes[1] GET|PUT /maps', 'routes[2] DELETE /users/:id: no route for DELETE'],
    })
  })

  it('asks for every method where the app takes every method', async () => {
    const build = (app: Express): void => {
      app.all('/any', handler)
      app.use('/files', handler)
    }
    const { uncovered } = await faults(build, 'GET /any', 'GET /files/*')
    expect(uncovered).toHaveLength(2)
    expect(await faults(build, '* /any', '* /files/*')).toEqual({})
  })

  it('finds routes of nested routers under their mount paths', async () => {
    const build = (app: Express): void => {
      const inner = express.Router()
      inner.get('/:id', handler)
      const outer = express.Router()
      outer.use('/users', inner)
      app.use('/api/v1.0/:tenant', outer)
    }
    expect(await faults(build, 'GET /api/v1.0/:tenant/users/:id')).toEqual({})
    const { uncovered } = await faults(build, 'GET /users/:id')
    expect(uncovered).toEqual([
      "GET /api/v1.0/:tenant/users/:id: needs a rule for 'GET' that contains '/api/v1.0/:x/users/:x'",
    ])
  })

  it('takes nothing but an explicit wildcard for a path outside the grammar', async () => {
    const odd = is4
      ? ['/f/a+b', '/f/:x?', '/f/:a-:b', '/f/*/x', /^\/f\//]
      : ['/f/:a-:b', '/f{/:x}', '/f/*rest/x', /^\/f\//]
    for (const path of odd) {
      const build = (app: Express): void => void app.get(path, handler)
      const wide = typeof path === 'string' ? 'GET /f/*' : 'GET /*'
      expect(await faults(build, 'GET /f/:x', 'GET /f/:x/:y')).toHaveProperty('uncovered')
      expect(await faults(build, wide)).toEqual({})
    }
  })

  it('does not trust a quantifier that reaches across the slash', async () => {
    if (!is4) return
    const build = (app: Express): void => void app.get('/f/?g', handler)
    expect(await faults(build, 'GET /f/*')).toHaveProperty('uncovered')
    expect(await faults(build, 'GET /*')).toEqual({})
  })

  it('takes a mounted app for one opaque handler unless it is passed in', async () => {
    const inner = express()
    inner.get('/users', handler)
    const [app, server] = appWith((outer) => void outer.use('/admin', inner), 'GET /admin/users')
    expect(await faultsOf(assertRoutesCovered(app, server))).toHaveProperty('uncovered')
    const mounts = [{ path: '/admin', app: inner }]
    expect((await assertRoutesCovered(app, server, { mounts })).routes).toEqual(['GET /admin/users'])
    const whole = appWith((outer) => void outer.use('/admin', inner), '* /admin/*')
    expect(await faultsOf(assertRoutesCovered(...whole))).toEqual({})
  })

  it('refuses `mounts` that nothing needs', async () => {
    const [app, server] = appWith((each) => void each.get('/a', handler), 'GET /a')
    const mounts = [{ path: '/b', app: express() }]
    expect(await faultsOf(assertRoutesCovered(app, server, { mounts }))).toEqual({
      wiring: ['`mounts`: nothing that needs it is mounted on /b'],
    })
  })

  it('says what middleware it cannot look into, and asks a rule for a handler that cannot hand on', async () => {
    const [app, server] = appWith((each) => void each.use(parser).get('/a', handler), 'GET /a')
    expect((await assertRoutesCovered(app, server)).unseen).toEqual([
      expect.stringContaining("use 'parser' under /"),
    ])
    const end: RequestHandler = (_req, res) => void res.end()
    expect(await faults((each) => void each.use(end), 'GET /a')).toHaveProperty('uncovered')
  })

  it('lets middleware on a path be declared', async () => {
    const [app, server] = appWith(
      (each) => void each.use('/api', parser).get('/api/a', handler),
      'GET /api/a',
    )
    expect(await faultsOf(assertRoutesCovered(app, server))).toHaveProperty('uncovered')
    expect(await faultsOf(assertRoutesCovered(app, server, { middleware: [parser] }))).toEqual({})
  })

  it('refuses a route that is registered before the gate', async () => {
    const server = serverWith('GET /a')
    const app = express().get('/a', handler).use(protect(server))
    app.get('/a', handler)
    expect(await faultsOf(assertRoutesCovered(app, server))).toEqual({
      wiring: ['GET /a is not behind the gate'],
    })
  })

  it('refuses a gate that every route stands before', async () => {
    const server = serverWith('GET /a')
    const app = express().get('/a', handler).use(protect(server))
    expect(await faultsOf(assertRoutesCovered(app, server))).toHaveProperty('wiring')
  })

  it('takes neither the gate of another server for one, nor that of a route', async () => {
    const server = serverWith('GET /a')
    for (const gate of [protect(serverWith('GET /a')), requireScopes(server, 'any')]) {
      const { unseen } = await assertRoutesCovered(express().use(gate).get('/a', handler), server)
      expect(unseen).toEqual([expect.stringContaining('the gate')])
      const behind = express().use(gate).get('/a', handler).use(protect(server))
      expect(await faultsOf(assertRoutesCovered(behind, server))).toHaveProperty('wiring')
    }
  })

  it('says that it saw no gate', async () => {
    const coverage = await assertRoutesCovered(express().get('/a', handler), serverWith('GET /a'))
    expect(coverage.unseen).toEqual([expect.stringContaining('the gate')])
  })

  describe('of an override', () => {
    const rules = ['GET /users/:id', 'GET /users/me over /users/:id']

    it('sends its witness through the router and runs no handler', async () => {
      const right = (app: Express): void => void app.get('/users/me', handler).get('/users/:id', handler)
      const wrong = (app: Express): void => void app.get('/users/:id', handler).get('/users/me', handler)
      expect(await faults(right, ...rules)).toEqual({})
      expect((await faults(wrong, ...rules)).overrides).toEqual([
        'routes[1] GET /users/me overrides routes[0] GET /users/:id: GET /users/me reaches GET /users/:id first',
      ])
    })

    it('sees the order of routers and of apps passed in', async () => {
      const order = async (first: 'me' | 'id', passed: boolean): Promise<object> => {
        const nested = { me: express.Router().get('/me', handler), id: express().get('/:id', handler) }
        const [app, server] = appWith(
          (each) => {
            each.use('/users', nested[first])
            each.use('/users', nested[first === 'me' ? 'id' : 'me'])
          },
          ...rules,
        )
        const mounts = passed ? [{ path: '/users', app: nested.id }] : []
        return await faultsOf(assertRoutesCovered(app, server, { mounts }))
      }
      expect(await order('me', true)).toEqual({})
      expect(await order('id', true)).toHaveProperty('overrides')
      expect(await order('me', false)).toHaveProperty('uncovered')
    })

    it('is refused where something that cannot be looked into comes first', async () => {
      const hidden = express().get('/:id', handler)
      const build = (app: Express): void => void app.use('/users', hidden).get('/users/me', handler)
      expect((await faults(build, ...rules, '* /users/*')).overrides).toEqual([
        expect.stringContaining('reaches use /users first'),
      ])
    })

    it('does not take an app that it cannot look into for one that answers everything', async () => {
      const inner = express().get('/x', handler)
      const build = (app: Express): void => {
        app.use('/users/me', inner)
        app.get(is4 ? '/users/*' : '/users/*rest', handler)
      }
      const table = ['* /users/me/* over /users/*', 'GET /users/*']
      expect((await faults(build, ...table)).overrides).toHaveLength(1)
      const answering = express().use(handler)
      const ending = (app: Express): void => void app.use('/users/me', answering).get('/users/:id', handler)
      const [app, server] = appWith(ending, '* /users/me/* over /users/*', 'GET /users/*')
      const mounts = [{ path: '/users/me', app: answering }]
      expect(await faultsOf(assertRoutesCovered(app, server, { mounts }))).toEqual({})
    })

    it('is refused where an app on two paths is passed in for one of them', async () => {
      const inner = express().get('/:id', handler)
      const build = (app: Express): void => void app.use(['/x', '/users'], inner).get('/users/me', handler)
      const [app, server] = appWith(build, ...rules, '* /users/*', 'GET /x/:id')
      const mounts = [{ path: '/x', app: inner }]
      const { overrides } = await faultsOf(assertRoutesCovered(app, server, { mounts }))
      if (!is4) expect(overrides).toEqual([expect.stringContaining('GET /users/me')])
    })

    it('takes several apps on one path in their order', async () => {
      const [me, id] = [express().get('/me', handler), express().get('/:id', handler)]
      const build = (app: Express): void => void app.use('/users', me).use('/users', id)
      const [app, server] = appWith(build, ...rules)
      const mounts = [me, id].map((each) => ({ path: '/users', app: each }))
      expect(await faultsOf(assertRoutesCovered(app, server, { mounts }))).toEqual({})
    })

    it('tries HEAD as well', async () => {
      const build = (app: Express): void => {
        app.head('/users/:id', handler)
        app.get('/users/me', handler).get('/users/:id', handler)
      }
      expect((await faults(build, ...rules)).overrides).toEqual([expect.stringContaining('HEAD /users/me')])
    })

    it('tries every length of a wildcard', async () => {
      const build = (app: Express): void => {
        app.get('/a/me/:x', handler)
        app.get(is4 ? '/a/*' : '/a/*rest', handler)
        app.get(is4 ? '/a/me/*' : '/a/me/*rest', handler)
      }
      const table = ['GET /a/*', 'GET /a/me/* over /a/*']
      expect((await faults(build, ...table)).overrides).toEqual([
        expect.stringMatching(/GET \/a\/me\/any\d\/any\d reaches/),
      ])
    })

    it('is refused where a route outside the grammar may match', async () => {
      const build = (app: Express): void => {
        app.get('/users/me', handler).get('/users/:id', handler)
        app.get(/^\/users/, handler)
      }
      expect((await faults(build, ...rules, 'GET /*')).overrides).toEqual([
        expect.stringContaining('outside the grammar'),
      ])
    })

    it('leaves the app as it was', async () => {
      const ran: string[] = []
      const note =
        (name: string): RequestHandler =>
        (_req, res) => {
          ran.push(name)
          res.end()
        }
      const build = (app: Express): void => {
        const router = express.Router()
        router.param('id', (_req, _res, next) => {
          ran.push('param')
          next()
        })
        app.use('/users', router.get('/me', note('me')).get('/:id', note('id')))
        app.use('/people', router)
      }
      const [app, server] = appWith(build, ...rules, 'GET /people/*')
      const { stack } = Reflect.get(app, is4 ? '_router' : 'router') as { stack: { handle: unknown }[] }
      const before = stack.map(({ handle }) => handle)
      await assertRoutesCovered(app, server)
      expect(stack.map(({ handle }) => handle)).toEqual(before)
      expect(ran).toEqual([])
    })
  })
})

it('has hidden mount paths given where Express 4 hides them', async () => {
  const server = serverWith('GET /a/x', 'GET /b/x')
  const router = express4.Router().get('/x', handler)
  const app = express4().use(protect(server)).use(['/a', '/b'], router)
  await expect(assertRoutesCovered(app, server)).rejects.toThrow(/could not be seen:\n.*hides; give it/)
  const mounts = ['/a', '/b'].map((path) => ({ path, app: router }))
  expect((await assertRoutesCovered(app, server, { mounts })).routes).toEqual(['GET /a/x', 'GET /b/x'])
  const one = serverWith('GET /a/x')
  const both = express4().use(protect(one)).use(['/a', '/b'], router)
  const { unseen } = await assertRoutesCovered(both, one, { mounts: [{ path: '/a', app: router }] })
  expect(unseen).toEqual([expect.stringContaining('further paths')])
})

it('refuses what is no app', async () => {
  await expect(assertRoutesCovered({}, serverWith('GET /a'))).rejects.toThrow(TypeError)
})
