import {
  type AccessToken,
  type AuthorizationDecision,
  createResourceServer,
  type OriginsOption,
  type ResourceServer,
  type ResourceServerOptions,
} from '@scopegate/core'
import { createFakeClock } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { ask, denied, headerOf, issuer, profile, request } from './server.ts'

const APP = 'https://app.example'
const OTHER = 'https://other.example'
const CORS = [
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Headers',
  'Access-Control-Allow-Private-Network',
  'Access-Control-Expose-Headers',
  'Access-Control-Max-Age',
]
/** What an ordinary answer that may be read does not write itself. */
const NOT_WRITTEN = CORS.filter((name) => !/Origin|Expose/.test(name))
const bearer = { Authorization: `Bearer ${await issuer.mintToken({ scope: 'read' })}` }

describe('an allowlist', () => {
  const server = serverWith({ origins: [APP, 'null'] })

  it('lets pages of a listed origin read what is allowed', async () => {
    const decision = await ask(server, 'GET /read', { ...bearer, Origin: APP })
    expect(decision).toMatchObject({ allowed: true })
    expect(decision.headers).toEqual({
      remove: NOT_WRITTEN,
      set: [
        ['Access-Control-Allow-Origin', APP],
        ['Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After'],
      ],
      append: [['Vary', 'Origin']],
    })
  })

  it.each([
    ['GET /read', {}, 401],
    ['GET /read', { Authorization: 'Bearer x' }, 401],
    ['GET /read', { Authorization: 'Bearer a, Bearer b' }, 400],
    ['GET /admin', bearer, 403],
    ['GET /none', bearer, 403],
    ['GET //', bearer, 400],
    ['get /read', bearer, 400],
    ['TRACE /read', bearer, 405],
    ['GET /read', { Host: 'a/b' }, 400],
    ['GET /read', { 'X-HTTP-Method-Override': 'PUT' }, 400],
    ['GET /files/a%2fb', bearer, 400],
  ])('lets them read the refusal of %s with %j', async (line, headers, status) => {
    const decision = await ask(server, line, { ...headers, Origin: APP })
    expect(decision).toMatchObject({ allowed: false, status })
    expect(headerOf(decision, 'Access-Control-Allow-Origin')).toBe(APP)
    expect(headerOf(decision, 'Access-Control-Expose-Headers')).toBe('WWW-Authenticate, Retry-After')
    expect(decision.headers.append).toEqual([['Vary', 'Origin']])
    const written = decision.headers.set.map(([name]) => name)
    expect(decision.headers.remove).toEqual(CORS.filter((name) => !written.includes(name)))
  })

  it('refuses a good token from a page of another origin, without CORS headers', async () => {
    const decision = denied(await ask(server, 'GET /read', { ...bearer, Origin: OTHER }))
    expect(decision).toMatchObject({ status: 403, reason: 'origin_not_allowed', rule: undefined })
    expect(headerOf(decision, 'WWW-Authenticate')).toBeUndefined()
    expect(corsHeadersOf(decision)).toEqual([])
    expect(decision.headers.append).toEqual([['Vary', 'Origin']])
  })

  it.each([
    'https://app.example:443',
    'https://app.example/',
    'HTTPS://app.example',
    'https://App.example',
    'http://app.example',
    'https://app.example.',
    ' https://app.example',
    'https://app.example ',
    'https://app.example\t',
    'https://app.example\0',
    'https:app.example',
    'https://app\u3002example',
    'https://app.example.evil.example',
    'https://evilapp.example',
    'https://evil.example#https://app.example',
    'https://app.example@evil.example',
    'https://app.exampl',
    'Null',
    'NULL',
    '',
    'null ',
    '__proto__',
    'x'.repeat(8000),
  ])('takes %j for another origin', async (Origin) => {
    const decision = await ask(server, 'GET /read', { ...bearer, Origin })
    expect(decision).toMatchObject({ allowed: false, status: 403, reason: 'origin_not_allowed' })
    expect(corsHeadersOf(decision)).toEqual([])
  })

  it('takes null where it is listed', async () => {
    const decision = await ask(server, 'GET /read', { ...bearer, Origin: 'null' })
    expect(decision.allowed).toBe(true)
    expect(headerOf(decision, 'Access-Control-Allow-Origin')).toBe('null')
  })

  it('judges the origin last: a missing scope, a bad token and no rule come first', async () => {
    const reasons = [
      ['GET /admin', bearer, 'insufficient_scope'],
      ['GET /read', { Authorization: 'Bearer x' }, 'token_malformed'],
      ['GET /read', {}, 'no_credentials'],
      ['GET /none', bearer, 'no_rule'],
    ] as const
    for (const [line, headers, reason] of reasons) {
      const decision = await ask(server, line, { ...headers, Origin: OTHER })
      expect(decision).toMatchObject({ allowed: false, reason })
      expect(corsHeadersOf(decision)).toEqual([])
      expect(decision.headers.append).toEqual([['Vary', 'Origin']])
    }
  })

  it.each(['GET /public', 'GET /optional'])(
    'never refuses %s without a token for its origin, but does not let its page read it',
    async (line) => {
      const foreign = await ask(server, line, { Origin: OTHER })
      expect(foreign.allowed).toBe(true)
      expect(corsHeadersOf(foreign)).toEqual([])
      expect(headerOf(await ask(server, line, { Origin: APP }), 'Access-Control-Allow-Origin')).toBe(APP)
    },
  )

  it('refuses a token for its origin where a token was optional', async () => {
    const decision = await ask(server, 'GET /optional', { ...bearer, Origin: OTHER })
    expect(decision).toMatchObject({ allowed: false, reason: 'origin_not_allowed' })
  })

  it('asks nothing of a request without an Origin, but says that the answer depends on it', async () => {
    const decision = await ask(server, 'GET /read', bearer)
    expect(decision.allowed).toBe(true)
    expect(decision.headers).toEqual({ remove: CORS, set: [], append: [['Vary', 'Origin']] })
  })

  it.each([
    ['two of them', { Origin: [APP, OTHER] }],
    ['the same twice', { Origin: [APP, APP] }],
    ['two in one', { Origin: `${APP}, ${OTHER}` }],
    ['two requested methods', { Origin: APP, 'Access-Control-Request-Method': ['GET', 'PUT'] }],
    ['two requested methods in one', { Origin: APP, 'Access-Control-Request-Method': 'GET,PUT' }],
  ])('refuses %s on any request, public ones too', async (_, headers) => {
    for (const line of ['GET /public', 'GET /read', 'OPTIONS /read', 'GET /none']) {
      const decision = await ask(server, line, { ...bearer, ...headers })
      expect(decision).toMatchObject({ allowed: false, status: 400, reason: 'malformed_origin' })
    }
  })

  it('does not trust an origin that was sent twice with the answer', async () => {
    const decision = await ask(server, 'GET /read', { Origin: [APP, APP] })
    expect(corsHeadersOf(decision)).toEqual([])
    expect(decision.headers.append).toEqual([['Vary', 'Origin']])
  })

  it('is copied', async () => {
    const origins = [APP]
    const copied = serverWith({ origins })
    origins.push(OTHER)
    const decision = await ask(copied, 'GET /read', { ...bearer, Origin: OTHER })
    expect(decision).toMatchObject({ allowed: false, reason: 'origin_not_allowed' })
  })

  it('may be empty: then no page may use the API', async () => {
    const closed = serverWith({ origins: [] })
    expect(await ask(closed, 'GET /read', { ...bearer, Origin: APP })).toMatchObject({ allowed: false })
    expect(await ask(closed, 'GET /read', bearer)).toMatchObject({ allowed: true })
  })
})

