import { describe, expect, it } from 'vitest'
import { describeDecision } from '../../../key-set-scenario.ts'
import { ask, configurationError, denied, type Headers, headerOf, issuer, profile } from '../server.ts'
import { bearer, createServer, expectInvalid } from './scene.ts'

const REALM = 'Bearer realm="api"'
const PLAIN = await issuer.mintToken({ scope: 'read' })
const ADMIN = await issuer.mintToken({ scope: 'admin' })
const EXPIRED = await issuer.mintToken({ expiresIn: -60 })
const admin = createServer({
  routes: [
    { method: 'GET', path: '/admin', scopes: 'admin' },
    { method: 'GET', path: '/admin/users', scopes: 'admin' },
    { method: 'GET', path: '/v1/admin/users', scopes: 'admin' },
    { method: 'GET', path: '/public/*', access: 'public' },
    { method: 'GET', path: '/health', access: 'public' },
    { method: 'GET', path: '/optional', access: 'optional' },
  ],
})

async function answer(
  server: ReturnType<typeof createServer>,
  line: string,
  headers: Headers = {},
): Promise<string> {
  return describeDecision(await ask(server, line, headers))
}

describe('A4: requests and routes', () => {
  it.each([
    `Basic ${PLAIN}`,
    `Token ${PLAIN}`,
    `JWT ${PLAIN}`,
    PLAIN,
    `BearerX ${PLAIN}`,
    `Bearer\t${PLAIN}`,
    `Bearer\u00a0${PLAIN}`,
    `Bearer=${PLAIN}`,
    `Bearer`,
    `Bearer `,
    ' ',
  ])('CVE-2026-47673: another scheme carries no credential: %.24j', async (Authorization) => {
    const decision = denied(await ask(createServer(), 'GET /maps', { Authorization }))
    expect(decision.status).toBe(401)
    expect(headerOf(decision, 'WWW-Authenticate')).toBe(REALM)
  })

  it('CVE-2026-47673: a comma behind the scheme is a second credential', async () => {
    expect(await answer(createServer(), 'GET /maps', { Authorization: `Bearer,${PLAIN}` })).toBe(
      '400 ambiguous_credentials',
    )
  })

  it.each(['bearer', 'BEARER', 'bEaReR', 'Bearer'])(
    'hono 3aa2f9ae: the scheme %s is ours',
    async (scheme) => {
      expect(await answer(createServer(), 'GET /maps', { Authorization: `${scheme}  ${PLAIN}` })).toBe(
        'allowed',
      )
    },
  )

  it('hono jwt: a challenge without credentials names no error, and no answer repeats the request', async () => {
    const hostile = {
      Host: 'reflected-host.example',
      'User-Agent': 'reflected-agent',
      Origin: 'https://reflected.example',
    }
    const decisions = [
      await ask(createServer(), 'GET /maps?reflected=query', hostile),
      await ask(createServer(), 'GET /reflected-path', { ...hostile, ...bearer(PLAIN) }),
      await ask(createServer(), 'GET /maps', { ...hostile, ...bearer('reflected.reflected.reflected') }),
      await ask(createServer(), 'GET /reflected//path', hostile),
    ].map(denied)
    expect(headerOf(decisions[0] as (typeof decisions)[number], 'WWW-Authenticate')).toBe(REALM)
    for (const { headers, body } of decisions)
      expect(JSON.stringify([headers, body])).not.toContain('reflected')
  })

  it.each(
    [
      ...[
        '/ADMIN/users',
        '/admin/Users',
        '/admin/users/',
        '/Admin/Users/',
        '/admin/%75sers',
        '/%61dmin/users',
        '/admin/users?x',
      ],
      ...[
        '//admin/users',
        '/admin//users',
        '/./admin/users',
        '/x/../admin/users',
        '/x/%2e%2e/admin/users',
        '/admin/.%2e/admin/users',
      ],
      ...[
        '/admin/users/.',
        '/admin%2fusers',
        '/admin%2Fusers',
        '/admin;x/users',
        '/admin/users;x',
        '/admin%3b/users',
        '/admin\\users',
      ],
      ...[
        '/admin%5cusers',
        '/admin/users%00',
        '/admin/users%20',
        '/admin/users%',
        '/admin/%c0%afusers',
        '/admin/users#',
        '/admin/users#/public/x',
      ],
      ...[
        'http://api.example/admin/users',
        'http://evil.example/admin/users',
        '*',
        '',
        'admin/users',
        '/admin/users\u00e9',
        '/admin/%u0075sers',
      ],
      ...[
        '/v1/admin/users',
        '/V1/admin/users',
        '/v1//admin/users',
        '/v1/../v1/admin/users',
        '/v1/%61dmin/users',
        '/admin/users%2f..%2fpublic',
      ],
    ].map((target) => ({ target })),
  )(
    'CVE-2026-47676, CVE-2026-29087, CVE-2026-39406, CVE-2026-2880, CVE-2026-22037, CVE-2026-33808: $target needs the scope in every spelling',
    async ({ target }) => {
      for (const method of ['GET', 'HEAD']) {
        expect(await answer(admin, `${method} ${target}`, bearer(PLAIN))).toMatch(/^(403|400) /)
        expect(await answer(admin, `${method} ${target}`)).toMatch(/^(401|403|400) /)
      }
    },
  )

  it.each([
    '/admin?x=/public/x',
    '/admin?/public/',
    '/admin#/public',
    '/admin;/public',
    '/admin?/../public/x',
    '/admin%3f/public/x',
  ])('CVE-2025-54576: %s is no public route', async (target) => {
    expect(await answer(admin, `GET ${target}`)).toMatch(/^(401|403|400) /)
    expect(await answer(admin, `GET ${target}`, bearer(PLAIN))).toMatch(/^(403|400) /)
  })

  it.each<[name: string, value: string]>([
    ...[
      'X-Forwarded-Uri',
      'X-Forwarded-Path',
      'X-Forwarded-Prefix',
      'X-Original-URL',
      'X-Original-URI',
      'X-Rewrite-URL',
    ].map((name): [string, string] => [name, '/public/x']),
    ['X-Forwarded-Method', 'OPTIONS'],
    ['X-Forwarded-Host', 'evil.example'],
    ['X-Authenticated', 'true'],
    ['X-Jwt-Payload', 'e30'],
    ['X-Middleware-Subrequest', 'middleware'],
    ['Authorization_', `Bearer ${ADMIN}`],
    ['X-Authorization', `Bearer ${ADMIN}`],
    ['Proxy-Authorization', `Bearer ${ADMIN}`],
    ['Cookie', `access_token=${ADMIN}`],
  ])('CVE-2026-40575, CVE-2025-64484, CVE-2025-29927: %s changes no decision', async (name, value) => {
    for (const headers of [{}, bearer(PLAIN), bearer(ADMIN)] as Headers[]) {
      for (const line of ['GET /admin', 'GET /public/x', 'POST /admin']) {
        expect(await ask(admin, line, { ...headers, [name]: value })).toEqual(await ask(admin, line, headers))
      }
    }
  })

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'CVE-2026-40575, CVE-2025-64484, CVE-2025-29927: %s is refused, or judged as if it were not there',
    async (name) => {
      expect(await answer(admin, 'GET /admin', { ...bearer(ADMIN), [name]: 'DELETE' })).toBe(
        '400 method_override',
      )
      const ignoring = createServer({ methodOverride: 'ignore' })
      expect(await answer(ignoring, 'POST /maps', { ...bearer(PLAIN), [name]: 'GET' })).toBe('403 no_rule')
    },
  )

  it.each<[what: string, value: string | readonly string[]]>([
    ['good and bad', [`Bearer ${PLAIN}`, 'Bearer a.b.c']],
    ['bad and good', ['Bearer a.b.c', `Bearer ${PLAIN}`]],
    ['good and good', [`Bearer ${PLAIN}`, `Bearer ${PLAIN}`]],
    ['empty and good', ['', `Bearer ${PLAIN}`]],
    ['good and empty', [`Bearer ${PLAIN}`, '']],
    ['Basic and Bearer', ['Basic YTpi', `Bearer ${PLAIN}`]],
    ['joined by a comma', `Bearer ${PLAIN}, Bearer ${PLAIN}`],
    ['a comma at the end', `Bearer ${PLAIN},`],
    ['a comma at the beginning', `, Bearer ${PLAIN}`],
  ])(
    'CVE-2026-26308, GHSA-wgpf-jwqj-8h8p: two credentials are no credential: %s',
    async (_, Authorization) => {
      const decision = denied(await ask(createServer(), 'GET /maps', { Authorization }))
      expect(decision.status).toBe(400)
      expect(headerOf(decision, 'WWW-Authenticate')).toMatch(/error="invalid_request"/)
    },
  )

  it.each(['a.b.c', `${PLAIN}x`, PLAIN.slice(0, -1), EXPIRED])(
    'CVE-2021-21378: an optional route asked with a bad token is not asked without one',
    async (token) => {
      expect(await answer(admin, 'GET /optional')).toBe('allowed')
      expect(await answer(admin, 'GET /optional', bearer(token))).toMatch(/^401 token_/)
    },
  )

  it.each(['a@evil.example', 'evil"', 'evil, realm="x"', 'evil.example/x', 'evil\\', 'api.example:99999999'])(
    'CVE-2026-27959, CVE-2025-25200: the Host %j gets into no answer',
    async (Host) => {
      const decision = denied(await ask(createServer(), 'GET /maps', { Host }))
      expect(decision.status).toBe(400)
      expect(JSON.stringify([decision.headers, decision.body])).not.toContain('evil')
    },
  )

  it('CVE-2026-27959, CVE-2025-25200: a Host that is well-formed changes no challenge', async () => {
    const usual = await ask(createServer(), 'GET /maps')
    expect(await ask(createServer(), 'GET /maps', { Host: 'evil.example:8443' })).toEqual(usual)
    expect(await answer(createServer(), 'GET http://evil.example/maps')).toBe('400 malformed_target')
  })

  it.each([1, 31, 33, 64])(
    'CVE-2022-31142: an HMAC of %i bytes is compared without throwing',
    async (length) => {
      const secret = 's'.repeat(32)
      const server = createServer({ keys: undefined, secret })
      const token = (await issuer.mintToken({ header: { alg: 'HS256' } })).split('.').slice(0, 2).join('.')
      await expectInvalid(server, `${token}.${Buffer.alloc(length).toString('base64url')}`)
    },
  )

  it.each(['a"b', 'a\\b', 'a\r\nX-Evil: 1', 'a\nb', '', 'é', 'a\u0000'])(
    'hono 0c0bf8d7: the realm %j is refused at set-up',
    (realm) => {
      expect(configurationError({ ...profile, realm }).message).toMatch(/^realm/)
    },
  )

  it('hono 0c0bf8d7: text from options is text, whatever it would mean in a pattern', async () => {
    const odd = '.*+?()[]{}|^$'
    const server = createServer({ realm: odd, routes: [{ method: 'GET', path: '/a.b', scopes: odd }] })
    expect(headerOf(await ask(server, 'GET /a.b'), 'WWW-Authenticate')).toBe(`Bearer realm="${odd}"`)
    const lacking = await ask(server, 'GET /a.b', bearer(PLAIN))
    expect(headerOf(lacking, 'WWW-Authenticate')).toContain(`scope="${odd}"`)
    expect(await answer(server, 'GET /axb', bearer(PLAIN))).toBe('403 no_rule')
  })

  it('CVE-2026-44457: no denial may be kept by a cache, and nothing loosens the cache control of a handler', async () => {
    for (const [line, headers] of [
      ['GET /maps', {}],
      ['GET /maps', bearer('x')],
      ['GET /read', bearer(ADMIN)],
      ['GET /none', {}],
      ['GET //', {}],
    ] as const) {
      expect(headerOf(await ask(createServer(), line, headers), 'Cache-Control')).toBe('no-store')
    }
    const { headers } = await ask(createServer(), 'GET /maps', bearer(PLAIN))
    expect(headers).toEqual({ remove: [], set: [], append: [] })
  })
})
