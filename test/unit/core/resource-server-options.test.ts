import {
  type AuthorizationDecision,
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
} from '@scopegate/core'
import { createTestIssuer, createTestKey } from '@scopegate/core/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { withDefaults } from '../../../packages/core/src/resource-server-options.ts'
import { ask, configurationError, headerOf, issuer, profile, request } from './server.ts'

const routes = [{ method: 'GET', path: '/a', scopes: 'a' }] as const
const secret = 'a secret that is long enough for any hash there is, as it has 64+'
const { publicJwk: jwk } = await createTestKey({ algorithm: 'ES256' })
const rsa = (await createTestKey({ algorithm: 'RS256' })).publicJwk
const remote = { issuer: 'https://issuer.example', audience: 'https://api.example' }
const shared = { ...remote, secret }
const isActive = (): boolean => true

describe('options of a server', () => {
  it.each([
    ['nothing', undefined, 'options'],
    ['null', null, 'options'],
    ['a list', [], 'options'],
    ['text', 'https://issuer.example', 'options'],
    ['a function', () => remote, 'options'],
    ['no issuer', { audience: 'a' }, 'issuer'],
    ['no audience', { issuer: 'https://a.example' }, 'audience'],
    ['an unknown key', { ...profile, routs: routes }, 'routs'],
    ['an unknown key in another case', { ...profile, Routes: routes }, 'Routes'],
    ['an unknown key that is undefined', { ...profile, rotues: undefined }, 'rotues'],
    ['a realm that is empty', { ...profile, realm: '' }, 'realm'],
    ['a quote in the realm', { ...profile, realm: 'a"b' }, 'realm'],
    ['a backslash in the realm', { ...profile, realm: 'a\\b' }, 'realm'],
    ['a line end in the realm', { ...profile, realm: 'a\r\nSet-Cookie: b' }, 'realm'],
    ['a letter beyond ASCII in the realm', { ...profile, realm: 'é' }, 'realm'],
    ['a realm that is no text', { ...profile, realm: 1 }, 'realm'],
    ['another status for no rule', { ...profile, noRule: 200 }, 'noRule'],
    ['a status as text', { ...profile, noRule: '404' }, 'noRule'],
    ['another word for overrides', { ...profile, methodOverride: 'allow' }, 'methodOverride'],
    ['another mode', { ...profile, mode: 'off' }, 'mode'],
    ['monitoring for nobody', { ...profile, mode: 'monitor' }, 'mode'],
    ['no token at all', { ...profile, maxTokenLength: 0 }, 'maxTokenLength'],
    ['tokens of any length', { ...profile, maxTokenLength: Number.POSITIVE_INFINITY }, 'maxTokenLength'],
    ['a length that is no number', { ...profile, maxTokenLength: Number.NaN }, 'maxTokenLength'],
    ['a length as text', { ...profile, maxTokenLength: '8192' }, 'maxTokenLength'],
    ['half a character', { ...profile, maxTokenLength: 100.5 }, 'maxTokenLength'],
    ['a cache that is none', { ...profile, tokenCache: false }, 'tokenCache'],
    ['a cache without entries', { ...profile, tokenCache: { maxEntries: 0 } }, 'tokenCache.maxEntries'],
    ['a cache without end', { ...profile, tokenCache: { maxEntries: 1e15 } }, 'tokenCache.maxEntries'],
    ['a cache that is too small', { ...profile, tokenCache: { maxBytes: 1 } }, 'tokenCache.maxBytes'],
    ['a cache larger than memory', { ...profile, tokenCache: { maxBytes: 1e15 } }, 'tokenCache.maxBytes'],
    ['a cache with a lifetime', { ...profile, tokenCache: { ttl: 1 } }, 'tokenCache.ttl'],
    ['a cache that is a map', { ...profile, tokenCache: new Map() }, 'tokenCache'],
    ['a clock that is a date', { ...profile, now: new Date() }, 'now'],
    ['a clock that is a time', { ...profile, now: 0 }, 'now'],
    ['null for a function', { ...profile, fetch: null }, 'fetch'],
    ['a logger in place of a function', { ...profile, onDecision: { info: () => {} } }, 'onDecision'],
    ['a renderer that is none', { ...profile, renderError: 'json' }, 'renderError'],
    ['a renderer that fails', { ...profile, renderError: () => ({ status: 200 }) }, 'renderError'],
    ['no profile', { tokens: [] }, 'tokens'],
    ['one profile without a list', { tokens: profile }, 'tokens'],
    ['a profile that is none', { tokens: [null] }, 'tokens[0]'],
    ['both forms', { ...profile, tokens: [profile] }, 'issuer'],
    ['the long form undefined', { ...profile, tokens: undefined }, 'tokens'],
    ['a misspelt key that is missing', { isuer: 'https://a.example', audience: 'a' }, 'isuer'],
    [
      'a misspelt key of a rule',
      { ...profile, routes: [{ methods: 'GET', path: '/', scopes: 'a' }] },
      'routes[0].methods',
    ],
    ['an unknown key in a profile', { tokens: [{ ...profile, isuer: 'a' }] }, 'tokens[0].isuer'],
    ['a key of the server in a profile', { tokens: [{ ...profile, realm: 'a' }] }, 'tokens[0].realm'],
  ])('are refused for %s', (_, options, key) => {
    expectRefusal(options, key)
  })

  it.each([
    ['no issuer', { issuer: undefined }, 'issuer'],
    ['an empty issuer', { issuer: '' }, 'issuer'],
    ['several issuers', { issuer: ['https://a.example'] }, 'issuer'],
    ['an empty audience', { audience: '' }, 'audience'],
    ['no audiences', { audience: [] }, 'audience'],
    ['an audience that is empty', { audience: ['a', ''] }, 'audience[1]'],
    ['an audience that is no text', { audience: 1 }, 'audience'],
    ['an audience given up without a claim', { audience: null }, 'audience'],
    ['an audience given up for no claim', { audience: null, claims: {} }, 'claims'],
    ['an audience given up for undefined', { audience: null, claims: { use: undefined } }, 'claims.use'],
    ['no claims', { claims: {} }, 'claims'],
    ['a claim that is undefined', { claims: { tenant: undefined } }, 'claims.tenant'],
    ['a claim that is null', { claims: { tenant: null } }, 'claims.tenant'],
    ['a claim that is a list', { claims: { tenant: ['a'] } }, 'claims.tenant'],
    ['a claim that is no number', { claims: { n: Number.NaN } }, 'claims.n'],
    ['claims in a map', { claims: new Map([['use', 'access']]) }, 'claims'],
    ['claims in a list', { claims: ['use'] }, 'claims'],
    ['no required claims', { requiredClaims: [] }, 'requiredClaims'],
    ['no required claims by type', { requiredClaims: {} }, 'requiredClaims'],
    ['a required claim without a name', { requiredClaims: [''] }, 'requiredClaims[0]'],
    ['a required claim of no type', { requiredClaims: { jti: 'text' } }, 'requiredClaims'],
    ['a required claim of type undefined', { requiredClaims: { jti: undefined } }, 'requiredClaims'],
    ['an empty name', { name: '' }, 'name'],
    ['an empty kind', { kind: '' }, 'kind'],
    ['no algorithm', { algorithms: [] }, 'algorithms'],
    ['none', { algorithms: ['none'] }, 'algorithms[0]'],
    ['an algorithm in lower case', { algorithms: ['es256'] }, 'algorithms[0]'],
    ['an algorithm without a list', { algorithms: 'ES256' }, 'algorithms'],
    ['a shared secret beside keys', { secret }, 'keys'],
    ['HMAC with public keys', { algorithms: ['HS256'] }, 'algorithms'],
    ['HMAC beside the others', { algorithms: ['ES256', 'HS256'] }, 'algorithms'],
    ['an empty type', { typ: '' }, 'typ'],
    ['no types', { typ: [] }, 'typ'],
    ['a header with a colon', { header: 'X-API-KEY:' }, 'header'],
    ['an empty header', { header: '' }, 'header'],
    ['tokens without end', { expiry: 'optional' }, 'expiry'],
    ['another expiry', { expiry: 'never' }, 'expiry'],
    ['a status that is a function', { status: isActive }, 'status'],
    ['a status without a question', { status: {} }, 'status.isActive'],
    ['an unknown member of the status', { status: { isActive, ttl: 1 } }, 'status.ttl'],
    ['an answer kept for less than no time', { status: { isActive, maxAge: -1 } }, 'status.maxAge'],
    ['grants kept for less than no time', { grants: { resolve: () => '', maxAge: -1 } }, 'grants.maxAge'],
    ['secrets kept for no time', { secret: { by: 'kid', find: () => secret, maxAge: 0 } }, 'secret.maxAge'],
    ['an answer kept for ever', { status: { isActive, maxAge: Number.POSITIVE_INFINITY } }, 'status.maxAge'],
    [
      'a store with methods',
      {
        status: new (class {
          isActive = isActive
        })(),
      },
      'status',
    ],
    ['grants without a question', { grants: {} }, 'grants.resolve'],
    ['what a scope implies, undefined', { implies: { admin: undefined } }, 'implies.admin'],
    ['a scope that implies nothing', { implies: { admin: [] } }, 'implies.admin'],
    ['nothing implied', { implies: {} }, 'implies'],
    ['a separator of two characters', { wildcardSeparator: '::' }, 'wildcardSeparator'],
    ['no separator', { wildcardSeparator: '' }, 'wildcardSeparator'],
    ['a word for a boolean', { rfc9068: 'yes' }, 'rfc9068'],
    ['a negative tolerance', { clockTolerance: -1 }, 'clockTolerance'],
    ['an endless tolerance', { clockTolerance: Number.POSITIVE_INFINITY }, 'clockTolerance'],
    ['a tolerance that is no number', { clockTolerance: Number.NaN }, 'clockTolerance'],
    ['a tolerance as text', { clockTolerance: '5' }, 'clockTolerance'],
    ['a tolerance of hours', { clockTolerance: 3600 }, 'clockTolerance'],
    ['RFC 9068 and another type', { rfc9068: true, typ: 'JWT' }, 'typ'],
    [
      'a lifetime of tokens without end',
      { expiry: 'optional', status: { isActive }, maxLifetime: 60 },
      'maxLifetime',
    ],
    ['no lifetime', { maxLifetime: 0 }, 'maxLifetime'],
    ['a lifetime that is no number', { maxLifetime: Number.NaN }, 'maxLifetime'],
    ['an endless lifetime', { maxLifetime: Number.POSITIVE_INFINITY }, 'maxLifetime'],
    ['a field that is not read', { read: { email: 'mail' } }, 'read.email'],
    ['a field read from nowhere', { read: { scopes: [] } }, 'read.scopes'],
    ['a renderer that is none', { renderError: {} }, 'renderError'],
    ['a renderer that fails', { renderError: () => ({ status: 302 }) }, 'renderError'],
    ['keys that are no set', { keys: [] }, 'keys'],
    ['no keys', { keys: { keys: [] } }, 'keys.keys'],
    ['a key without a type', { keys: { keys: [{}] } }, 'keys.keys[0].kty'],
    ['a private key', { keys: { keys: [{ ...jwk, d: 'AA' }] } }, 'keys.keys[0]'],
    ['a shared secret for a key', { keys: { keys: [{ kty: 'oct', k: 'AA' }] } }, 'keys.keys[0]'],
    ['a key for encryption', { keys: { keys: [{ ...jwk, use: 'enc' }] } }, 'keys.keys[0]'],
    ['an RSA key with an exponent of 1', { keys: { keys: [{ ...rsa, e: 'AQ' }] } }, 'keys.keys[0]'],
    ['a short RSA key', { keys: { keys: [{ ...rsa, n: 'w'.repeat(170) }] } }, 'keys.keys[0]'],
    ['a key for another algorithm', { keys: { keys: [jwk, rsa] }, algorithms: ['ES256'] }, 'keys.keys[1]'],
    ['keys to begin with where they are given', { initialKeys: { keys: [jwk] } }, 'initialKeys'],
    ['freshness of keys that are given', { keySet: { maxAge: 60 } }, 'keySet'],
  ])('are refused for %s, in both forms', (_, options, key) => {
    expectRefusal({ ...profile, ...options }, key)
    const first = { ...profile, issuer: 'https://first.example' }
    expectRefusal({ tokens: [first, { ...profile, ...options }] }, `tokens[1].${key}`)
  })

  it.each([
    ['an http address', { jwksUri: 'http://issuer.example/jwks' }, 'jwksUri'],
    ['a file', { jwksUri: 'file:///etc/jwks.json' }, 'jwksUri'],
    ['data', { jwksUri: 'data:application/json,{}' }, 'jwksUri'],
    ['a relative address', { jwksUri: '/jwks' }, 'jwksUri'],
    ['a user in the address', { jwksUri: 'https://a:b@issuer.example/jwks' }, 'jwksUri'],
    ['two sources of keys', { jwksUri: 'https://a.example', keys: profile.keys }, 'jwksUri'],
    ['an issuer that is no address', { issuer: 'issuer' }, 'issuer'],
    ['an issuer over http', { issuer: 'http://issuer.example' }, 'issuer'],
    ['an issuer with a query', { issuer: 'https://issuer.example?x' }, 'issuer'],
    ['an issuer given up, and no keys', { issuer: null }, 'issuer'],
    ['keys good for no time', { keySet: { maxAge: 0 } }, 'keySet.maxAge'],
    ['keys good for ever', { keySet: { maxAge: Number.POSITIVE_INFINITY } }, 'keySet.maxAge'],
    ['no cool-down', { keySet: { cooldown: 0 } }, 'keySet.cooldown'],
    ['no time-out', { keySet: { timeout: Number.NaN } }, 'keySet.timeout'],
    ['no keys to look at', { keySet: { maxKeys: 0 } }, 'keySet.maxKeys'],
    ['documents without end', { keySet: { maxBytes: 1e12 } }, 'keySet.maxBytes'],
    ['an unknown member of the key set', { keySet: { ttl: 1 } }, 'keySet.ttl'],
    ['bad keys to begin with', { initialKeys: { keys: [{ ...jwk, d: 'AA' }] } }, 'initialKeys.keys[0]'],
  ])('for fetched keys are refused for %s', (_, options, key) => {
    expectRefusal({ ...remote, ...options }, key)
  })

  it.each([
    ['a short one', { secret: 'short' }, 'secret'],
    ['an empty one', { secret: '' }, 'secret'],
    ['no bytes', { secret: new Uint8Array() }, 'secret'],
    ['none in a list', { secret: [] }, 'secret'],
    ['a short one among good ones', { secret: [secret, 'short'] }, 'secret'],
    ['a number', { secret: 1 }, 'secret'],
    ['null', { secret: null }, 'secret'],
    ['one too short for the hash', { secret: secret.slice(0, 40), algorithms: ['HS512'] }, 'secret'],
    ['a public key as text', { secret: JSON.stringify(jwk) }, 'secret'],
    ['a public key as PEM', { secret: `-----BEGIN PUBLIC KEY-----${secret}` }, 'secret'],
    ['an algorithm for public keys', { algorithms: ['RS256'] }, 'algorithms'],
    ['algorithms of both kinds', { algorithms: ['HS256', 'RS256'] }, 'algorithms'],
    ['keys to begin with', { initialKeys: { keys: [jwk] } }, 'initialKeys'],
    ['a look-up without a question', { secret: { by: 'kid' } }, 'secret.find'],
    ['a look-up by nothing', { secret: { find: () => secret } }, 'secret'],
    ['a look-up by another header', { secret: { by: 'x5t', find: () => secret } }, 'secret'],
    [
      'a look-up that remembers without end',
      { secret: { by: 'kid', find: () => secret, maxEntries: 1e12 } },
      'secret.maxEntries',
    ],
  ])('for a shared secret are refused for %s', (_, options, key) => {
    expectRefusal({ ...shared, ...options }, key)
  })

  it('of two profiles that could not be told apart are refused', () => {
    expectRefusal({ tokens: [profile, profile] }, 'tokens[1].name')
    expectRefusal({ tokens: [profile, { ...profile, name: 'b' }] }, 'tokens[1].issuer')
    const claims = { use: 'a' }
    expectRefusal(
      {
        tokens: [
          { ...profile, claims },
          { ...profile, name: 'b', claims },
        ],
      },
      'tokens[1].issuer',
    )
  })
})