describe('options of CORS', () => {
  it('allow credentials and expose headers to a listed origin only', async () => {
    const cors = { credentials: true, exposedHeaders: ['X-Total', 'ETag'] }
    const server = serverWith({ origins: [APP], cors })
    expect((await ask(server, 'GET /read', { ...bearer, Origin: APP })).headers.set).toEqual([
      ['Access-Control-Allow-Origin', APP],
      ['Access-Control-Allow-Credentials', 'true'],
      ['Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After, X-Total, ETag'],
    ])
    expect(corsHeadersOf(await ask(server, 'GET /read', { ...bearer, Origin: OTHER }))).toEqual([])
  })
})

describe("origins: '*'", () => {
  const server = serverWith({ origins: '*' })

  it.each([{ Origin: OTHER }, { Origin: 'null' }, {}])(
    'lets every page read the answer to %j',
    async (headers) => {
      const decision = await ask(server, 'GET /read', { ...bearer, ...headers })
      expect(decision.allowed).toBe(true)
      expect(decision.headers).toEqual({
        remove: NOT_WRITTEN,
        set: [
          ['Access-Control-Allow-Origin', '*'],
          ['Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After'],
        ],
        append: [],
      })
    },
  )

  it('lets every page read a refusal, but for that of a preflight', async () => {
    const refused = await ask(server, 'GET /read', { Origin: OTHER })
    expect(headerOf(refused, 'Access-Control-Allow-Origin')).toBe('*')
    const preflight = await ask(server, 'OPTIONS /none', {
      Origin: OTHER,
      'Access-Control-Request-Method': 'GET',
    })
    expect(preflight).toMatchObject({ allowed: false, status: 403, reason: 'preflight_refused' })
    expect(corsHeadersOf(preflight)).toEqual([])
    expect(preflight.headers.append).toEqual([])
  })
})

