import {
  allowed,
  type Case,
  type Expected,
  forbidden,
  holding,
  insufficientScope,
  malformed,
  noCredentials,
} from './case.ts'
import { ORIGIN } from './policy.ts'

const MAP = '/v1/vps/map'
const EXPOSED = 'WWW-Authenticate, Retry-After'
const READABLE = {
  'access-control-allow-origin': ORIGIN,
  'access-control-expose-headers': EXPOSED,
  vary: 'Origin',
}
const UNREADABLE = {
  'access-control-allow-origin': null,
  'access-control-allow-credentials': null,
  'access-control-allow-methods': null,
  'access-control-expose-headers': null,
}

const readable = (expected: Expected): Expected => ({
  ...expected,
  headers: { ...expected.headers, ...READABLE },
})
const unreadable = (expected: Expected): Expected => ({
  ...expected,
  headers: { ...expected.headers, ...UNREADABLE, vary: 'Origin' },
})
const from = (origin: string): NonNullable<Case['headers']> => [['Origin', origin]]

const preflight = (target: string, method: string, expected: Expected, origin = ORIGIN): Case => ({
  name: `preflight of ${method} ${target} from ${JSON.stringify(origin)}`,
  method: 'OPTIONS',
  target,
  headers: [
    ['Origin', origin],
    ['Access-Control-Request-Method', method],
    ['Access-Control-Request-Headers', 'authorization,x-secret'],
  ],
  expected,
})
const granted = (methods: string): Expected => ({
  verdict: 'preflight',
  status: 204,
  challenge: null,
  headers: {
    'access-control-allow-origin': ORIGIN,
    'access-control-allow-methods': methods,
    'access-control-allow-headers': 'Authorization, Content-Type',
    'access-control-max-age': '600',
    'access-control-allow-credentials': null,
    'access-control-expose-headers': null,
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  },
})
const refusedPreflight: Expected = unreadable(forbidden('preflight_refused'))

/** Texts that are not the allowed origin, however much they look like it. */
const FOREIGN_ORIGINS = [
  'https://evil.example',
  'null',
  'NULL',
  'http://app.example',
  'HTTPS://app.example',
  'https://app.example:443',
  'https://app.example/',
  'https://app.example.',
  'https://app.example.evil.example',
  'https://evilapp.example',
  'https://sub.app.example',
  'https://user@app.example',
  'https://app.example#',
  'https://app.example\\',
  'https:app.example',
  'file://',
  '*',
  'constructor',
  `https://${'a'.repeat(5000)}.example`,
]