describe('options that were taken', () => {
  it('do not change when what was passed does', async () => {
    const options = {
      issuer: issuer.issuer,
      audience: [issuer.audience],
      keys: structuredClone(issuer.jwks) as { keys: object[] },
      claims: { aud: issuer.audience } as Record<string, string>,
      realm: 'before',
      origins: ['https://app.example'],
      cors: { credentials: false, allowedHeaders: ['Authorization'] },
      routes: [{ method: ['GET'], path: '/a', scopes: { all: ['a'] } }],
    }
    const server = createResourceServer(options as unknown as ResourceServerOptions)
    const before = await outcomes(server)
    options.audience[0] = 'https://other.example'
    options.keys.keys.length = 0
    options.claims.aud = 'x'
    options.realm = 'after'
    options.origins.push('https://evil.example')
    options.cors.credentials = true
    options.cors.allowedHeaders.push('X-Evil')
    options.routes[0]?.scopes.all.pop()
    options.routes[0]?.method.push('DELETE')
    options.routes.push({ method: ['GET'], path: '/*', scopes: { all: [] } })
    expect(await outcomes(server)).toEqual(before)
    expect(server.routes).toEqual([{ method: ['GET'], path: '/a', scopes: { all: ['a'] } }])
  })

  it('do not go with the bytes of a secret that is wiped', async () => {
    const hmac = await createTestIssuer({ algorithm: 'HS256' })
    for (const bytes of [Buffer.from(hmac.secret ?? ''), new TextEncoder().encode(hmac.secret)]) {
      const server = createResourceServer({
        issuer: hmac.issuer,
        audience: hmac.audience,
        secret: bytes,
        routes,
      })
      const token = await hmac.mintToken({ scope: 'a' })
      bytes.fill(0)
      const decision = await ask(server, 'GET /a', { Authorization: `Bearer ${token}` })
      expect(decision.allowed).toBe(true)
    }
  })
})

