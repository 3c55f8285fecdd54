import { createResourceServer, type ResourceRequest } from '@scopegate/core'
import { describe, expect, it } from 'vitest'
import { ask, decide, denied, headerOf, issuer, profile } from './server.ts'

const server = createResourceServer({
  ...profile,
  origins: ['https://app.example'],
  routes: [
    { method: '*', path: '/*', access: 'public' },
    { method: 'GET', path: '/admin', scopes: 'admin' },
  ],
})
const override = createResourceServer({
  ...profile,
  methodOverride: 'ignore',
  routes: [{ method: 'GET', path: '/a', access: 'public' }],
})

describe('the method', () => {
  it.each([
    '',
    'get',
    'Get',
    'GET ',
    ' GET',
    'M-SEARCH',
    'GET\n',
    'G\u00c9T',
    '*',
    '1',
    'GET,POST',
    '\u0405',
  ])('%j is malformed, whatever rule there is', async (method) => {
    const decision = await decide(server, { method, target: '/a', rawHeaders: [] })
    expect(decision).toMatchObject({ allowed: false, status: 400, reason: 'malformed_method' })
  })

  it.each(['GET', 'POST', 'PURGE', 'QUERY', 'PROPFIND', 'X'])('%s is one', async (method) => {
    expect(await ask(server, `${method} /a`)).toMatchObject({ allowed: true })
  })

  it.each(['TRACE', 'CONNECT'])('%s is answered 405, whatever rule there is', async (method) => {
    const decision = denied(await ask(server, `${method} /a`))
    expect(decision).toMatchObject({ status: 405, reason: 'method_not_allowed' })
    expect(headerOf(decision, 'Allow')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS')
    expect(headerOf(decision, 'WWW-Authenticate')).toBeUndefined()
  })

  it('TRACE says what else there is, even if there is nothing', async () => {
    const routes = [{ method: ['GET', 'PURGE'], path: '/a', scopes: 'a' }] as const
    const narrow = createResourceServer({ ...profile, routes })
    expect(headerOf(await ask(narrow, 'TRACE /A/'), 'Allow')).toBe('GET, HEAD, PURGE')
    expect(headerOf(await ask(narrow, 'TRACE /b'), 'Allow')).toBe('')
    expect(await ask(narrow, 'TRACE //')).toMatchObject({ status: 400 })
  })

  it.each(['X-HTTP-Method-Override', 'x-http-method', 'X-Method-Override'])(
    'may not be overridden by %s',
    async (name) => {
      for (const value of ['GET', 'DELETE', '']) {
        const decision = await ask(server, 'POST /a', { [name]: value })
        expect(decision).toMatchObject({ allowed: false, status: 400, reason: 'method_override' })
      }
      expect(await ask(override, 'GET /a', { [name]: 'DELETE' })).toMatchObject({ allowed: true })
    },
  )
})

describe('the host', () => {
  it.each(['', 'a/admin', '1/admin', '\u00bc/admin?aa', 'a@b', 'a?b', 'a, b'])(
    '%j is malformed, and nothing else is looked at',
    async (Host) => {
      for (const line of ['GET /a', 'GET /admin', 'OPTIONS /a', 'GET //'])
        expect(await ask(server, line, { Host })).toMatchObject({ status: 400, reason: 'malformed_host' })
    },
  )

  it('sent twice is malformed', async () => {
    expect(await ask(server, 'GET /a', { Host: ['a', 'a'] })).toMatchObject({ reason: 'malformed_host' })
    expect(await ask(server, 'GET /a', { Host: 'a', ':authority': 'b' })).toMatchObject({
      reason: 'malformed_host',
    })
  })

  it('may be absent, and decides nothing', async () => {
    const absent = await decide(server, { method: 'GET', target: '/a', rawHeaders: [] })
    expect(absent.allowed).toBe(true)
    expect(await ask(server, 'GET /admin', { Host: 'evil.example' })).toEqual(await ask(server, 'GET /admin'))
  })
})

describe('headers that claim to know better', () => {
  it.each([
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-Forwarded-Uri',
    'X-Forwarded-Path',
    'X-Forwarded-Method',
    'X-Forwarded-Prefix',
    'X-Forwarded-Host',
    'Forwarded',
    'X-Middleware-Subrequest',
    'X-Authenticated',
    'X-Jwt-Payload',
    'Authorization_',
    'Connection',
  ])('change nothing: %s', async (name) => {
    const token = await issuer.mintToken({ scope: 'admin' })
    const Authorization = `Bearer ${token}`
    for (const headers of [{}, { Authorization }]) {
      const decision = await ask(server, 'GET /admin', { ...headers, [name]: '/public' })
      expect(decision).toEqual(await ask(server, 'GET /admin', headers))
    }
  })
})

describe('a request whose raw target is not known', () => {
  const byUrl = (url: string, rawHeaders: string[] = ['Host', 'api.example']): ResourceRequest => {
    return { method: 'GET', url, rawHeaders }
  }

  it.each([
    'https://api.example/admin',
    'https://api.example/ADMIN/',
    'https://api.example/%61dmin?x=//..#y'.slice(0, -2),
    'https://API.EXAMPLE:443/admin',
  ])('is judged by the path of %s', async (url) => {
    expect(await decide(server, byUrl(url))).toEqual(await ask(server, 'GET /admin'))
  })

  it.each([
    '/admin',
    'https://evil.example/a',
    'https://api.example',
    'https://api.example?/a',
    'https://api.example/#/a',
    'https://api.example//a',
    'https://api.example/a/../b',
    'https://user@api.example/a',
    '',
  ])('is malformed as %j', async (url) => {
    expect(await decide(server, byUrl(url))).toMatchObject({ status: 400, reason: 'malformed_target' })
  })

  it('is compared with :authority where that was sent', async () => {
    const headers = [':authority', 'api.example']
    expect(await decide(server, byUrl('https://api.example/a', headers))).toMatchObject({ allowed: true })
    expect(await decide(server, byUrl('https://b.example/a', headers))).toMatchObject({ allowed: false })
  })

  it.each(['target', 'url'])('does not inherit a %s from a polluted Object.prototype', async (name) => {
    const value = name === 'target' ? '/public' : 'https://api.example/public'
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
    const decisions = [
      await server.authorize(byUrl('https://api.example/admin')),
      await server.authorize({ method: 'GET', target: '/admin', rawHeaders: ['Host', 'api.example'] }),
    ]
    Reflect.deleteProperty(Object.prototype, name)
    for (const decision of decisions) expect(decision).toEqual(await ask(server, 'GET /admin'))
  })

  it('does not inherit a token or an origin from a polluted Object.prototype', async () => {
    const value = `Bearer ${await issuer.mintToken({ scope: 'admin' })}`
    for (const slot of ['0', '1', '2', '3', '4', '5', '6'])
      Object.defineProperty(Object.prototype, slot, { value, configurable: true, writable: true })
    const request = { method: 'GET', target: '/admin', rawHeaders: ['Host', 'api.example'] }
    const without = await server.authorize(request)
    const sent = await server.authorize({ ...request, rawHeaders: ['Authorization', value] })
    for (const slot of ['0', '1', '2', '3', '4', '5', '6']) Reflect.deleteProperty(Object.prototype, slot)
    expect(without).toMatchObject({ allowed: false, reason: 'no_credentials' })
    expect(sent).toMatchObject({ allowed: true })
  })

  it('and has no URL either, is malformed', async () => {
    const neither = { method: 'GET', rawHeaders: [] } as unknown as ResourceRequest
    expect(await decide(server, neither)).toMatchObject({ status: 400, reason: 'malformed_target' })
  })
})

describe('several faults', () => {
  it('are told of one at a time: method, host, target, origin, override', async () => {
    const faults = [
      ['malformed_method', { Host: 'a/b', Origin: ['a', 'b'], 'X-HTTP-Method': 'A' }, 'get //'],
      ['malformed_host', { Host: 'a/b', Origin: ['a', 'b'], 'X-HTTP-Method': 'A' }, 'GET //'],
      ['malformed_target', { Origin: ['a', 'b'], 'X-HTTP-Method': 'A' }, 'GET //'],
      ['malformed_origin', { Origin: ['a', 'b'], 'X-HTTP-Method': 'A' }, 'GET /a'],
      ['method_override', { 'X-HTTP-Method': 'A' }, 'TRACE /a'],
    ] as const
    for (const [reason, headers, line] of faults)
      expect(await ask(server, line, headers)).toMatchObject({ reason })
  })
})
