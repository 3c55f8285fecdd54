import { createResourceServer } from '@scopegate/core'
import { describe, expect, it } from 'vitest'
import { ask, denied, headerOf, issuer, profile } from './server.ts'

const APP = 'https://app.example'
const server = createResourceServer({
  ...profile,
  origins: [APP],
  routes: [
    { method: 'GET', path: '/maps/:code', scopes: 'query' },
    { method: ['PUT', 'PATCH'], path: '/maps/:code', scopes: 'write' },
    { method: 'GET', path: '/health', access: 'public' },
    { method: '*', path: '/all/*', access: 'authenticated' },
    { method: 'OPTIONS', path: '/options', access: 'public' },
    { method: 'GET', path: '/files/:name', scopes: 'query', opaque: ['%2f'] },
    { method: 'GET', path: '/users/:id', scopes: 'query' },
    { method: 'GET', path: '/users/me', scopes: 'query', overrides: '/users/:id' },
  ],
})

describe('a preflight', () => {
  it('is granted what the rules of its target speak of, without a token and without a body', async () => {
    const decision = denied(await preflight('/maps/x', 'PUT'))
    expect(decision).toMatchObject({ status: 204, reason: 'preflight', body: '', rule: undefined })
    expect(decision.headers.set).toEqual([
      ['Access-Control-Allow-Origin', APP],
      ['Access-Control-Allow-Methods', 'GET, HEAD, PUT, PATCH'],
      ['Access-Control-Allow-Headers', 'Authorization, Content-Type'],
      ['Access-Control-Max-Age', '600'],
    ])
    expect(decision.headers.append).toEqual([
      ['Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'],
    ])
    expect(decision.headers.remove).toContain('Access-Control-Allow-Private-Network')
  })

  it.each([
    ['/maps/x', 'GET'],
    ['/maps/x', 'HEAD'],
    ['/MAPS/%78/', 'PATCH'],
    ['/health?x', 'GET'],
    ['/users/me', 'GET'],
    ['/users/ME', 'GET'],
    ['/all/x', 'DELETE'],
    ['/all/x', 'PROPFIND'],
    ['/all', 'OPTIONS'],
    ['/options', 'OPTIONS'],
    ['/files/a%2fb', 'GET'],
  ])('of %s is granted for %s', async (target, method) => {
    const decision = await preflight(target, method)
    expect(decision).toMatchObject({ status: 204 })
    expect(headerOf(decision, 'Access-Control-Allow-Methods')?.split(', ')).toContain(method)
  })

  it.each([
    ['/maps/x', 'DELETE'],
    ['/maps/x', 'OPTIONS'],
    ['/maps/x', 'get'],
    ['/maps/x', 'patch'],
    ['/maps/x', 'Put'],
    ['/maps/x', ''],
    ['/maps/x', ' GET'],
    ['/none', 'GET'],
    ['/all/x', 'TRACE'],
    ['/all/x', 'CONNECT'],
    ['/all/x', 'get'],
    ['/all/x', ''],
    ['/all/x', '*'],
    ['/all/x', 'GET PUT'],
    ['/all/x', 'A\u0142B'],
    ['/all/x', 'X; evil'],
  ])('of %s is refused for %j, without CORS headers', async (target, method) => {
    const decision = denied(await preflight(target, method))
    expect(decision).toMatchObject({ status: 403, reason: 'preflight_refused' })
    expect(JSON.parse(decision.body)).toMatchObject({ error: 'access_denied' })
    expect(decision.headers.set.map(([name]) => name)).toEqual([
      'Cache-Control',
      'Content-Type',
      'X-Content-Type-Options',
    ])
  })

  it.each(['https://evil.example', 'null', '', 'https://app.example:443'])(
    'from %j is refused in the same words as one that no rule speaks of',
    async (Origin) => {
      const foreign = await ask(server, 'OPTIONS /maps/x', { Origin, 'Access-Control-Request-Method': 'GET' })
      expect(foreign).toEqual(await preflight('/none', 'GET'))
    },
  )

  it.each(['/maps/..', '//maps/x', '/maps/%', 'maps/x', '*', '/maps/x#'])(
    'of the malformed %s is answered 400',
    async (target) => {
      expect(await preflight(target, 'GET')).toMatchObject({ status: 400, reason: 'malformed_target' })
    },
  )

  it('of a spelling that the rule does not accept is answered 400, as the request itself will be', async () => {
    expect(await preflight('/maps/a%2fb', 'GET')).toMatchObject({
      status: 400,
      reason: 'encoding_not_accepted',
    })
  })

  it('does not read the token', async () => {
    for (const Authorization of ['Bearer x', 'Bearer a, Bearer b'])
      expect(await preflight('/maps/x', 'GET', { Authorization })).toMatchObject({ status: 204 })
  })

  it('does not care which headers are announced, nor for private networks', async () => {
    const decision = await preflight('/maps/x', 'GET', {
      'Access-Control-Request-Headers': ','.repeat(15_000),
      'Access-Control-Request-Private-Network': 'true',
    })
    expect(decision).toEqual(await preflight('/maps/x', 'GET'))
  })

  it('is told what the options say', async () => {
    const cors = { credentials: true, maxAge: 0, allowedHeaders: ['Authorization', 'X-Trace'] }
    const routes = [{ method: 'GET', path: '/a', scopes: 'a' }] as const
    const other = createResourceServer({ ...profile, origins: [APP], cors, routes })
    const headers = { Origin: APP, 'Access-Control-Request-Method': 'GET' }
    expect((await ask(other, 'OPTIONS /a', headers)).headers.set).toEqual([
      ['Access-Control-Allow-Origin', APP],
      ['Access-Control-Allow-Credentials', 'true'],
      ['Access-Control-Allow-Methods', 'GET, HEAD'],
      ['Access-Control-Allow-Headers', 'Authorization, X-Trace'],
      ['Access-Control-Max-Age', '0'],
    ])
  })

  it('may announce whatever header the tokens come in', async () => {
    const routes = [{ method: 'GET', path: '/a', scopes: 'a' }] as const
    const keyed = createResourceServer({ ...profile, header: 'X-API-KEY', origins: [APP], routes })
    const headers = { Origin: APP, 'Access-Control-Request-Method': 'GET' }
    expect(headerOf(await ask(keyed, 'OPTIONS /a', headers), 'Access-Control-Allow-Headers')).toBe(
      'x-api-key, Content-Type',
    )
  })

  it("to origins: '*' is granted to everyone", async () => {
    const routes = [{ method: 'GET', path: '/a', scopes: 'a' }] as const
    const open = createResourceServer({ ...profile, origins: '*', routes })
    const headers = { Origin: 'https://any.example', 'Access-Control-Request-Method': 'GET' }
    const decision = await ask(open, 'OPTIONS /a', headers)
    expect(decision).toMatchObject({ status: 204 })
    expect(headerOf(decision, 'Access-Control-Allow-Origin')).toBe('*')
  })
})

