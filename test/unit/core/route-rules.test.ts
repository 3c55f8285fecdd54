import { createResourceServer, type RouteRule } from '@scopegate/core'
import { describe, expect, it } from 'vitest'
import { parseRequestTarget, type RequestTarget } from '../../../packages/core/src/request-target.ts'
import { compileRouteRules } from '../../../packages/core/src/route-rules.ts'
import { configurationError, profile } from './server.ts'

const rule = { method: 'GET', path: '/a', scopes: 'a' }

describe('a route table', () => {
  it('takes every form of a rule', () => {
    const routes: RouteRule[] = [
      { method: 'GET', path: '/a', scopes: 'a' },
      { method: ['POST', 'PUT'], path: '/a', scopes: 'a b' },
      { method: 'PROPFIND', path: '/a', scopes: { all: ['a', 'b'] } },
      { method: '*', path: '/b/*', scopes: { any: ['a', 'b'] } },
      { method: 'GET', path: '/c/:id', scopes: { anyOf: [['a', 'b'], ['c']] }, match: { id: 'sub' } },
      { method: 'GET', path: '/d', access: 'public' },
      { method: 'GET', path: '/e', access: 'optional', scopes: 'a' },
      { method: 'GET', path: '/f/{x}', access: 'authenticated', opaque: ['%2f', '%25', ';', '%5c'] },
      { method: 'OPTIONS', path: '/g', tokens: 'user' },
      { method: 'GET', path: '/h', tokens: ['user'], scopes: 'a', access: 'optional' },
      { method: 'GET', path: '/b/x', scopes: 'a', overrides: '/b/*' },
    ]
    const server = createResourceServer({ ...profile, kind: 'user', routes })
    expect(server.routes).toEqual(routes)
    expect(Object.isFrozen(server.routes)).toBe(true)
  })

  it.each([
    ['a method that is missing', { path: '/a', scopes: 'a' }, 'method'],
    ['a method in lower case', { ...rule, method: 'get' }, 'method'],
    ['a method that is empty', { ...rule, method: '' }, 'method'],
    ['no method at all', { ...rule, method: [] }, 'method'],
    ['a method that is no text', { ...rule, method: 1 }, 'method'],
    ['methods in one text', { ...rule, method: 'GET, POST' }, 'method'],
    ['HEAD', { ...rule, method: 'HEAD' }, 'method'],
    ['HEAD among others', { ...rule, method: ['GET', 'HEAD'] }, 'method'],
    ['TRACE', { ...rule, method: 'TRACE' }, 'method'],
    ['CONNECT', { ...rule, method: ['CONNECT'] }, 'method'],
    ['a method twice', { ...rule, method: ['GET', 'GET'] }, 'method'],
    ["'*' beside others", { ...rule, method: ['GET', '*'] }, 'method'],
    ['a path that is missing', { method: 'GET', scopes: 'a' }, 'path'],
    ['a path that is no text', { ...rule, path: /a/ }, 'path'],
    ['a relative path', { ...rule, path: 'a' }, 'path'],
    ['an empty path', { ...rule, path: '' }, 'path'],
    ['a slash at the end', { ...rule, path: '/a/' }, 'path'],
    ['an inner wildcard', { ...rule, path: '/a/*/b' }, 'path'],
    ['a regular expression', { ...rule, path: '/a(.*)' }, 'path'],
    ['an escape in the path', { ...rule, path: '/a%2fb' }, 'path'],
    ['a dot segment', { ...rule, path: '/a/../b' }, 'path'],
    ['a parameter twice', { ...rule, path: '/:a/:a' }, 'path'],
    ['too many segments', { ...rule, path: '/a'.repeat(65) }, 'path'],
    ['nothing asked', { method: 'GET', path: '/a' }, ''],
    ['nothing asked but a spelling', { method: 'GET', path: '/:a', opaque: ['%2f'] }, ''],
    ['scopes undefined', { ...rule, scopes: undefined }, ''],
    ['an empty scope', { ...rule, scopes: '' }, 'scopes'],
    ['a scope of spaces', { ...rule, scopes: ' ' }, 'scopes'],
    ['two spaces between scopes', { ...rule, scopes: 'a  b' }, 'scopes'],
    ['a comma for a space', { ...rule, scopes: 'a,\tb' }, 'scopes'],
    ['a quote in a scope', { ...rule, scopes: 'a"b' }, 'scopes'],
    ['a backslash in a scope', { ...rule, scopes: 'a\\b' }, 'scopes'],
    ['a letter beyond ASCII in a scope', { ...rule, scopes: 'é' }, 'scopes'],
    ['a bare array of scopes', { ...rule, scopes: ['a', 'b'] }, 'scopes'],
    ['all of nothing', { ...rule, scopes: { all: [] } }, 'scopes'],
    ['any of nothing', { ...rule, scopes: { any: [] } }, 'scopes'],
    ['no alternative', { ...rule, scopes: { anyOf: [] } }, 'scopes'],
    ['an empty alternative', { ...rule, scopes: { anyOf: [['a'], []] } }, 'scopes'],
    ['a flat list of alternatives', { ...rule, scopes: { anyOf: ['a', 'b'] } }, 'scopes'],
    ['two scopes in one text of a list', { ...rule, scopes: { all: ['a b'] } }, 'scopes'],
    ['two ways to say it', { ...rule, scopes: { all: ['a'], any: ['b'] } }, 'scopes'],
    ['an unknown way to say it', { ...rule, scopes: { oneOf: ['a'] } }, 'scopes'],
    ['a number for scopes', { ...rule, scopes: 1 }, 'scopes'],
    ['null for scopes', { ...rule, scopes: null }, 'scopes'],
    ['an unknown access', { method: 'GET', path: '/a', access: 'private' }, 'access'],
    ['public beside scopes', { ...rule, access: 'public' }, 'access'],
    ['public beside tokens', { method: 'GET', path: '/a', tokens: 'user', access: 'public' }, 'access'],
    ['authenticated beside scopes', { ...rule, access: 'authenticated' }, 'access'],
    ['no kind of token', { ...rule, tokens: [] }, 'tokens'],
    ['an empty kind', { ...rule, tokens: '' }, 'tokens'],
    ['a kind that no profile has', { ...rule, tokens: 'machine' }, 'tokens'],
    ['one kind of two that no profile has', { ...rule, tokens: ['user', 'machine'] }, 'tokens'],
    ['an unknown spelling', { ...rule, path: '/:a', opaque: ['%00'] }, 'opaque'],
    ['a spelling in upper case', { ...rule, path: '/:a', opaque: ['%2F'] }, 'opaque'],
    ['no spelling', { ...rule, path: '/:a', opaque: [] }, 'opaque'],
    ['a spelling that is no list', { ...rule, path: '/:a', opaque: '%2f' }, 'opaque'],
    ['a spelling without a parameter', { ...rule, opaque: ['%2f'] }, 'opaque'],
    ['a binding of what is no parameter', { ...rule, match: { id: 'sub' } }, 'match.id'],
    ['a binding of a parameter in another case', { ...rule, path: '/:Id', match: { id: 'sub' } }, 'match.id'],
    [
      'a binding of an inherited name',
      { ...rule, path: '/:id', match: { toString: 'sub' } },
      'match.toString',
    ],
    ['a binding to no claim', { ...rule, path: '/:id', match: { id: '' } }, 'match.id'],
    ['a binding to undefined', { ...rule, path: '/:id', match: { id: undefined } }, 'match.id'],
    ['a binding to a number', { ...rule, path: '/:id', match: { id: 1 } }, 'match.id'],
    ['a binding of nothing', { ...rule, path: '/:id', match: {} }, 'match'],
    [
      'a binding on a public route',
      { method: 'GET', path: '/:id', access: 'public', match: { id: 'a' } },
      'match',
    ],
    ['no pattern to override', { ...rule, overrides: [] }, 'overrides'],
    ['an unknown key', { ...rule, scope: 'a' }, 'scope'],
    ['an unknown key in another case', { ...rule, Scopes: 'a' }, 'Scopes'],
    [
      'a key of a prototype',
      JSON.parse('{"method":"GET","path":"/a","scopes":"a","__proto__":{}}'),
      '__proto__',
    ],
  ])('is refused for %s', (_, written: object, key) => {
    const routes = [{ method: 'GET', path: '/first', access: 'public' }, written]
    const error = configurationError({ ...profile, kind: 'user', routes })
    expect(error.key).toMatch(key === '' ? /^routes\[1\]$/ : `routes[1].${key}`)
    expect(error.message).toMatch(`${error.key}: `)
    expect(error.message).not.toMatch(/invalid input|undefined: /i)
  })

  it.each([
    ['empty', []],
    ['no list', { method: 'GET', path: '/a', access: 'public' }],
    ['null', null],
  ])('is refused when it is %s', (_, routes) => {
    expect(configurationError({ ...profile, routes }).key).toBe('routes')
  })

  it.each([
    ['a rule that is null', null],
    ['a rule that is text', 'GET /a'],
    ['a rule that is a list', ['GET', '/a']],
    ['a hole', undefined],
  ])('is refused for %s', (_, written) => {
    expect(configurationError({ ...profile, routes: [written] }).key).toBe('routes[0]')
  })
})