describe('no origins', () => {
  const server = serverWith({})

  it('leaves CORS to the application: no origin is judged, no header touched', async () => {
    const nothing = { remove: [], set: [], append: [] }
    for (const Origin of [APP, OTHER, 'null', [APP, OTHER], '']) {
      const decision = await ask(server, 'GET /read', { ...bearer, Origin })
      expect(decision).toMatchObject({ allowed: true, headers: nothing })
    }
    const refused = await ask(server, 'GET /read', { Origin: APP })
    expect(corsHeadersOf(refused)).toEqual([])
    expect(refused.headers).toMatchObject({ remove: [], append: [] })
  })

  it('makes OPTIONS an ordinary request', async () => {
    const headers = { Origin: APP, 'Access-Control-Request-Method': 'GET' }
    expect(await ask(server, 'OPTIONS /read', headers)).toMatchObject({ status: 403, reason: 'no_rule' })
    expect(await ask(server, 'OPTIONS /any', headers)).toMatchObject({ status: 401 })
  })

  it('shares nothing that a careless adapter could write to', () => {
    const { headers } = server.authorizeNow({ method: 'GET', target: '/public', rawHeaders: [] }) ?? {}
    expect([headers, ...Object.values(headers ?? {})].every(Object.isFrozen)).toBe(true)
  })
})