describe('any other OPTIONS', () => {
  const request = { Origin: APP, 'Access-Control-Request-Method': 'GET' }

  it.each([
    ['without an Origin', 'OPTIONS /maps/x', { 'Access-Control-Request-Method': 'GET' }, 403],
    ['without a requested method', 'OPTIONS /maps/x', { Origin: APP }, 403],
    [
      'that announces headers only',
      'OPTIONS /maps/x',
      { 'Access-Control-Request-Headers': 'authorization' },
      403,
    ],
    ['under a rule for every method', 'OPTIONS /all/x', {}, 401],
    ['of a public rule', 'OPTIONS /options', { Origin: APP }, undefined],
  ])('%s is an ordinary request', async (_, line, headers, status) => {
    const decision = await ask(server, line, headers)
    expect(decision.allowed ? undefined : decision.status).toBe(status)
  })

  it('needs the token that its rule asks for', async () => {
    const token = await issuer.mintToken()
    const decision = await ask(server, 'OPTIONS /all/x', { Authorization: `Bearer ${token}` })
    expect(decision.allowed).toBe(true)
  })

  it('is not told from a preflight by another method', async () => {
    expect(await ask(server, 'GET /maps/x', request)).toMatchObject({ status: 401 })
    expect(await ask(server, 'HEAD /health', request)).toMatchObject({ allowed: true })
  })
})

async function preflight(
  target: string,
  method: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Awaited<ReturnType<typeof ask>>> {
  return await ask(server, `OPTIONS ${target}`, {
    Origin: APP,
    'Access-Control-Request-Method': method,
    ...headers,
  })
}