describe('two rules for the same requests', () => {
  const first = { method: 'GET', path: '/users/:id', access: 'authenticated' }

  it.each([
    ['written twice', first],
    ['with another parameter name', { ...first, path: '/users/{name}' }],
    ['in another case', { ...first, path: '/USERS/:id' }],
    ['asking for something else', { ...first, access: 'public' }],
    ['for one of several methods', { ...first, method: ['POST', 'GET'] }],
    ['for every method', { ...first, method: '*' }],
  ])('are refused when one is %s', (_, second) => {
    const error = configurationError({ ...profile, routes: [first, second] })
    expect(error).toMatchObject({ key: 'routes[1]' })
    expect(error.message).toMatch('routes[0]')
  })

  it.each([
    ['another method', { ...first, method: 'POST' }],
    ['another path', { ...first, path: '/users/me' }],
    ['a longer path', { ...first, path: '/users/:id/x' }],
    ['a wildcard', { ...first, path: '/users/*' }],
    ['another parameter', { ...first, path: '/:users/:id' }],
  ])('are two rules with %s', (_, second) => {
    expect(() => createResourceServer({ ...profile, routes: [first, second] as RouteRule[] })).not.toThrow()
  })
})

describe('an override', () => {
  const user = { method: 'GET', path: '/users/:id', access: 'authenticated' }
  const me = { method: 'GET', path: '/users/me', access: 'authenticated', overrides: '/users/:id' }
  const outside = 'does not contain the `path` of this rule'

  it.each([
    ['of nothing', { ...me, overrides: '/accounts/:id' }, 'names no rule of the table'],
    [
      'of one rule and of nothing',
      { ...me, overrides: ['/users/:id', '/accounts/:id'] },
      'names no rule of the table',
    ],
    [
      'of a path that is not one',
      { ...me, overrides: 'users/:id' },
      'must start with "/"; write the full path',
    ],
    [
      'of a path with a slash at the end',
      { ...me, overrides: '/users/:id/' },
      'has an empty segment; leave out "//" and a final "/"',
    ],
    ['of itself', { ...me, overrides: '/users/me' }, outside],
    ['of a rule inside it', { ...user, path: '/users/*', overrides: '/users/:id' }, outside],
    ['of a rule beside it', { ...me, path: '/groups/me' }, outside],
    ['of a rule that it only crosses', { ...me, path: '/:any/me' }, outside],
    [
      'of a rule without a method in common',
      { ...me, method: 'POST' },
      'names rules that share no method with this one',
    ],
    [
      'by a rule that no target can spell',
      { ...me, path: '/users/é' },
      'has no effect: no target spells a non-ASCII `path` as it is',
    ],
  ])('is refused when it is one %s', (_, written, problem) => {
    const { key, message } = configurationError({ ...profile, routes: [user, written] })
    expect(key).toBe('routes[1].overrides')
    expect(message).toBe(`routes[1].overrides: ${problem}`)
  })

  it('may stand before the rule it names', () => {
    expect(() => createResourceServer({ ...profile, routes: [me, user] as RouteRule[] })).not.toThrow()
  })
})

