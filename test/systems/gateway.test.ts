import { createFakeClock } from '@scopegate/core/testing'
import {
  type GatewaySystem,
  IDENTITY_HEADERS,
  identityHeaders,
  requestToken,
  type Seen,
  startGatewaySystem,
} from '@scopegate/example-gateway'
import { bearer, type Headers, type RawRequest } from '@scopegate/example-harness'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askOne, type Told } from './ask.ts'

const clock = createFakeClock()
let system: GatewaySystem
let reader: Headers
let admin: Headers
beforeAll(async () => {
  system = await startGatewaySystem(clock.now)
  reader = bearer(await requestToken(system, system.reader))
  admin = bearer(await requestToken(system, system.admin))
})
afterAll(async () => await system.close())

/** What is answered, and what of it reached the upstream. */
async function send(request: Partial<RawRequest>): Promise<{ answer: Told; seen: readonly Seen[] }> {
  const before = system.upstream.seen.length
  const answer = await askOne(system.gateway.port, {
    method: 'GET',
    target: '/reports',
    headers: [],
    ...request,
  })
  return { answer, seen: system.upstream.seen.slice(before) }
}

describe('who calls', () => {
  it('is told to the upstream by the token alone, which stays at the gateway', async () => {
    const { seen } = await send({ headers: reader })
    expect(seen).toHaveLength(1)
    const { headers } = seen[0] as Seen
    expect(headers).toMatchObject({
      'x-client-id': system.reader.clientId,
      'x-subject': system.reader.clientId,
      'x-account-id': expect.any(String),
      'x-scopes': 'reports.read',
    })
    expect(headers.authorization).toBeUndefined()
    expect(headers.host).toBe(new URL(system.upstream.url).host)
  })

  it.each(IDENTITY_HEADERS)('cannot be told by a header from outside: %s, however spelt', async (name) => {
    const spellings = [name, name.toUpperCase(), name.replaceAll('-', '_'), name.replaceAll('-', '.')]
    const more = [name.replace('-', '_'), name.replaceAll('-', '~'), name.replaceAll('-', '!')]
    const forged = [...spellings, ...more].map((spelling) => [spelling, 'root'] as const)
    for (const headers of [
      [...reader, ...forged],
      [...forged, ...reader, ...forged],
    ]) {
      const { seen } = await send({ headers })
      expect(JSON.stringify(seen[0]?.headers)).not.toContain('root')
      expect(seen[0]?.headers[name]).toBeDefined()
    }
    const nobody = await send({ target: '/health', headers: forged })
    expect(JSON.stringify(nobody.seen[0]?.headers)).not.toContain('root')
    expect(nobody.seen[0]?.headers[name]).toBeUndefined()
  })

  it('cannot be dropped by naming its header as one of the connection', async () => {
    const listed = IDENTITY_HEADERS.join(', ')
    const { seen } = await send({ headers: [...reader, ['Connection', `close, ${listed}`]] })
    expect(seen[0]?.headers['x-client-id']).toBe(system.reader.clientId)
  })

  it('is written so that no text of an issuer can end a header', () => {
    const hostile = 'a\r\nX-Scopes: admin, b\u{1f511}'
    const written = identityHeaders({
      clientId: hostile,
      account: undefined,
      subject: hostile,
      scopes: [hostile, 'ok'],
    } as unknown as Parameters<typeof identityHeaders>[0])
    expect(Object.keys(written)).toEqual(['x-client-id', 'x-subject', 'x-scopes'])
    for (const value of Object.values(written)) expect(value).toMatch(/^[\x21-\x7e]+( ok)?$/)
    expect(decodeURIComponent(written['x-client-id'] ?? '')).toBe(hostile)
  })
})

describe('what upstreams are known to believe', () => {
  const believed: Headers = [
    ...([
      'Forwarded',
      'X-Forwarded-For',
      'X-Forwarded-Host',
      'X-Forwarded-User',
      'X_Forwarded_Proto',
    ] as const),
    ...(['X-Original-URL', 'X-Rewrite-URL', 'X-Original-Method', 'X-Real-IP', 'Via'] as const),
  ].map((name) => [name, '/admin/users'])

  it('is not passed on', async () => {
    const { answer, seen } = await send({ headers: [...reader, ...believed] })
    expect(answer.status).toBe(200)
    expect(JSON.stringify(seen[0]?.headers)).not.toContain('/admin')
  })

  it('has no say in what is judged either', async () => {
    const path = (target: string): Headers => believed.map(([name]) => [name, target])
    const { answer, seen } = await send({ target: '/admin/users', headers: [...reader, ...path('/reports')] })
    expect([answer.status, seen.length]).toEqual([403, 0])
  })
})

