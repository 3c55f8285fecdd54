import type { AuthorizationDecision } from '@scopegate/core'
import { describe, expect, it } from 'vitest'
import { bearer, createServer } from './advisories/scene.ts'
import { ask, configurationError, denied, type Headers, headerOf, issuer, profile } from './server.ts'

const ORIGIN = 'https://app.example'
const EVIL = 'https://evil.example'
const routes = [
  { method: 'GET', path: '/maps', scopes: 'read' },
  { method: 'POST', path: '/maps', scopes: 'write' },
  { method: 'GET', path: '/health', access: 'public' },
]
const server = createServer({ routes, origins: [ORIGIN] })
const token = await issuer.mintToken({ scope: 'read' })

const preflight = (origin: string, method = 'GET'): Headers => ({
  Origin: origin,
  'Access-Control-Request-Method': method,
})

const corsOf = ({ headers }: AuthorizationDecision): Readonly<Record<string, string>> =>
  Object.fromEntries(headers.set.filter(([name]) => name.startsWith('Access-Control-')))

async function answer(line: string, headers: Headers, by = server): Promise<number> {
  const decision = await ask(by, line, headers)
  return decision.allowed ? 200 : decision.status
}

describe('Fetch: CORS', () => {
  it('B701: names the allowed origin, its own bytes and nothing else, and credentials only where they are opted in', async () => {
    const asked = { ...bearer(token), Origin: ORIGIN }
    const plain = await ask(server, 'GET /maps', asked)
    expect(corsOf(plain)).toEqual({
      'Access-Control-Allow-Origin': ORIGIN,
      'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After',
    })
    const withCookies = createServer({ routes, origins: [ORIGIN], cors: { credentials: true } })
    expect(headerOf(await ask(withCookies, 'GET /maps', asked), 'Access-Control-Allow-Credentials')).toBe(
      'true',
    )
    expect(
      headerOf(
        await ask(withCookies, 'GET /maps', { ...asked, Origin: EVIL }),
        'Access-Control-Allow-Credentials',
      ),
    ).toBeUndefined()
  })

  it('B702: tells another origin nothing: 403 to a good token and to a preflight, other answers as they are', async () => {
    for (const [status, line, headers] of [
      [403, 'GET /maps', { ...bearer(token), Origin: EVIL }],
      [401, 'GET /maps', { Origin: EVIL }],
      [200, 'GET /health', { Origin: EVIL }],
      [403, 'OPTIONS /maps', preflight(EVIL)],
    ] as [number, string, Headers][]) {
      expect(await answer(line, headers)).toBe(status)
      expect(corsOf(await ask(server, line, headers))).toEqual({})
    }
  })

  it('B703: judges a request without Origin by its token alone', async () => {
    expect(await answer('GET /maps', bearer(token))).toBe(200)
    expect(await answer('POST /maps', bearer(token))).toBe(403)
    expect(await answer('GET /maps', {})).toBe(401)
  })

  it('B704: denies the origin null unless it is listed, and lists it with no credentials', async () => {
    const listing = createServer({ routes, origins: ['null'] })
    for (const [by, origin, status] of [
      [server, 'null', 403],
      [listing, 'null', 200],
      [listing, 'NULL', 403],
      [listing, 'Null', 403],
    ] as const) {
      expect(await answer('GET /maps', { ...bearer(token), Origin: origin }, by)).toBe(status)
    }
    expect(
      configurationError({ ...profile, routes, origins: ['null'], cors: { credentials: true } }).message,
    ).toMatch(/^origins/)
  })

  it('B705: compares origins byte for byte and lists none that a browser would write otherwise', async () => {
    const others = [
      'https://app.example.evil.tld',
      'https://evilapp.example',
      'https://app.example:443',
      'http://app.example',
      'HTTPS://app.example',
      'https://app.example/',
      'https://app.example.',
      'https://app.example ',
      'https://u@app.example',
      'https://app.example#',
      'https://app.example\\',
      '\thttps://app.example',
      'file://',
      'chrome-extension://abc',
      `https://${'a'.repeat(8000)}`,
    ]
    for (const origin of others)
      expect(await answer('GET /maps', { ...bearer(token), Origin: origin }), origin).toBe(403)
    for (const origin of [`${ORIGIN}, ${EVIL}`, [ORIGIN, EVIL], [ORIGIN, ORIGIN]]) {
      expect(await answer('GET /maps', { ...bearer(token), Origin: origin })).toBe(400)
    }
    for (const origin of [
      'https://app.example/',
      'https://app.example:443',
      'https://App.example',
      'https://bücher.example',
      'https://[::0001]',
      'app.example',
      '',
    ]) {
      expect(configurationError({ ...profile, routes, origins: [origin] }).message).toMatch(/^origins/)
    }
    createServer({
      routes,
      origins: ['https://xn--bcher-kva.example', 'https://[::1]:8443', 'http://127.0.0.1:3000'],
    })
  })

  it('B706: offers no wildcards of subdomains', () => {
    for (const origin of ['https://*.example', '*.example', '*', /./]) {
      expect(configurationError({ ...profile, routes, origins: [origin] }).message).toMatch(/^origins/)
    }
  })

  it('B707: answers a preflight before any token is looked for, and takes OPTIONS without its headers for a request', async () => {
    for (const headers of [preflight(ORIGIN), { ...preflight(ORIGIN), ...bearer('a.b.c') }]) {
      const decision = denied(await ask(server, 'OPTIONS /maps', headers))
      expect([decision.status, decision.reason, decision.body]).toEqual([204, 'preflight', ''])
    }
    for (const headers of [{ Origin: ORIGIN }, { 'Access-Control-Request-Method': 'GET' }, {}] as Headers[]) {
      expect(denied(await ask(server, 'OPTIONS /maps', headers)).reason).toBe('no_rule')
    }
  })

  it('B708: grants the methods of the rules and the headers that are configured, Authorization by name, nothing reflected', async () => {
    const asked = { ...preflight(ORIGIN, 'POST'), 'Access-Control-Request-Headers': 'authorization,x-evil' }
    expect(corsOf(await ask(server, 'OPTIONS /maps', asked))).toEqual({
      'Access-Control-Allow-Origin': ORIGIN,
      'Access-Control-Allow-Methods': 'GET, HEAD, POST',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type',
      'Access-Control-Max-Age': '600',
    })
    for (const [line, method] of [
      ['OPTIONS /maps', 'DELETE'],
      ['OPTIONS /none', 'GET'],
      ['OPTIONS /maps', 'TRACE'],
      ['OPTIONS /maps', 'get'],
    ] as const) {
      expect(await answer(line, preflight(ORIGIN, method))).toBe(403)
    }
    expect(
      configurationError({ ...profile, routes, origins: [ORIGIN], cors: { allowedHeaders: ['*'] } }).message,
    ).toMatch(/^cors\.allowedHeaders/)
  })

  it('B709: does not read Access-Control-Request-Headers at all', async () => {
    const usual = await ask(server, 'OPTIONS /maps', preflight(ORIGIN))
    for (const list of [
      'authorization',
      'AUTHORIZATION , content-type',
      ',,,',
      'a'.repeat(15_000),
      '\u00e9',
    ]) {
      expect(
        await ask(server, 'OPTIONS /maps', { ...preflight(ORIGIN), 'Access-Control-Request-Headers': list }),
      ).toEqual(usual)
    }
  })

  it('B710: varies by Origin on every answer, with or without one, and not at all where everyone may read', async () => {
    for (const [line, headers] of [
      ['GET /maps', bearer(token)],
      ['GET /maps', {}],
      ['GET /maps', { Origin: EVIL }],
      ['GET /health', {}],
      ['GET /none', { Origin: ORIGIN }],
      ['GET //', {}],
      ['TRACE /maps', {}],
    ] as [string, Headers][]) {
      expect((await ask(server, line, headers)).headers.append, line).toEqual([['Vary', 'Origin']])
    }
    const open = createServer({ routes, origins: '*' })
    const { headers } = await ask(open, 'GET /health', {})
    expect(headers.append).toEqual([])
    expect(Object.fromEntries(headers.set)['Access-Control-Allow-Origin']).toBe('*')
  })

  it('B711: lets an allowed page read every denial', async () => {
    const unavailable = createServer({ routes, origins: [ORIGIN], status: { isActive: () => 'no answer' } })
    for (const [status, line, headers, by] of [
      [401, 'GET /maps', {}, server],
      [401, 'GET /maps', bearer('a.b.c'), server],
      [403, 'POST /maps', bearer(token), server],
      [403, 'GET /none', {}, server],
      [404, 'GET /none', {}, createServer({ routes, origins: [ORIGIN], noRule: 404 })],
      [400, 'GET /maps', { Authorization: 'a,b' }, server],
      [405, 'TRACE /maps', {}, server],
      [503, 'GET /maps', bearer(token), unavailable],
    ] as [number, string, Headers, typeof server][]) {
      const asked = { ...headers, Origin: ORIGIN }
      expect(await answer(line, asked, by)).toBe(status)
      expect(corsOf(await ask(by, line, asked))['Access-Control-Allow-Origin'], `${status}`).toBe(ORIGIN)
    }
  })

  it('B712: exposes WWW-Authenticate and Retry-After, and more where it is told to, but not on a preflight', async () => {
    const more = createServer({ routes, origins: [ORIGIN], cors: { exposedHeaders: ['X-Request-Id'] } })
    const name = 'Access-Control-Expose-Headers'
    expect(headerOf(await ask(more, 'GET /health', { Origin: ORIGIN }), name)).toBe(
      'WWW-Authenticate, Retry-After, X-Request-Id',
    )
    expect(headerOf(await ask(more, 'OPTIONS /maps', preflight(ORIGIN)), name)).toBeUndefined()
  })

  it('B713: opens no private network', async () => {
    const asked = { ...preflight(ORIGIN), 'Access-Control-Request-Private-Network': 'true' }
    expect(await ask(server, 'OPTIONS /maps', asked)).toEqual(
      await ask(server, 'OPTIONS /maps', preflight(ORIGIN)),
    )
  })

  it('B714: writes each CORS header once, drops those that others set, and never * with credentials', async () => {
    const { headers } = await ask(server, 'GET /maps', { ...bearer(token), Origin: ORIGIN })
    const names = headers.set.map(([name]) => name)
    expect(new Set(names).size).toBe(names.length)
    expect([...headers.remove, ...names]).toEqual(
      expect.arrayContaining(['Access-Control-Allow-Origin', 'Access-Control-Allow-Credentials']),
    )
    expect(
      configurationError({ ...profile, routes, origins: '*', cors: { credentials: true } }).message,
    ).toMatch(/^origins/)
  })

  it('B715: lets no request in for its origin', async () => {
    for (const headers of [{ Origin: ORIGIN }, {}] as Headers[]) {
      expect(await answer('GET /maps', { ...headers, ...bearer('a.b.c') })).toBe(401)
    }
  })
})