describe('rules that ask for different kinds of token', () => {
  const tokens = [
    { ...profile, kind: 'user', claims: { use: 'user' } },
    { ...profile, kind: 'machine', claims: { use: 'machine' } },
  ]
  const floor = { method: '*', path: '/*', tokens: 'user' }

  it('are refused where one lies inside the other: no token could satisfy both', () => {
    const error = configurationError({
      tokens,
      routes: [floor, { method: 'GET', path: '/a', tokens: 'machine' }],
    })
    expect(error.key).toBe('routes[1].tokens')
    expect(error.message).toMatch('routes[0]')
    expect(error.message).toMatch('overrides')
  })

  it.each([
    ['the inner overrides the outer', { method: 'GET', path: '/a', tokens: 'machine', overrides: '/*' }],
    ['they share one', { method: 'GET', path: '/a', tokens: ['machine', 'user'] }],
    ['the inner asks for none in particular', { method: 'GET', path: '/a', scopes: 'x' }],
  ])('are taken where %s', (_, inner) => {
    expect(() => createResourceServer({ tokens, routes: [floor, inner] as RouteRule[] })).not.toThrow()
  })

  it('are taken where the outer asks for none in particular', () => {
    const outer = { method: '*', path: '/*', access: 'authenticated' }
    const routes = [outer, { method: 'GET', path: '/a', tokens: 'machine' }] as RouteRule[]
    expect(() => createResourceServer({ tokens, routes })).not.toThrow()
  })

  it('are taken where they share no method, or only cross', () => {
    const routes: RouteRule[] = [
      { method: 'GET', path: '/a/:x', tokens: 'user' },
      { method: 'POST', path: '/a/b', tokens: 'machine' },
      { method: 'GET', path: '/:y/b', tokens: 'machine' },
    ]
    expect(() => createResourceServer({ tokens, routes })).not.toThrow()
  })
})