describe('an option that is left out', () => {
  it('has the default that its documentation names', async () => {
    const { fetch, ...options } = withDefaults(profile)
    expect(options).toMatchObject({
      profiles: [profile],
      tokenCache: { maxEntries: 10_000, maxBytes: 67_108_864 },
      maxTokenLength: 8192,
      realm: 'api',
      now: Date.now,
    })
    const response = await fetch('data:application/json,1', { method: 'GET' })
    expect(await response.text()).toBe('1')
  })

  it('changes nothing about those that are given', () => {
    const tokenCache = { maxEntries: 1 }
    const given = { maxTokenLength: 100, realm: 'maps', now: () => 0, fetch: async () => new Response() }
    expect(withDefaults({ ...profile, ...given, tokenCache })).toMatchObject({
      ...given,
      tokenCache: { maxEntries: 1, maxBytes: 67_108_864 },
    })
  })
})

describe('a polluted Object.prototype', () => {
  const pollution: Readonly<Record<string, unknown>> = {
    access: 'public',
    scopes: 'a',
    tokens: [{ ...profile, name: 'evil' }],
    audience: null,
    issuer: null,
    claims: { sub: 'x' },
    keys: { keys: [jwk] },
    secret,
    algorithms: ['HS256'],
    typ: 'x',
    header: 'x-evil',
    kind: 'evil',
    clockTolerance: 300,
    origins: '*',
    cors: { credentials: true },
    credentials: true,
    allowedHeaders: ['X-Evil'],
    exposedHeaders: ['X-Evil'],
    maxAge: 3600,
    overrides: '/*',
    match: { id: 'sub' },
    opaque: ['%2f'],
    method: '*',
    routes: [{ method: '*', path: '/*', access: 'public' }],
    basePath: '/evil',
    realm: 'evil',
    noRule: 404,
    methodOverride: 'ignore',
    mode: 'monitor',
    maxTokenLength: 100_000,
    tokenCache: { maxEntries: 1 },
    maxEntries: 1,
    renderError: () => ({ status: 404 }),
    onDecision: () => {},
    all: ['x'],
    any: ['x'],
    anyOf: [['x']],
    acr: 'gold',
    amr: 'otp',
    now: () => 0,
    fetch: () => {},
    known: () => true,
    allows: () => true,
    find: () => secret,
    by: 'kid',
    status: { isActive: () => true },
    grants: { resolve: () => 'a' },
    implies: { b: ['a'] },
    wildcardSeparator: '.',
    expiry: 'optional',
    requiredClaims: ['x'],
    rfc9068: true,
    maxLifetime: 1,
    read: { scopes: 'sub' },
    name: 'evil',
    jwksUri: 'https://evil.example',
    initialKeys: { keys: [jwk] },
    keySet: { maxAge: 1 },
  }

  afterEach(() => {
    for (const name of Object.keys(pollution)) Reflect.deleteProperty(Object.prototype, name)
  })

  it.each(Object.keys(pollution))('by %s has no effect on any decision', async (name) => {
    const before = await decisions()
    Object.defineProperty(Object.prototype, name, {
      value: pollution[name],
      configurable: true,
      enumerable: true,
      writable: true,
    })
    const after = await decisions()
    Reflect.deleteProperty(Object.prototype, name)
    expect(after).toEqual(before)
  })

  it('by everything at once lends a rule nothing that it does not say', async () => {
    for (const [name, value] of Object.entries(pollution))
      Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
    const asksNothing = caught(() =>
      createResourceServer({ ...profile, routes: [{ method: 'GET', path: '/a' }] } as never),
    )
    const hasNoIssuer = caught(() => createResourceServer({ audience: 'a' } as never))
    for (const name of Object.keys(pollution)) Reflect.deleteProperty(Object.prototype, name)
    expect(asksNothing).toMatchObject({ key: 'routes[0]' })
    expect(hasNoIssuer).toMatchObject({ key: 'issuer' })
  })
})

