import {
  type Authorizer,
  createResourceServer,
  type ResourceRequest,
  type ResourceServer,
  type ResourceServerOptions,
  type RouteRule,
} from '@scopegate/core'
import { createFakeClock, createTestIssuer } from '@scopegate/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../../packages/core/src/errors.ts'
import type { RequestTarget } from '../../../packages/core/src/request-target.ts'
import { matchByLoop, methods, pathPatterns, routeTables, targets } from './route-oracle.ts'
import { segmentsOf } from './segments-of.ts'
import { ask, decide, denied, headerOf, issuer, profile, request } from './server.ts'

const routes: readonly RouteRule[] = [
  { method: 'GET', path: '/public', access: 'public' },
  { method: 'GET', path: '/any', access: 'authenticated' },
  { method: 'GET', path: '/optional', access: 'optional', scopes: 'read' },
  { method: 'GET', path: '/maps/:id', scopes: 'read' },
  { method: 'POST', path: '/maps/:id', scopes: 'write' },
  { method: 'GET', path: '/rooms/:id', scopes: 'read', match: { id: 'room' } },
]
const bearer = async (scope?: string, claims = {}): Promise<{ Authorization: string }> => {
  return { Authorization: `Bearer ${await issuer.mintToken({ ...(scope && { scope }), claims })}` }
}