describe('the methods of a target', () => {
  const table = compileRouteRules(
    [
      { method: 'GET', path: '/a', access: 'public' },
      { method: ['PUT', 'PATCH'], path: '/:x', access: 'public' },
      { method: '*', path: '/all/*', access: 'public' },
      { method: 'PROPFIND', path: '/dav/*', access: 'public' },
    ],
    new Set(),
  )
  const methodsOf = (target: string, known?: string): readonly string[] =>
    table
      .methods(parseRequestTarget(target) as RequestTarget, known)
      .split(', ')
      .filter((name) => name !== '')

  it('are those of every rule that matches, HEAD with GET', () => {
    expect(methodsOf('/A/')).toEqual(['GET', 'HEAD', 'PUT', 'PATCH'])
    expect(methodsOf('/b')).toEqual(['PUT', 'PATCH'])
    expect(methodsOf('/dav/x')).toEqual(['PROPFIND'])
    expect(methodsOf('/none/x')).toEqual([])
  })

  it('are told once each, also the one that is known to be among them', () => {
    for (const known of ['GET', 'HEAD', 'PUT', 'PATCH'])
      expect(methodsOf('/a', known)).toEqual(['GET', 'HEAD', 'PUT', 'PATCH'])
    expect(methodsOf('/dav/x', 'PROPFIND')).toEqual(['PROPFIND'])
    expect(methodsOf('/all/x', 'PURGE')).toEqual([...methodsOf('/all/x'), 'PURGE'])
  })

  it('stand in the usual order, whatever the order of the table, and others behind them', () => {
    const methods = ['PURGE', 'DELETE', 'OPTIONS', 'PATCH', 'PUT', 'POST', 'GET']
    const rules = methods.map((method): RouteRule => ({ method, path: '/a', access: 'public' }))
    const named = compileRouteRules(rules, new Set()).methods(parseRequestTarget('/a') as RequestTarget)
    expect(named).toBe('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, PURGE')
  })

  it("are the standard ones and those listed elsewhere where a rule says '*'", () => {
    expect([...methodsOf('/all/x')].sort()).toEqual([
      'DELETE',
      'GET',
      'HEAD',
      'OPTIONS',
      'PATCH',
      'POST',
      'PROPFIND',
      'PUT',
    ])
  })
})

describe('a base path', () => {
  it('stands before every path, also before those that are overridden', () => {
    const server = createResourceServer({
      ...profile,
      basePath: '/api/:tenant',
      routes: [
        { method: 'GET', path: '/', access: 'public' },
        { method: 'GET', path: '/*', access: 'authenticated' },
        { method: 'GET', path: '/a', access: 'authenticated', overrides: ['/*'] },
        { method: 'GET', path: '/b', access: 'authenticated', overrides: '/*' },
      ],
    })
    expect(server.routes.map(({ path }) => path)).toEqual([
      '/api/:tenant',
      '/api/:tenant/*',
      '/api/:tenant/a',
      '/api/:tenant/b',
    ])
    expect(server.routes.map(({ overrides }) => overrides)).toEqual([
      undefined,
      undefined,
      ['/api/:tenant/*'],
      '/api/:tenant/*',
    ])
  })

  it.each(['', '/', '/*', '/api/*', '/api/', 'api', '/a//b', '/..', '/a b', '*'])(
    'may not be %j',
    (basePath) => {
      expect(configurationError({ ...profile, basePath, routes: [rule] }).key).toBe('basePath')
    },
  )

  it('is refused where there is no route table to stand before', () => {
    expect(configurationError({ ...profile, basePath: '/api' }).key).toBe('basePath')
  })

  it.each([
    ['a path without a slash', { ...rule, path: 'a' }, 'path'],
    ['an empty path', { ...rule, path: '' }, 'path'],
    ['a path that names its parameter again', { ...rule, path: '/:tenant' }, 'path'],
    ['an override without a slash', { ...rule, overrides: '*' }, 'overrides'],
  ])('does not hide %s', (_, written, key) => {
    const routes = [{ ...rule, path: '/*', method: '*' }, written]
    expect(configurationError({ ...profile, basePath: '/api/:tenant', routes }).key).toBe(`routes[1].${key}`)
  })
})
