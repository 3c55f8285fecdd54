import { ConfigurationError, createResourceServer, type RouteRequirement } from '@scopegate/core'
import { describe, expect, it } from 'vitest'
import { ask, denied, headerOf, issuer, profile } from './server.ts'

const APP = 'https://app.example'
const routes = [{ method: 'GET', path: '/table', access: 'public' }] as const
const server = createResourceServer({
  ...profile,
  kind: 'user',
  claims: { use: 'user' },
  origins: [APP],
  routes,
})
const bearer = async (scope: string): Promise<{ Authorization: string }> => {
  return { Authorization: `Bearer ${await issuer.mintToken({ scope, claims: { use: 'user' } })}` }
}

describe('a guard', () => {
  it.each([
    ['a', 'a b', 'a'],
    ['a b', 'a b', 'a b'],
    [{ all: ['a', 'b'] }, 'b a', 'a b'],
    [{ any: ['a', 'c'] }, 'c', 'a'],
    [{ anyOf: [['a', 'b'], ['c']] }, 'c', 'a b'],
    [{ scopes: 'a' }, 'a', 'a'],
    [{ scopes: { any: ['a', 'b'] }, tokens: 'user' }, 'b', 'a'],
  ] as const)('that asks for %j takes the scope %j and names %j', async (requirement, scope, named) => {
    const guard = server.requiring(requirement)
    for (const line of ['GET /anything', 'DELETE /x/y', 'PURGE /', 'HEAD /none'])
      expect(await ask(guard, line, await bearer(scope))).toMatchObject({ allowed: true })
    const decision = await ask(guard, 'GET /anything', await bearer('other'))
    expect(decision).toMatchObject({ allowed: false, status: 403, reason: 'insufficient_scope' })
    expect(headerOf(decision, 'WWW-Authenticate')).toMatch(`, scope="${named}"`)
  })

  it('judges by its own rule and not by the table', async () => {
    const guard = server.requiring('a')
    expect(await ask(guard, 'GET /table')).toMatchObject({ status: 401, reason: 'no_credentials' })
    expect(await ask(guard, 'GET /none', await bearer('a'))).toMatchObject({ allowed: true })
    expect(await ask(server, 'GET /none', await bearer('a'))).toMatchObject({ reason: 'no_rule' })
  })

  it('shows what it asks, for any request there is', async () => {
    const requirement = { scopes: 'a', access: 'optional' } as const
    const decision = await ask(server.requiring(requirement), 'GET /x')
    expect(decision).toMatchObject({ allowed: true, rules: [{ ...requirement, method: '*', path: '/*' }] })
    const refused = denied(await ask(server.requiring('a'), 'GET /x', await bearer('b')))
    expect(refused.rule).toEqual({ scopes: 'a', method: '*', path: '/*' })
    expect(Object.isFrozen(refused.rule)).toBe(true)
  })

  it.each([
    ['any token', { access: 'authenticated' }],
    ['a kind of token', { tokens: 'user' }],
    ['a recent sign-in', { access: 'authenticated', maxAge: 60 }],
    ['an optional token', { access: 'optional' }],
  ] as const)('may ask for %s', async (_, requirement) => {
    const claims = { use: 'user', auth_time: Math.floor(Date.now() / 1000) }
    const token = await issuer.mintToken({ claims })
    const headers = { Authorization: `Bearer ${token}` }
    expect(await ask(server.requiring(requirement), 'GET /x', headers)).toMatchObject({ allowed: true })
    expect(await ask(server.requiring(requirement), 'GET /x', { Authorization: 'Bearer x' })).toMatchObject({
      status: 401,
      reason: 'token_malformed',
    })
  })

  it('judges the shape of a request', async () => {
    const guard = server.requiring({ access: 'optional' })
    expect(await ask(guard, 'GET //')).toMatchObject({ status: 400, reason: 'malformed_target' })
    expect(await ask(guard, 'get /')).toMatchObject({ status: 400, reason: 'malformed_method' })
    expect(await ask(guard, 'TRACE /')).toMatchObject({ status: 405 })
    expect(await ask(guard, 'GET /', { Host: 'a/b' })).toMatchObject({ status: 400 })
    expect(await ask(guard, 'GET /', { 'X-HTTP-Method': 'PUT' })).toMatchObject({ status: 400 })
  })

  it('takes an opaque spelling only if it says so', async () => {
    const headers = await bearer('a')
    expect(await ask(server.requiring('a'), 'GET /a%2fb', headers)).toMatchObject({
      status: 400,
      reason: 'encoding_not_accepted',
    })
    const guard = server.requiring({ scopes: 'a', opaque: ['%2f'] })
    expect(await ask(guard, 'GET /a%2fb', headers)).toMatchObject({ allowed: true })
    expect(await ask(guard, 'GET /a%5cb', headers)).toMatchObject({ status: 400 })
    expect(await ask(guard, 'GET /a%2fb;c', headers)).toMatchObject({ status: 400 })
    const both = server.requiring({ scopes: 'a', opaque: ['%2f', ';'] })
    expect(await ask(both, 'GET /a%2fb;c', headers)).toMatchObject({ allowed: true })
    expect(await ask(both, 'GET /a%2f..;c', headers)).toMatchObject({
      status: 400,
      reason: 'malformed_target',
    })
  })

  it('judges the origin of a token', async () => {
    const headers = await bearer('a')
    const guard = server.requiring('a')
    const allowed = await ask(guard, 'GET /x', { ...headers, Origin: APP })
    expect(headerOf(allowed, 'Access-Control-Allow-Origin')).toBe(APP)
    expect(await ask(guard, 'GET /x', { ...headers, Origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      reason: 'origin_not_allowed',
    })
  })

  it('answers no preflight: it knows no route', async () => {
    const decision = await ask(server.requiring('a'), 'OPTIONS /x', {
      Origin: APP,
      'Access-Control-Request-Method': 'GET',
    })
    expect(decision).toMatchObject({ status: 401, reason: 'no_credentials' })
  })

  it('needs no route table', async () => {
    const guard = createResourceServer(profile).requiring('a')
    const token = await issuer.mintToken({ scope: 'a' })
    expect(await ask(guard, 'GET /x', { Authorization: `Bearer ${token}` })).toMatchObject({ allowed: true })
  })

  it('is not changed by what it was made of', async () => {
    const scopes = { any: ['a'] }
    const guard = server.requiring({ scopes })
    scopes.any.push('b')
    expect(await ask(guard, 'GET /x', await bearer('b'))).toMatchObject({ allowed: false })
  })

  it.each([
    ['nothing', undefined, ''],
    ['null', null, ''],
    ['a number', 1, ''],
    ['a function', () => 'a', ''],
    ['an empty scope', '', '.scopes'],
    ['two spaces', 'a  b', '.scopes'],
    ['a bare list', ['a', 'b'], '.scopes'],
    ['all of nothing', { all: [] }, '.scopes.all'],
    ['any of nothing', { any: [] }, '.scopes.any'],
    ['two ways to say it', { all: ['a'], any: ['b'] }, '.scopes'],
    ['scopes beside what is no scope', { all: ['a'], tokens: 'user' }, '.scopes.tokens'],
    ['an empty requirement', {}, ''],
    ['an opaque spelling alone', { opaque: ['%2f'] }, ''],
    ['public', { access: 'public' }, '.access'],
    ['contradiction', { access: 'authenticated', scopes: 'a' }, '.access'],
    ['a kind that no profile has', { tokens: 'machine' }, '.tokens'],
    ['an unknown key', { scope: 'a' }, '.scope'],
    ['a path', { scopes: 'a', path: '/x' }, '.path'],
    ['a method', { scopes: 'a', method: 'GET' }, '.method'],
    ['a binding', { scopes: 'a', match: { id: 'sub' } }, '.match'],
    ['an override', { scopes: 'a', overrides: '/*' }, '.overrides'],
    [
      'an object of a class',
      new (class {
        scopes = 'a'
      })(),
      '',
    ],
  ])('is refused for %s', (_, requirement, key) => {
    const make = (): unknown => server.requiring(requirement as unknown as RouteRequirement)
    expect(make).toThrow(ConfigurationError)
    expect(make).toThrow(expect.objectContaining({ key: `requirement${key}` }))
    expect(make).not.toThrow(/invalid input/i)
  })

  it('that asks nothing is refused in words', () => {
    expect(() => server.requiring({ access: 'public' })).toThrow(
      "requirement.access: 'public' asks nothing; leave the guard out",
    )
  })
})

describe('protecting by the route table', () => {
  it('is what the server itself does', async () => {
    const decision = await ask(server.protecting(), 'GET /table')
    expect(decision).toEqual(await ask(server, 'GET /table'))
    expect(decision.allowed).toBe(true)
  })

  it('is refused where there is none', () => {
    const none = createResourceServer(profile)
    expect(() => none.protecting()).toThrow(ConfigurationError)
    expect(() => none.protecting()).toThrow(/^routes: is missing/)
    expect(none.routes).toEqual([])
  })

  it('refuses every request where there is none, should anyone ask', async () => {
    const none = createResourceServer(profile)
    expect(await ask(none, 'GET /', await bearer('a'))).toMatchObject({ status: 403, reason: 'no_rule' })
    expect(headerOf(await ask(none, 'TRACE /'), 'Allow')).toBe('')
  })
})