describe('a decision', () => {
  const server = createResourceServer({ ...profile, routes })

  it('hands the token on, with the rules that allowed', async () => {
    const token = await issuer.mintToken({ scope: 'read write', clientId: 'c', subject: 's' })
    const decision = await ask(server, 'GET /maps/1', { Authorization: `Bearer ${token}` })
    expect(decision).toMatchObject({
      allowed: true,
      rules: [routes[3]],
      headers: { set: [], append: [], remove: [] },
      token: { scopes: ['read', 'write'], clientId: 'c', subject: 's', kind: undefined, token },
    })
  })

  it.each([
    ['GET /public', 'nothing', {}, { allowed: true, token: undefined }],
    ['GET /public', 'a bad token', { Authorization: 'Bearer x' }, { allowed: true, token: undefined }],
    [
      'GET /public',
      'two tokens',
      { Authorization: ['Bearer x', 'Bearer y'] },
      { allowed: true, token: undefined },
    ],
    ['GET /optional', 'nothing', {}, { allowed: true, token: undefined }],
    ['GET /optional', 'another scheme', { Authorization: 'Basic YTpi' }, { allowed: true, token: undefined }],
    [
      'GET /optional',
      'a bad token',
      { Authorization: 'Bearer x' },
      { status: 401, reason: 'token_malformed' },
    ],
    [
      'GET /optional',
      'two tokens',
      { Authorization: 'a, b' },
      { status: 400, reason: 'ambiguous_credentials' },
    ],
    ['GET /any', 'nothing', {}, { status: 401, reason: 'no_credentials', rule: routes[1] }],
    ['GET /any', 'an empty header', { Authorization: '' }, { status: 401, reason: 'no_credentials' }],
    ['GET /any', 'Bearer alone', { Authorization: 'Bearer' }, { status: 401, reason: 'no_credentials' }],
    ['GET /any', 'a bad token', { Authorization: 'Bearer x' }, { status: 401, reason: 'token_malformed' }],
    [
      'GET /any',
      'a long token',
      { Authorization: `Bearer ${'x'.repeat(8193)}` },
      { reason: 'token_too_long' },
    ],
    ['GET /any', 'a token in the query', { 'X-Token': 'x' }, { status: 401, reason: 'no_credentials' }],
    ['GET /none', 'a bad token', { Authorization: 'Bearer x' }, { status: 403, reason: 'no_rule' }],
    ['GET /none', 'two tokens', { Authorization: 'a, b' }, { status: 403, reason: 'no_rule' }],
  ])('on %s with %s', async (line, _, headers, expected) => {
    expect(await ask(server, line, headers)).toMatchObject({ allowed: false, ...expected })
  })

  it('holds a token to the scopes of an optional rule', async () => {
    expect(await ask(server, 'GET /optional', await bearer('read'))).toMatchObject({ allowed: true })
    expect(await ask(server, 'GET /optional', await bearer('write'))).toMatchObject({
      status: 403,
      reason: 'insufficient_scope',
      rule: routes[2],
    })
  })

  it('names the first rule that wants a token, where none was sent', async () => {
    const gate = createResourceServer({
      ...profile,
      routes: [
        { method: 'GET', path: '/*', access: 'public' },
        { method: 'GET', path: '/:x', access: 'optional' },
        { method: 'GET', path: '/x', scopes: 'a' },
        { method: '*', path: '/x/*', scopes: 'b' },
      ],
    })
    expect(await ask(gate, 'GET /x')).toMatchObject({ reason: 'no_credentials', rule: gate.routes[2] })
  })

  it.each([
    ['b', 0],
    ['a', 1],
    ['a b', undefined],
    ['', 0],
  ] as const)(
    'name the first rule of the table that does not allow a token with %j, though others ask the same',
    async (scope, at) => {
      const table = [
        { method: 'GET', path: '/*', scopes: 'a' },
        { method: 'GET', path: '/:x', scopes: 'b' },
        { method: 'GET', path: '/x', scopes: 'a' },
      ] as const
      const gate = createResourceServer({ ...profile, routes: table })
      const token = await issuer.mintToken(scope === '' ? {} : { scope })
      const decision = await ask(gate, 'GET /x', { Authorization: `Bearer ${token}` })
      expect(decision.allowed ? undefined : decision.rule).toBe(
        at === undefined ? undefined : gate.routes[at],
      )
    },
  )

  it('binds a path to a claim', async () => {
    const headers = await bearer('read', { room: 'r1' })
    expect(await ask(server, 'GET /rooms/r1', headers)).toMatchObject({ allowed: true })
    expect(await ask(server, 'GET /rooms/R1', headers)).toMatchObject({
      status: 403,
      reason: 'resource_mismatch',
    })
    expect(headerOf(await ask(server, 'GET /rooms/r2', headers), 'WWW-Authenticate')).toBeUndefined()
  })

  it('on HEAD is that on GET, without a body', async () => {
    const get = denied(await ask(server, 'GET /any'))
    const head = denied(await ask(server, 'HEAD /any'))
    expect(head).toEqual({ ...get, body: '' })
    expect(get.body).not.toBe('')
    expect(await ask(server, 'HEAD /maps/1', await bearer('read'))).toMatchObject({ allowed: true })
  })

  it('of a refusal names the realm and nothing of the request', async () => {
    const own = createResourceServer({ ...profile, routes, realm: 'maps' })
    const asked = {
      Host: 'host.example',
      Authorization: 'Bearer secret-text',
      Origin: 'https://origin.example',
    }
    const decision = denied(await ask(own, 'GET /maps/path-text?query-text', asked))
    expect(headerOf(decision, 'WWW-Authenticate')).toMatch(/^Bearer realm="maps", error="invalid_token", /)
    expect(JSON.stringify(decision)).not.toMatch(
      /secret-text|path-text|query-text|host\.example|origin\.example/,
    )
  })

  it('is the first of several refusals, in the order of the table', async () => {
    const floor: RouteRule = { method: '*', path: '/*', scopes: 'floor' }
    const inner: RouteRule = { method: 'GET', path: '/a', scopes: 'inner' }
    for (const table of [
      [floor, inner],
      [inner, floor],
    ]) {
      const ordered = createResourceServer({ ...profile, routes: table })
      const decision = denied(await ask(ordered, 'GET /a', await bearer('x')))
      expect(decision.rule).toEqual(table[0])
      const second = denied(await ask(ordered, 'GET /a', await bearer(String(table[0]?.scopes))))
      expect(second.rule).toEqual(table[1])
      expect(await ask(ordered, 'GET /a', await bearer('floor inner'))).toMatchObject({
        allowed: true,
        rules: table,
      })
    }
  })

  it('on a public path under a floor is that of the floor', async () => {
    const table: RouteRule[] = [
      { method: '*', path: '/*', scopes: 'floor' },
      { method: 'GET', path: '/health', access: 'public' },
    ]
    const floored = createResourceServer({ ...profile, routes: table })
    expect(await ask(floored, 'GET /health')).toMatchObject({ status: 401, rule: table[0] })
    expect(await ask(floored, 'GET /health', await bearer('floor'))).toMatchObject({
      allowed: true,
      rules: table,
    })
  })

  it('makes a path without a rule look like one that does not exist, by option', async () => {
    const hidden = createResourceServer({ ...profile, routes, noRule: 404 })
    expect(await ask(hidden, 'GET /none')).toMatchObject({ status: 404, reason: 'no_rule' })
    expect(await ask(hidden, 'GET /any')).toMatchObject({ status: 401 })
  })

  it('tells kinds of token apart', async () => {
    const claims = (use: string): object => ({ use })
    const kinds = createResourceServer({
      tokens: [
        { ...profile, kind: 'user', claims: { use: 'user' } },
        { ...profile, kind: 'machine', claims: { use: 'machine' } },
      ],
      routes: [{ method: 'GET', path: '/a', tokens: 'user', scopes: 'a' }],
    })
    expect(await ask(kinds, 'GET /a', await bearer('a', claims('user')))).toMatchObject({
      allowed: true,
      token: { kind: 'user', profile: 'user' },
    })
    const refused = await ask(kinds, 'GET /a', await bearer('', claims('machine')))
    expect(refused).toMatchObject({ status: 403, reason: 'token_kind' })
    expect(headerOf(refused, 'WWW-Authenticate')).toBeUndefined()
    expect(await ask(kinds, 'GET /a', await bearer('a', claims('other')))).toMatchObject({ status: 401 })
  })

  it('is that of a loop over all rules, whatever the table, and in whichever order it is written', {
    timeout: 60_000,
  }, async () => {
    const held = await bearer('a b')
    const requirement = fc.constantFrom<object>(
      ...[{ scopes: 'a' }, { scopes: 'a b' }, { scopes: 'c' }, { scopes: { any: ['a', 'c'] } }],
      ...[{ access: 'public' }, { access: 'optional' }, { access: 'optional', scopes: 'c' }],
      { access: 'authenticated' },
    )
    const rule = fc
      .tuple(methods(), pathPatterns(), requirement)
      .map(([method, path, asked]) => ({ method, path, ...asked }) as RouteRule)
    const asked = fc.tuple(fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE'), targets(), fc.boolean())
    await fc.assert(
      fc.asyncProperty(
        routeTables(rule, isAccepted),
        fc.array(asked, { minLength: 10, maxLength: 20 }),
        fc.nat(),
        async (table, requests, turn) => {
          const ordered = createResourceServer({ ...profile, routes: table })
          const shuffled = createResourceServer({ ...profile, routes: shuffle(table, turn) })
          for (const [method, target, withToken] of requests) {
            const line = `${method} ${writtenAs(target)}`
            const headers = withToken ? held : {}
            const expected = expectedVerdict(table, method, target, withToken)
            expect([line, await verdict(ordered, line, headers)]).toEqual([line, expected])
            expect([line, await verdict(shuffled, line, headers)]).toEqual([line, expected])
          }
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('asking for a decision now', () => {
  it('gives none while the token is not known, and starts nothing', async () => {
    const counted = countedServer()
    const asked = request('GET /any', await bearer())
    for (let i = 0; i < 3; i++) expect(counted.server.authorizeNow(asked)).toBeUndefined()
    await new Promise((resolve) => setImmediate(resolve))
    expect(counted.calls).toEqual([])
  })

  it('gives what needs no token at once, whatever the keys do', async () => {
    const { server, calls } = countedServer()
    for (const [line, headers] of [
      ['GET /public', {}],
      ['GET /optional', {}],
      ['GET /any', {}],
      ['GET /none', { Authorization: 'Bearer x' }],
      ['GET //', {}],
      ['GET /any', { Authorization: 'a, b' }],
      ['GET /any', { Authorization: `Bearer ${'x'.repeat(9000)}` }],
    ] as const) {
      const now = server.authorizeNow(request(line, headers))
      expect(now).toBeDefined()
      expect(await server.authorize(request(line, headers))).toEqual(now)
    }
    expect(calls.filter((call) => call !== 'onDecision')).toEqual([])
  })

  it('gives the decision that was given before, while it holds', async () => {
    const clock = createFakeClock(Date.now())
    const own = await createTestIssuer({ now: clock.now })
    const server = createResourceServer({ ...serverOf(own), now: clock.now, routes })
    const token = await own.mintToken({ scope: 'read', expiresIn: 60 })
    const asked = request('GET /maps/1', { Authorization: `Bearer ${token}` })
    expect(server.authorizeNow(asked)).toBeUndefined()
    const decision = await server.authorize(asked)
    expect(server.authorizeNow(asked)).toEqual(decision)
    const other = request('POST /maps/1', { Authorization: `Bearer ${token}` })
    expect(server.authorizeNow(other)).toMatchObject({ allowed: false, reason: 'insufficient_scope' })
    clock.advance(65)
    expect(server.authorizeNow(asked)).toMatchObject({ allowed: false, reason: 'token_expired' })
    expect(await server.authorize(asked)).toEqual(server.authorizeNow(asked))
  })

  it('always answers a promise where a decision may be waited for', async () => {
    const server = createResourceServer({ ...profile, routes })
    expect(server.authorize(request('GET /public'))).toBeInstanceOf(Promise)
    expect(server.authorize(null as never)).toBeInstanceOf(Promise)
    await server.authorize(request('GET /public'))
  })
})

describe('an outage of the keys', () => {
  it('is answered 503 for a token, and nothing else', async () => {
    const { server } = countedServer()
    const decision = denied(await ask(server, 'GET /any', await bearer()))
    expect(decision).toMatchObject({ status: 503, reason: 'key_set_unavailable' })
    expect(headerOf(decision, 'Retry-After')).toBe('5')
    expect(headerOf(decision, 'WWW-Authenticate')).toBeUndefined()
    expect(await ask(server, 'GET /any', { Authorization: 'Bearer x' })).toMatchObject({ status: 401 })
    expect(await ask(server, 'GET /any', { Authorization: 'a, b' })).toMatchObject({ status: 400 })
    expect(await ask(server, 'GET /none', await bearer())).toMatchObject({ status: 403 })
    expect(await ask(server, 'GET /public', await bearer())).toMatchObject({ allowed: true })
  })
})

describe('a fault of our own', () => {
  const APP = 'https://app.example'
  const server = createResourceServer({ ...profile, routes, origins: [APP] })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'GET /public'],
    ['an empty object', {}],
    ['no headers', { method: 'GET', target: '/public' }],
    ['null for headers', { method: 'GET', target: '/public', rawHeaders: null }],
    ['a number for a token', { method: 'GET', target: '/any', rawHeaders: ['Authorization', 1] }],
    ['null for a token', { method: 'GET', target: '/any', rawHeaders: ['Authorization', null] }],
    ['no value for a token', { method: 'GET', target: '/public', rawHeaders: ['Authorization', undefined] }],
    ['no value for a host', { method: 'GET', target: '/public', rawHeaders: ['Host', undefined] }],
    ['a name and no value', { method: 'GET', target: '/public', rawHeaders: ['X-HTTP-Method-Override'] }],
    ['an object for an origin', { method: 'GET', target: '/public', rawHeaders: ['Origin', {}] }],
    ['a symbol for a host', { method: 'GET', target: '/public', rawHeaders: ['Host', Symbol('a')] }],
    ['a number for a target', { method: 'GET', target: 1, rawHeaders: [] }],
    ['a list for a target', { method: 'GET', target: ['/public'], rawHeaders: [] }],
    ['a number for a URL', { method: 'GET', url: 1, rawHeaders: [] }],
    ['no method', { target: '/public', rawHeaders: [] }],
    ['null for a method', { method: null, target: '/public', rawHeaders: [] }],
    ['a list for a method', { method: ['GET'], target: '/public', rawHeaders: [] }],
    [
      'a getter that throws',
      {
        get method() {
          throw new Error('no')
        },
        target: '/public',
        rawHeaders: [],
      },
    ],
    [
      'a target that throws',
      {
        method: 'GET',
        get target() {
          throw new Error('no')
        },
        rawHeaders: [],
      },
    ],
    [
      'headers that throw',
      {
        method: 'GET',
        target: '/public',
        get rawHeaders() {
          throw new Error('no')
        },
      },
    ],
    ['a header that throws', { method: 'GET', target: '/public', rawHeaders: trap(['Host', 'a']) }],
    ['a request that throws what is no error', trap({})],
    [
      'a platform that throws',
      {
        method: 'GET',
        target: '/public',
        rawHeaders: [],
        get waitUntil() {
          throw new Error('no')
        },
      },
    ],
  ])('is answered 500 and denied: %s', async (_, asked) => {
    for (const authorizer of [server, server.requiring('read'), server.protecting()]) {
      const decision = denied(await decide(authorizer, asked as ResourceRequest))
      expect(decision).toMatchObject({ status: 500, reason: 'internal_error', rule: undefined })
      expect(decision.body).toBe(
        '{"error":"server_error","error_description":"The request could not be authorized"}',
      )
      expect(headerOf(decision, 'Cache-Control')).toBe('no-store')
      expect(headerOf(decision, 'WWW-Authenticate')).toBeUndefined()
    }
  })

  it.each<[string, unknown]>([
    ['an undefined value', { method: 'GET', target: '/any', rawHeaders: ['Authorization', undefined] }],
    ['a name without a value', { method: 'GET', target: '/any', rawHeaders: ['Authorization'] }],
    ['a number among the names', { method: 'GET', target: '/any', rawHeaders: [1, 'x'] }],
    ['a number for a method', { method: 5, target: '/any', rawHeaders: [] }],
    ['an object for a method', { method: { toString: () => 'GET' }, target: '/any', rawHeaders: [] }],
    ['headers as an object', { method: 'GET', target: '/any', rawHeaders: { authorization: 'Bearer x' } }],
    ['a null target', { method: 'GET', target: null, rawHeaders: [] }],
  ])('is denied one way or another: %s', async (_, asked) => {
    const decision = await decide(server, asked as ResourceRequest)
    expect(decision.allowed).toBe(false)
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['gives no number', () => Number.NaN],
    ['gives text', () => String(Date.now())],
    ['gives nothing', () => undefined],
    ['gives a promise', async () => Date.now()],
  ])('is a clock that %s: no verdict on a token', async (_, now) => {
    const broken = createResourceServer({ ...profile, routes, now: now as () => number })
    expect(await ask(broken, 'GET /any', await bearer())).toMatchObject({
      status: 500,
      reason: 'internal_error',
    })
    expect(await ask(broken, 'GET /any', { Authorization: 'Bearer x' })).toMatchObject({ status: 401 })
    expect(await ask(broken, 'GET /any')).toMatchObject({ status: 401 })
    expect(await ask(broken, 'GET /public')).toMatchObject({ allowed: true })
  })

  it('is a clock that breaks later: a token that is known is not judged without it', async () => {
    let now: () => number = Date.now
    const server = createResourceServer({ ...profile, routes, now: () => now() })
    const headers = await bearer()
    expect(await ask(server, 'GET /any', headers)).toMatchObject({ allowed: true })
    now = () => {
      throw new Error('no')
    }
    expect(await ask(server, 'GET /any', headers)).toMatchObject({ status: 500 })
    now = Date.now
    expect(await ask(server, 'GET /any', headers)).toMatchObject({ allowed: true })
  })

  it('may be read by pages that may read every other answer, and has no body for HEAD', async () => {
    const broken = createResourceServer({ ...profile, routes, origins: [APP], now: () => Number.NaN })
    const headers = await bearer()
    const readable = denied(await ask(broken, 'HEAD /any', { ...headers, Origin: APP }))
    expect(readable).toMatchObject({ status: 500, body: '' })
    expect(headerOf(readable, 'Access-Control-Allow-Origin')).toBe(APP)
    const foreign = denied(await ask(broken, 'GET /any', { ...headers, Origin: 'https://evil.example' }))
    expect(foreign).toMatchObject({ status: 500 })
    expect(headerOf(foreign, 'Access-Control-Allow-Origin')).toBeUndefined()
    expect(foreign.headers.append).toEqual([['Vary', 'Origin']])
  })
})

describe('two servers in one process', () => {
  it('share nothing: a token that one knows is judged by the other', async () => {
    const one = createResourceServer({ ...profile, routes })
    const other = createResourceServer({ ...profile, audience: 'https://other.example', routes })
    const headers = await bearer()
    expect(await ask(one, 'GET /any', headers)).toMatchObject({ allowed: true })
    expect(other.authorizeNow(request('GET /any', headers))).toBeUndefined()
    expect(await ask(other, 'GET /any', headers)).toMatchObject({ status: 401, reason: 'token_audience' })
    expect(await ask(one, 'GET /any', headers)).toMatchObject({ allowed: true })
  })
})

/** A server whose keys cannot be had, and a list of what it called. */
function countedServer(): { server: ResourceServer; calls: string[] } {
  const calls: string[] = []
  const { issuer: name, audience } = profile
  const server = createResourceServer({
    issuer: name,
    audience,
    routes,
    fetch: async () => {
      calls.push('fetch')
      throw new Error('down')
    },
    onDecision: () => {
      calls.push('onDecision')
    },
  })
  return { server, calls }
}

function serverOf(own: typeof issuer): ResourceServerOptions {
  return { issuer: own.issuer, audience: own.audience, keys: own.jwks }
}

/** Throws whatever is asked of it. */
function trap(target: object): unknown {
  return new Proxy(target, {
    get: () => {
      throw 'no error at all'
    },
  })
}

function isAccepted(table: readonly RouteRule[]): boolean {
  try {
    createResourceServer({ ...profile, routes: table })
    return true
  } catch (error) {
    if (error instanceof ConfigurationError) return false
    throw error
  }
}

function shuffle<Item>(items: readonly Item[], turn: number): Item[] {
  const order = items.map((item, i) => [((i + 1) * (turn + 7)) % 101, item] as const)
  return order.sort(([one], [other]) => one - other).map(([, item]) => item)
}

function writtenAs({ raw, trailingSlash }: RequestTarget): string {
  return `/${segmentsOf(raw).join('/')}${trailingSlash ? '/' : ''}`
}

/** The meaning of a table, without a thought for speed: every rule that speaks of the request must allow it. */
function expectedVerdict(
  table: readonly RouteRule[],
  method: string,
  target: RequestTarget,
  withToken: boolean,
): string {
  if (target.opaque !== 0) return '400'
  const rules = matchByLoop(table, method, target).map((place) => table[place] as RouteRule)
  if (rules.length === 0) return '403'
  if (rules.every(({ access }) => access === 'public')) return 'allowed'
  if (!withToken)
    return rules.some(({ access }) => access !== 'public' && access !== 'optional') ? '401' : 'allowed'
  const asked = rules.filter(({ access }) => access !== 'public').map(({ scopes }) => scopes)
  return asked.includes('c') ? '403' : 'allowed'
}

async function verdict(
  authorizer: Authorizer,
  line: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const decision = await authorizer.authorize(request(line, headers))
  return decision.allowed ? 'allowed' : String(decision.status)
}
