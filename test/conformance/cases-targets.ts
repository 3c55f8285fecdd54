import { allowed, type Case, forbidden, holding, insufficientScope, malformed } from './case.ts'

const refused = (target: string, refusedEarlier = false): Case => ({
  name: `refuses the target ${JSON.stringify(target.slice(0, 60))}`,
  target,
  token: holding('admin query read write a'),
  expected: malformed('malformed_target', refusedEarlier),
})
const hidden = (target: string): Case => ({
  name: `refuses what hides in ${JSON.stringify(target)}`,
  target,
  token: holding('admin query read write a'),
  expected: malformed('encoding_not_accepted'),
})
const needs = (scope: string, target: string, method = 'GET'): readonly Case[] => [
  {
    name: `${method} ${target} needs ${scope}`,
    method,
    target,
    token: holding('other'),
    expected: insufficientScope(scope),
  },
  { name: `${method} ${target} with ${scope}`, method, target, token: holding(scope), expected: allowed() },
]
const unmatched = (target: string, method = 'GET'): Case => ({
  name: `no rule for ${method} ${target}`,
  method,
  target,
  token: holding('admin'),
  expected: forbidden('no_rule'),
})

const summary = (target: string): readonly Case[] => [
  {
    name: `${target} with query only`,
    target,
    token: holding('query'),
    expected: insufficientScope('write'),
  },
  {
    name: `${target} with write only`,
    target,
    token: holding('write'),
    expected: insufficientScope('query'),
  },
  { name: `${target} with both`, target, token: holding('query write'), expected: allowed() },
]

/** The spellings of a target that routers read in different ways, and how they are judged. */
export const TARGET_CASES: readonly Case[] = [
  ...['//admin', '///admin', '/admin//', '/./admin', '/admin/.', '/public/..', '/public/../admin'].map(
    (target) => refused(target),
  ),
  ...['/public/%2e%2e/admin', '/public/.%2e/admin', '/public/%2E%2E%2Fadmin', '/public/..%2fadmin'].map(
    (target) => refused(target),
  ),
  ...['/public/..%5cadmin', '/public/..;/admin', '/public/a%2f..', '/files/../admin', '/files/a//b'].map(
    (target) => refused(target),
  ),
  ...['/public/..\\admin', '/admin\\users', '/admin%00', '/admin%0a', '/admin%7f'].map((target) =>
    refused(target, true),
  ),
  ...['/%%36%31dmin', '/%', '/%2', '/%zz', '/%u0061dmin', '/%c0%ae%c0%ae/admin', '/%c1%9cadmin'].map(
    (target) => refused(target),
  ),
  ...['/admin#f', '/admin?x#f'].map((target) => refused(target)),
  ...[
    'http://evil.example/admin',
    'HTTP://evil.example/ADMIN',
    'https://api.example/health',
    '*',
    'admin',
    '?x',
    '/\xe9',
    '/a\tb',
  ].map((target) => refused(target, true)),
  refused(`/${'a'.repeat(8192)}`),
  refused('/a'.repeat(65)),

  ...[
    '/admin;x=1',
    '/admin%3bx',
    '/admin%2Fusers',
    '/%2561dmin',
    '/public/a%2Fb',
    '/public/a%5Cb',
    '/public/100%25',
  ].map(hidden),

  ...[
    '/admin',
    '/admin/',
    '/ADMIN',
    '/%61dmin',
    '/adm%69n',
    '/admin?x=1',
    '/admin?',
    '/admin?a=/public/x',
  ].flatMap((target) => needs('admin', target)),
  ...['/admin/users', '/Admin/Users', '/admin/%75sers/'].flatMap((target) => needs('admin', target)),
  ...['/files', '/files/', '/files/a', '/files/a/b/c', '/FILES/A'].flatMap((target) => needs('read', target)),
  ...['/administrator', '/admin%20', '/adminx', '/api../admin', '/.../admin'].map((target) =>
    unmatched(target),
  ),
  unmatched('/admin', 'POST'),

  ...['/v1/vps/map/summary', '/v1/vps/map/SUMMARY', '/v1/vps/map/summary/', '/V1/VPS/MAP/Summary'].flatMap(
    summary,
  ),
  ...['/v1/vps/map/%73ummary', '/v1/vps/map/summar%79/', '/v1/vps/map/summary?x=1'].flatMap(summary),

  {
    name: 'an override, spelled exactly',
    target: '/users/me',
    token: holding('other'),
    expected: allowed('GET /users/me'),
  },
  ...['/users/ME', '/users/me/', '/users/%6de', '/Users/me'].map(
    (target): Case => ({
      name: `an override, spelled ${target}, needs both`,
      target,
      token: holding('other'),
      expected: insufficientScope('users'),
    }),
  ),

  ...[
    '/opaque/a%2Fb',
    '/opaque/100%25',
    '/opaque/a;b',
    '/opaque/a%3Bb',
    '/opaque/a%5Cb',
    '/opaque/50%2520off',
  ].map(
    (target): Case => ({
      name: `an opt-in takes ${target}`,
      target,
      token: holding('a'),
      expected: allowed(),
    }),
  ),
  ...[
    '/opaque/..%2fadmin',
    '/opaque/a%2f..',
    '/opaque/..;x',
    '/opaque/%252e%252e',
    '/opaque/..%5c',
    '/opaque/a%00',
  ].map(
    (target): Case => ({
      name: `an opt-in does not take ${target}`,
      target,
      token: holding('a admin'),
      expected: malformed('malformed_target'),
    }),
  ),

  ...[
    ['X-Original-URL', '/public/x'],
    ['X-Rewrite-URL', '/public/x'],
    ['X-Forwarded-Uri', '/public/x'],
    ['X-Forwarded-Prefix', '/public'],
    ['X-Forwarded-Method', 'OPTIONS'],
    ['X-Forwarded-Host', 'evil.example'],
    ['X-Authenticated', 'true'],
    ['Forwarded', 'host=evil.example'],
  ].map(
    ([name = '', value = '']): Case => ({
      name: `${name} changes nothing`,
      target: '/admin',
      token: holding('other'),
      headers: [[name, value]],
      expected: insufficientScope('admin'),
    }),
  ),
]

const host = (value: string): Case => ({
  name: `refuses the Host ${JSON.stringify(value)}`,
  target: '/public/1',
  headers: [['Host', value]],
  expected: malformed('malformed_host', true),
})

/** `Host` decides nothing, but must be one plain name: a server may derive the path from it. */
export const HOST_CASES: readonly Case[] = [
  ...[
    '',
    'a/admin',
    'evil.example:x@api.example',
    '1/admin',
    '1/admin?a=',
    '\xbc/admin?a=',
    '\xbc/admin?aa',
    'api.example#',
    'a b',
    'a,b',
  ].map(host),
  ...['api.example:', 'api.example:port', '[::1', '[]', '[::1]x', 'user@api.example', 'api.example\\x'].map(
    host,
  ),
  ...[
    'api.example',
    'api.example:8080',
    'API.EXAMPLE',
    '127.0.0.1:80',
    '[::1]:3000',
    'evil.example',
    'my_host',
  ].map(
    (value): Case => ({
      name: `takes the Host ${value}`,
      target: '/health',
      headers: [['Host', value]],
      expected: allowed('GET /health'),
    }),
  ),
  {
    name: 'refuses two Host headers',
    target: '/health',
    headers: [
      ['Host', 'api.example'],
      ['Host', 'api.example'],
    ],
    expected: malformed('malformed_host', true),
  },
]