/** Origins, preflights, and the CORS headers of every kind of answer. */
export const CORS_CASES: readonly Case[] = [
  {
    name: 'a public route with an allowed origin',
    target: '/health',
    headers: from(ORIGIN),
    expected: readable(allowed('GET /health')),
  },
  {
    name: 'a public route with a foreign origin',
    target: '/health',
    headers: from('https://evil.example'),
    expected: unreadable(allowed('GET /health')),
  },
  { name: 'no origin still varies by it', target: '/health', expected: unreadable(allowed('GET /health')) },
  {
    name: 'an allowed origin',
    target: MAP,
    token: holding('query'),
    headers: from(ORIGIN),
    expected: readable(allowed(`GET ${MAP}`)),
  },
  {
    name: 'a 401 that the page can read',
    target: MAP,
    headers: from(ORIGIN),
    expected: readable(noCredentials()),
  },
  {
    name: 'a 403 that the page can read',
    target: MAP,
    token: holding('x'),
    headers: from(ORIGIN),
    expected: readable(insufficientScope('query')),
  },
  {
    name: 'a 403 without a rule that the page can read',
    target: '/none',
    headers: from(ORIGIN),
    expected: readable(forbidden('no_rule')),
  },
  {
    name: 'a 400 that the page can read',
    target: '//x',
    headers: from(ORIGIN),
    expected: readable(malformed('malformed_target')),
  },
  {
    name: 'a 401 that a foreign page cannot read',
    target: MAP,
    headers: from('https://evil.example'),
    expected: unreadable(noCredentials()),
  },
  {
    name: 'the scope comes before the origin',
    target: MAP,
    token: holding('x'),
    headers: from('https://evil.example'),
    expected: unreadable(insufficientScope('query')),
  },
  {
    name: 'optional without a token: the origin is not judged',
    target: '/optional',
    headers: from('https://evil.example'),
    expected: unreadable(allowed('GET /optional')),
  },
  {
    name: 'optional with a token: it is',
    target: '/optional',
    token: holding(''),
    headers: from('https://evil.example'),
    expected: unreadable(forbidden('origin_not_allowed')),
  },
  ...FOREIGN_ORIGINS.map(
    (origin): Case => ({
      name: `refuses the origin ${JSON.stringify(origin.slice(0, 40))}`,
      target: MAP,
      token: holding('query'),
      headers: from(origin),
      expected: unreadable(forbidden('origin_not_allowed')),
    }),
  ),
  ...FOREIGN_ORIGINS.map((origin) => preflight(MAP, 'GET', refusedPreflight, origin)),
  {
    name: 'two Origin headers',
    target: '/health',
    headers: [
      ['Origin', ORIGIN],
      ['Origin', ORIGIN],
    ],
    expected: unreadable(malformed('malformed_origin')),
  },
  {
    name: 'two origins in one header',
    target: '/health',
    headers: from(`${ORIGIN}, https://evil.example`),
    expected: unreadable(malformed('malformed_origin')),
  },
  {
    name: 'two Access-Control-Request-Method headers',
    method: 'OPTIONS',
    target: MAP,
    headers: [
      ['Origin', ORIGIN],
      ['Access-Control-Request-Method', 'GET'],
      ['Access-Control-Request-Method', 'POST'],
    ],
    expected: malformed('malformed_origin'),
  },

  preflight(MAP, 'GET', granted('GET, HEAD, POST')),
  preflight(MAP, 'POST', granted('GET, HEAD, POST')),
  preflight(MAP, 'HEAD', granted('GET, HEAD, POST')),
  preflight('/v1/vps/map/query-form', 'POST', granted('GET, HEAD, POST, DELETE')),
  preflight('/V1/VPS/MAP/%73ummary/', 'GET', granted('GET, HEAD, DELETE')),
  preflight('/health', 'GET', granted('GET, HEAD')),
  preflight('/floor/x', 'PATCH', granted('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS')),
  preflight(MAP, 'PUT', refusedPreflight),
  preflight(MAP, 'get', refusedPreflight),
  preflight(MAP, 'TRACE', refusedPreflight),
  preflight('/floor/x', 'TRACE', refusedPreflight),
  preflight('/floor/x', 'get', refusedPreflight),
  preflight('/floor/x', 'PURGE', granted('GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, PURGE')),
  preflight('/none', 'GET', refusedPreflight),
  preflight('/health', 'DELETE', refusedPreflight),
  preflight('//admin', 'GET', malformed('malformed_target')),
  {
    name: 'OPTIONS with an Origin alone is an ordinary request',
    method: 'OPTIONS',
    target: MAP,
    headers: from(ORIGIN),
    expected: readable(forbidden('no_rule')),
  },
  {
    name: 'OPTIONS with a requested method alone is an ordinary request',
    method: 'OPTIONS',
    target: '/floor/x',
    headers: [['Access-Control-Request-Method', 'GET']],
    expected: noCredentials(),
  },
  {
    name: 'a preflight needs no token and does not read one',
    method: 'OPTIONS',
    target: MAP,
    headers: [
      ['Origin', ORIGIN],
      ['Access-Control-Request-Method', 'GET'],
      ['Authorization', 'Bearer a, b'],
    ],
    expected: granted('GET, HEAD, POST'),
  },
]
