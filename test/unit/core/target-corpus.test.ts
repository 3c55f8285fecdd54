import { createResourceServer } from '@scopegate/core'
import { describe, expect, it } from 'vitest'
import { ask, headerOf, issuer, profile } from './server.ts'

const server = createResourceServer({
  ...profile,
  origins: ['https://app.example'],
  routes: [
    { method: 'GET', path: '/admin', scopes: 'admin' },
    { method: 'GET', path: '/admin/users', scopes: 'admin' },
    { method: 'GET', path: '/public/{x}', access: 'public' },
    { method: 'GET', path: '/files/*', scopes: 'read' },
  ],
})
const bearer = { Authorization: `Bearer ${await issuer.mintToken({ scope: 'read' })}` }
const admin = { Authorization: `Bearer ${await issuer.mintToken({ scope: 'admin read' })}` }

/** Every way in which somebody has got past somebody's gate. */
describe('a target that two readers could read in two ways', () => {
  it.each([
    ...[
      '*',
      'admin',
      '?x',
      '',
      'http://evil/admin',
      'HTTP://x/ADMIN',
      'https:/admin',
      'evil:443',
      '@evil/admin',
    ],
    ...[
      '//admin',
      '///admin',
      '/admin//',
      '//evil/admin',
      '/files/a//b',
      '/./admin',
      '/admin/.',
      '/public/..',
    ],
    ...['/public/../admin', '/public/%2e%2e/admin', '/public/.%2e/admin', '/public/%2E%2E%2Fadmin'],
    ...[
      '/public/..%2fadmin',
      '/public/..%5cadmin',
      '/public/..\\admin',
      '/admin\\users',
      '/public/..;/admin',
    ],
    ...['/admin;x=1', '/admin;/x', '/admin%3bx', '/admin%00', '/admin%0a', '/admin%7f', '/admin%2Fusers'],
    ...[
      '/admin%5Cusers',
      '/%2561dmin',
      '/%252e%252e/admin',
      '/%%36%31dmin',
      '/%',
      '/%2',
      '/%zz',
      '/%u0061dmin',
    ],
    ...['/%c0%ae%c0%ae/admin', '/%c1%9cadmin', '/%e0%80%ae/admin', '/%ff', '/%25c0%25ae%25c0%25ae/admin'],
    ...[
      '/admin#f',
      '/admin#/public/x',
      '/#/../admin',
      '/public/x#',
      '/admin\t',
      '/\u00e9',
      '/a b',
      '/admin\u00a0',
    ],
    ...[
      '/files/../admin',
      '/files/..;x/admin',
      '/files/a%2f..%2f..%2fadmin',
      '/files/%2e%2e%5c%2e%2e%5cadmin',
    ],
    ...['/public/a%2Fb', '/public/100%25', '/public/a;b', '/public/DOMAIN%5Cuser', '/user/..;foo=bar/admin'],
    ...[`/${'a'.repeat(9000)}`, '/a'.repeat(65), `/files${'/a'.repeat(64)}`],
  ])('is answered 400, token or not: %s', async (target) => {
    for (const headers of [{}, bearer, admin]) {
      const decision = await ask(server, `GET ${target}`, headers)
      expect(decision).toMatchObject({ allowed: false, status: 400 })
      expect(headerOf(decision, 'WWW-Authenticate')).toBeUndefined()
    }
  })

  it('is answered 400 for every escape in a byte of its own', async () => {
    for (let code = 0; code < 0x100; code++) {
      const target = `/admin%${code.toString(16).padStart(2, '0')}`
      const decision = await ask(server, `GET ${target}`, admin)
      const isLetter = code > 0x20 && code < 0x7f && !'%/;\\'.includes(String.fromCharCode(code))
      expect([target, decision.allowed ? 200 : decision.status]).toEqual([
        target,
        isLetter || code === 0x20 ? 403 : 400,
      ])
    }
  })
})

describe('a target that some router takes for /admin or below', () => {
  it.each([
    ...['/admin', '/admin/', '/ADMIN', '/Admin/Users', '/admin/users/', '/%61dmin', '/adm%69n', '/%41DMIN'],
    ...['/admin?x=1', '/admin?', '/admin/?', '/admin?a=/public/x', '/admin?/../public/x', '/admin?%00%zz;\\'],
  ])('needs the scope of the rule: %s', async (target) => {
    for (const method of ['GET', 'HEAD']) {
      expect(await ask(server, `${method} ${target}`)).toMatchObject({
        status: 401,
        reason: 'no_credentials',
      })
      expect(await ask(server, `${method} ${target}`, bearer)).toMatchObject({
        status: 403,
        reason: 'insufficient_scope',
      })
      expect(await ask(server, `${method} ${target}`, admin)).toMatchObject({ allowed: true })
    }
  })

  it.each(['/files', '/files/', '/FILES/a/b/c', '/files/..a', '/files/...', '/files/%20', '/files/a?x=//'])(
    'or for a file needs that of its rule: %s',
    async (target) => {
      expect(await ask(server, `GET ${target}`)).toMatchObject({ status: 401 })
      expect(await ask(server, `GET ${target}`, bearer)).toMatchObject({ allowed: true })
    },
  )
})

describe('a request that no rule speaks of', () => {
  it.each([
    ...['GET /administrator', 'GET /admin%20', 'GET /admin/users/1', 'GET /adminx', 'GET /api../admin'],
    ...['GET /.../admin', 'GET /..../admin', 'GET /', 'GET /public', 'GET /public/', 'GET /public/a/b'],
    ...['GET /0x2e0x2e/admin', 'GET /admin,a=b/xyz', 'GET /admin.json', 'GET /admin:x', 'GET /__proto__'],
    ...['POST /admin', 'PUT /admin', 'PURGE /admin', 'OPTIONS /admin', 'PROPFIND /public/x', 'POST /files/a'],
  ])('is answered 403, whoever asks: %s', async (line) => {
    for (const headers of [{}, bearer, admin, { Authorization: 'Bearer x' }])
      expect(await ask(server, line, headers)).toMatchObject({ status: 403, reason: 'no_rule' })
  })
})

describe('a request that is refused for what it says of itself', () => {
  it.each([
    ['get /admin', {}, 400],
    ['TRACE /admin', {}, 405],
    ['CONNECT /admin', {}, 405],
    ['POST /admin', { 'X-HTTP-Method-Override': 'GET' }, 400],
    ['GET /admin', { Authorization: ['Bearer x', 'Bearer y'] }, 400],
    ['GET /admin', { Authorization: 'Bearer A, Bearer B' }, 400],
    ['GET /admin', { Origin: ['https://app.example', 'https://evil.example'] }, 400],
    ['GET /public/x', { Host: '1/admin' }, 400],
    ['GET /public/1', { Host: '\u00bc/admin?a=' }, 400],
    ['GET /admin', { Host: ['api.example', 'evil.example'] }, 400],
  ])('%s with %j: %i', async (line, headers, status) => {
    expect(await ask(server, line, { ...admin, ...headers })).toMatchObject({ allowed: false, status })
  })
})