describe('allowlists elsewhere', () => {
  interface Asked {
    known: string[]
    allows: [string, AccessToken][]
  }

  function source(answers: Partial<Record<'known' | 'allows', unknown>> = {}): [OriginsOption, Asked] {
    const asked: Asked = { known: [], allows: [] }
    const answer = (value: unknown): never => {
      if (value instanceof Error) throw value
      return value as never
    }
    const origins: OriginsOption = {
      known: (origin) => {
        asked.known.push(origin)
        return answer('known' in answers ? answers.known : origin !== OTHER)
      },
      allows: async (origin, token) => {
        asked.allows.push([origin, token])
        return answer(
          'allows' in answers ? answers.allows : origin === APP && token.clientId === 'test-client',
        )
      },
    }
    return [origins, asked]
  }

  it('are asked about the account behind a verified token', async () => {
    const [origins, asked] = source()
    const server = serverWith({ origins })
    const decision = await ask(server, 'GET /read', { ...bearer, Origin: APP })
    expect(decision.allowed).toBe(true)
    expect(headerOf(decision, 'Access-Control-Allow-Origin')).toBe(APP)
    expect(asked.allows.map(([origin, { clientId }]) => [origin, clientId])).toEqual([[APP, 'test-client']])
    expect(asked.known).toEqual([])
  })

  it('are not asked again while their answer is fresh, so that nothing need be waited for', async () => {
    const [origins, asked] = source()
    const server = serverWith({ origins })
    for (const [origin, allowed] of [
      [APP, true],
      [OTHER, false],
    ] as const) {
      const again = request('GET /read', { ...bearer, Origin: origin })
      expect(server.authorizeNow(again)).toBeUndefined()
      const decision = await server.authorize(again)
      expect(decision.allowed).toBe(allowed)
      expect(server.authorizeNow(again)).toEqual(decision)
    }
    expect(asked.allows).toHaveLength(2)
  })

  it('refuse an origin that some other account allows', async () => {
    const [origins] = source()
    const decision = await ask(serverWith({ origins }), 'GET /read', {
      ...bearer,
      Origin: 'https://third.example',
    })
    expect(decision).toMatchObject({ allowed: false, status: 403, reason: 'origin_not_allowed' })
    expect(corsHeadersOf(decision)).toEqual([])
  })

  it('refuse it also once it is known that some account allows it, and allow it where this one does', async () => {
    const third = 'https://third.example'
    const [origins, asked] = source()
    const server = serverWith({ origins })
    for (let i = 0; i < 3; i++) {
      expect(headerOf(await ask(server, 'GET /read', { Origin: third }), 'Access-Control-Allow-Origin')).toBe(
        third,
      )
      expect(await ask(server, 'GET /read', { ...bearer, Origin: third })).toMatchObject({
        allowed: false,
        reason: 'origin_not_allowed',
      })
      expect(await ask(server, 'GET /read', { ...bearer, Origin: APP })).toMatchObject({ allowed: true })
    }
    expect(asked.known).toEqual([third])
    expect(asked.allows.map(([origin]) => origin)).toEqual([third, APP])
  })

  it('are asked whether any account knows the origin, where no verified token says which', async () => {
    const [origins, asked] = source()
    const server = serverWith({ origins })
    const refused = await ask(server, 'GET /read', { Origin: APP })
    expect(headerOf(refused, 'Access-Control-Allow-Origin')).toBe(APP)
    expect(corsHeadersOf(await ask(server, 'GET /read', { Origin: OTHER }))).toEqual([])
    expect(await ask(server, 'GET /read', { Authorization: 'Bearer x', Origin: APP })).toMatchObject({
      status: 401,
    })
    expect(asked).toEqual({ known: [APP, OTHER], allows: [] })
  })

  it('are not asked about text that is no origin', async () => {
    const [origins, asked] = source({ known: true, allows: true })
    const server = serverWith({ origins })
    for (const Origin of ['', 'https://app.example/', 'x', 'https://*', "'; --", 'HTTPS://APP.EXAMPLE']) {
      expect(await ask(server, 'GET /read', { ...bearer, Origin })).toMatchObject({
        allowed: false,
        status: 403,
      })
      expect(corsHeadersOf(await ask(server, 'GET /public', { Origin }))).toEqual([])
    }
    expect(asked).toEqual({ known: [], allows: [] })
  })

  it.each([
    ['fail', new Error('down')],
    ['answer with text', 'true'],
    ['answer with nothing', undefined],
    ['answer with a number', 1],
  ])('that %s get a token 503 and no CORS headers', async (_, allows) => {
    const [origins] = source({ allows })
    const decision = denied(await ask(serverWith({ origins }), 'GET /read', { ...bearer, Origin: APP }))
    expect(decision).toMatchObject({ status: 503, reason: 'origins_unavailable' })
    expect(headerOf(decision, 'Retry-After')).toBe('5')
    expect(corsHeadersOf(decision)).toEqual([])
  })

  it('that fail keep a refusal what it is, a scope that is missing too', async () => {
    const [origins] = source({ allows: new Error('down'), known: new Error('down') })
    const server = serverWith({ origins })
    expect(await ask(server, 'GET /admin', { ...bearer, Origin: APP })).toMatchObject({
      status: 403,
      reason: 'insufficient_scope',
    })
    const refused = await ask(server, 'GET /read', { Origin: APP })
    expect(refused).toMatchObject({ status: 401, reason: 'no_credentials' })
    expect(corsHeadersOf(refused)).toEqual([])
  })

  it('that fail let a public route through, unread by the page', async () => {
    const [origins] = source({ known: new Error('down') })
    const decision = await ask(serverWith({ origins }), 'GET /public', { Origin: APP })
    expect(decision.allowed).toBe(true)
    expect(corsHeadersOf(decision)).toEqual([])
  })

  it('that fail get a preflight 503, a refused one 403 all the same', async () => {
    const [origins] = source({ known: new Error('down') })
    const server = serverWith({ origins })
    const headers = { Origin: APP, 'Access-Control-Request-Method': 'GET' }
    const decision = await ask(server, 'OPTIONS /read', headers)
    expect(decision).toMatchObject({ allowed: false, status: 503, reason: 'origins_unavailable' })
    expect(corsHeadersOf(decision)).toEqual([])
    expect(await ask(server, 'OPTIONS /none', headers)).toMatchObject({
      status: 403,
      reason: 'preflight_refused',
    })
  })

  it('are asked again when the answer is old', async () => {
    const clock = createFakeClock(Date.now())
    const [origins, asked] = source()
    const server = serverWith({ origins, now: clock.now })
    await ask(server, 'GET /public', { Origin: APP })
    clock.advance(9.9)
    await ask(server, 'GET /public', { Origin: APP })
    expect(asked.known).toEqual([APP])
    clock.advance(0.2)
    await ask(server, 'GET /public', { Origin: APP })
    expect(asked.known).toEqual([APP, APP])
  })
})

function serverWith(options: Pick<ResourceServerOptions, 'origins' | 'cors' | 'now'>): ResourceServer {
  return createResourceServer({
    ...profile,
    ...options,
    routes: [
      { method: 'GET', path: '/public', access: 'public' },
      { method: 'GET', path: '/optional', access: 'optional' },
      { method: 'GET', path: '/read', scopes: 'read' },
      { method: 'GET', path: '/admin', scopes: 'admin' },
      { method: 'GET', path: '/files/:name', scopes: 'read' },
      { method: '*', path: '/any', access: 'authenticated' },
    ],
  })
}

function corsHeadersOf({ headers }: AuthorizationDecision): string[] {
  return headers.set.map(([name]) => name).filter((name) => /^access-control-/i.test(name))
}