describe('what goes through', () => {
  it('is the very target, the query and the body', async () => {
    const body = JSON.stringify({ title: 'ünïcode' })
    const { seen } = await send({
      method: 'POST',
      target: '/reports?dry=1&x=%2e%2e',
      headers: [...admin, ['Content-Type', 'application/json'], ['X-Request-Id', 'r1']],
      body: Buffer.from(body).toString('latin1'),
    })
    expect(seen[0]).toMatchObject({
      method: 'POST',
      target: '/reports?dry=1&x=%2e%2e',
      body,
      headers: { 'x-request-id': 'r1', 'content-type': 'application/json' },
    })
  })

  it('is handed back with its status and headers; a redirect is not followed', async () => {
    const { answer, seen } = await send({ target: '/reports/moved', headers: reader })
    expect(answer).toMatchObject({ status: 302, headers: { location: '/internal/secrets' } })
    expect(seen.map(({ target }) => target)).toEqual(['/reports/moved'])
  })

  it('leaves nothing of a body behind that could be read as the next request', async () => {
    const body = 'GET /admin/users HTTP/1.1\r\nHost: upstream\r\nX-Scopes: admin\r\n\r\n'
    const chunked: Headers = [['Transfer-Encoding', 'chunked']]
    for (const request of [
      { method: 'GET', body },
      { method: 'GET', headers: chunked, body: `0\r\n\r\n${body}` },
      { method: 'POST', headers: chunked, body: `0\r\n\r\n${body}` },
    ]) {
      const { seen } = await send({ ...request, headers: [...(request.headers ?? []), ...reader] })
      expect(seen.filter(({ target }) => target !== '/reports')).toEqual([])
    }
  })
})

describe('what does not go through', () => {
  const targets = [
    ...['/admin', '/admin/users', '/ADMIN/users', '/admin/users/', '/%61dmin/users', '/admin%2fusers'],
    ...[
      '/reports/../admin/users',
      '/reports/%2e%2e/admin/users',
      '/reports/..;/admin/users',
      '//admin/users',
    ],
    ...[
      '/reports\\..\\admin',
      '/reports%5c..%5cadmin',
      'http://upstream/admin/users',
      '/admin/users#/reports',
    ],
    ...['/internal/secrets', '/reports/r1/extra', '/', '*', '/reports/%00', '/health/../admin', '/health/x'],
    ...['/admin/users?x=/reports', '/./admin/users', '/reports/%252e%252e/admin', '/health;/admin'],
  ]
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND', 'TRACE', 'get']

  it.each([
    ['without a token', () => []],
    ['with a token that is bad', () => bearer('e30.e30.e30')],
    ['with two tokens', () => [...admin, ...admin]],
    ['with a token of a reader', () => reader],
  ] as const)('is anything but what was allowed: %s', async (_, headers) => {
    for (const method of methods)
      for (const target of targets) {
        const { answer, seen } = await send({ method, target, headers: headers() })
        expect([method, target, seen]).toEqual([method, target, []])
        expect(answer.status).toBeGreaterThanOrEqual(400)
      }
  })

  it('is a method that a header asks for', async () => {
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      const { answer, seen } = await send({ headers: [...reader, [name, 'DELETE']] })
      expect([answer.status, seen.length]).toEqual([400, 0])
    }
  })

  it('is answered 502 where the upstream is gone, and says nothing of it', async () => {
    const lonely = await startGatewaySystem(clock.now)
    try {
      const headers = bearer(await requestToken(lonely, lonely.reader))
      await lonely.upstream.close()
      const answer = await askOne(lonely.gateway.port, { method: 'GET', target: '/reports', headers })
      expect(answer).toMatchObject({ status: 502, body: { error: 'bad_gateway' } })
    } finally {
      await lonely.close()
    }
  })
})