function caught(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

function expectRefusal(options: unknown, key: string): void {
  const error = configurationError(options)
  expect(error.key).toBe(key)
  expect(error.message.startsWith(key === '' ? '' : `${key}: `)).toBe(true)
  expect(error.message).not.toMatch(/invalid input|\[object|undefined:/i)
  expect(error.message).not.toMatch(secret)
}

async function outcomes(server: ResourceServer): Promise<unknown[]> {
  const token = await issuer.mintToken({ scope: 'a' })
  const headers = { Authorization: `Bearer ${token}` }
  const origin = { Origin: 'https://evil.example' }
  const preflight = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' }
  const asked = await Promise.all([
    ask(server, 'GET /a', headers),
    ask(server, 'GET /a', { ...headers, ...origin }),
    ask(server, 'GET /a'),
    ask(server, 'DELETE /a', headers),
    ask(server, 'GET /b', headers),
    ask(server, 'OPTIONS /a', preflight),
  ])
  return asked.map(summary)
}

const ACCEPTED = await issuer.mintToken({ scope: 'a', claims: { exp: Math.floor(Date.now() / 1000) + 3600 } })
const WITHOUT_SCOPE = await issuer.mintToken({ claims: { exp: Math.floor(Date.now() / 1000) + 3600 } })

/** What a few servers say of a few requests, the servers made anew. */
async function decisions(): Promise<unknown[]> {
  const origins = ['https://app.example'] as const
  const servers = [
    createResourceServer({ ...profile, routes }),
    createResourceServer({ ...profile, routes, basePath: '/base', origins }),
    createResourceServer({ tokens: [{ ...profile, kind: 'user' }], routes, origins, cors: { maxAge: 1 } }),
    createResourceServer(profile).requiring('a'),
    createResourceServer(profile).requiring({ any: ['a', 'b'] }),
  ]
  const answers: unknown[] = []
  for (const server of servers) {
    for (const line of ['GET /a', 'GET /base/a', 'GET /a%2f', 'POST /a']) {
      for (const Authorization of [`Bearer ${ACCEPTED}`, `Bearer ${WITHOUT_SCOPE}`, '']) {
        const asked = request(line, { Authorization, Origin: 'https://app.example' })
        answers.push(summary(await server.authorize(asked)))
      }
    }
    const preflight = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' }
    answers.push(summary(await server.authorize(request('OPTIONS /a', preflight))))
  }
  return answers
}

function summary(decision: AuthorizationDecision): unknown {
  const { allowed, headers } = decision
  const { set, append, remove } = headers
  if (allowed)
    return { allowed, set, append, remove, scopes: decision.token?.scopes, profile: decision.token?.profile }
  const { status, body, reason } = decision
  return {
    allowed,
    status,
    body,
    reason,
    set,
    append,
    remove,
    challenge: headerOf(decision, 'WWW-Authenticate'),
  }
}
