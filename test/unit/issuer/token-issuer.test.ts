import { setImmediate } from 'node:timers/promises'
import {
  createMemoryStore,
  createTokenIssuer,
  fronteggDialect,
  multisetDialect,
  StoreUnavailableError,
  standardDialect,
  type TokenIssuerOptions,
} from '@scopegate/issuer'
import { openLibsqlStore } from '@scopegate/issuer/libsql'
import { describe, expect, it, vi } from 'vitest'
import { AUDIENCE, createFixture, ISSUER, send } from './issuer-fixture.ts'

const required = { issuer: ISSUER, audience: AUDIENCE }
const withDialect = (changes: object): object => ({
  endpoints: [{ path: '/token', dialect: { ...standardDialect, ...changes } }],
})

describe('createTokenIssuer', () => {
  it.each<[string, object, string]>([
    ['an unknown option', { audiences: [] }, 'audiences'],
    ['no audience', { audience: undefined }, 'audience'],
    ['an empty list of audiences', { audience: [] }, 'audience'],
    ['an issuer without TLS', { issuer: 'http://issuer.example' }, 'issuer'],
    ['an issuer with a query', { issuer: 'https://issuer.example/?a' }, 'issuer'],
    [
      'an issuer that is spelt in another way than it is sent',
      { issuer: 'https://Issuer.example' },
      'issuer',
    ],
    [
      'a path with a dot segment',
      { endpoints: [{ path: '/a/../b', dialect: standardDialect }] },
      'endpoints[0].path',
    ],
    [
      'a path with an empty segment',
      { endpoints: [{ path: '/a//', dialect: standardDialect }] },
      'endpoints[0].path',
    ],
    ['a path of nothing', { endpoints: [{ path: '/', dialect: standardDialect }] }, 'endpoints[0].path'],
    ['a path with a query', { endpoints: [{ path: '/a?b', dialect: standardDialect }] }, 'endpoints[0].path'],
    [
      'one path twice',
      {
        endpoints: [
          { path: '/a', dialect: standardDialect },
          { path: '/a', dialect: multisetDialect },
        ],
      },
      'endpoints',
    ],
    ['a token endpoint at the key set`s path', { jwksPath: '/oauth/token' }, 'endpoints'],
    ['no endpoint', { endpoints: [] }, 'endpoints'],
    ['refresh tokens that no dialect hands out', { refreshTokens: {} }, 'refreshTokens'],
    ['a short encryption key', { signing: { encryptionKey: new Uint8Array(16) } }, 'signing.encryptionKey'],
    [
      'an encryption key that is no base64url',
      { signing: { encryptionKey: 'not a key' } },
      'signing.encryptionKey',
    ],
    ['HS256 for everyone', { signing: { algorithm: 'HS256' } }, 'signing.algorithm'],
    ['a lifetime of nothing', { lifetime: 0 }, 'lifetime'],
    ['a lifetime in fractions', { lifetime: 1.5 }, 'lifetime'],
    ['a store that was not awaited', { store: openLibsqlStore({ file: ':memory:' }) }, 'store'],
    ['a clock that is a time', { now: 5 }, 'now'],
    ['an ending of subjects that an id could have too', { subjectSuffix: '-clients' }, 'subjectSuffix'],
    ['an ending of subjects that ends nothing', { subjectSuffix: '' }, 'subjectSuffix'],
    ['an ending of subjects with a space', { subjectSuffix: '@our clients' }, 'subjectSuffix'],
    ['a dialect without a place for credentials', withDialect({ credentials: [] }), 'endpoints[0].dialect'],
    [
      'a dialect whose reply has no token',
      withDialect({ reply: { scope: 'scope' } }),
      'endpoints[0].dialect.reply',
    ],
    ['a dialect that names parameters and reads no body', withDialect({ body: [] }), 'endpoints[0].dialect'],
    ['a dialect with a field that does not exist', withDialect({ tokens: 1 }), 'endpoints[0].dialect.tokens'],
    [
      'a dialect that answers a fault as success',
      withDialect({ errors: { body: {}, answers: { invalid_client: { status: 200 } } } }),
      'endpoints[0].dialect.errors.answers.invalid_client.status',
    ],
    [
      'a dialect that answers a reason there is not',
      withDialect({ errors: { body: {}, answers: { invalid_cilent: { status: 400 } } } }),
      'endpoints[0].dialect.errors.answers',
    ],
  ])('refuses %s', (_, options, key) => {
    const create = (): unknown => createTokenIssuer({ ...required, ...options } as TokenIssuerOptions)
    expect(create).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIGURATION', key: expect.stringContaining(key) }),
    )
  })

  it.each<[string, object, string]>([
    ['what is missing', { audience: undefined }, 'audience: is required; it must be a string or'],
    ['a wrong type', { lifetime: '60' }, 'lifetime: must be of type number'],
    ['a wrong type in a list', { scopes: [5] }, 'scopes[0]: must be of type string'],
    [
      'a misspelt option before what it was to be',
      { issuer: undefined, isuer: ISSUER },
      'isuer: is no option',
    ],
    ['the shapes there are', { audience: 5 }, 'audience: must be a string or a non-empty array of them'],
    ['two values', { revocation: 'never' }, "revocation: must be 'immediate' or 'at-expiry'"],
    ['three values', { issuance: 5 }, "issuance: must be 'both', 'exchange' or 'direct'"],
    ['media types', withDialect({ body: ['xml'] }), "dialect.body[0]: must be 'form' or 'json'"],
    ['what is chosen', withDialect({ choice: 'last' }), "dialect.choice: must be 'exactly-one' or 'first'"],
    [
      'the fields of a reply',
      withDialect({ reply: { t: 'token' } }),
      "dialect.reply.t: must be 'accessToken',",
    ],
    [
      'the fields of an error',
      withDialect({ errors: { body: { e: ['reason'] } } }),
      "dialect.errors.body.e: must be 'code', 'description' or 'status', or one of them in an array",
    ],
    [
      'names',
      withDialect({ parameters: { audience: 5 } }),
      'dialect.parameters.audience: must be the name of a parameter or a non-empty array of names',
    ],
  ])('says what is wrong in plain words: %s', (_, options, words) => {
    const create = (): unknown => createTokenIssuer({ ...required, ...options } as TokenIssuerOptions)
    expect(create).toThrow(words)
  })

  it('takes the metadata path of an issuer with a path of its own from RFC 8414', async () => {
    const fixture = createFixture({
      issuer: 'https://issuer.example/tenant',
      endpoints: [{ path: '/tenant/token', dialect: standardDialect }],
    })
    const path = '/.well-known/oauth-authorization-server/tenant'
    const { body } = await send(fixture, path, { method: 'GET' })
    expect(body).toEqual({
      issuer: 'https://issuer.example/tenant',
      token_endpoint: 'https://issuer.example/tenant/token',
      jwks_uri: 'https://issuer.example/.well-known/jwks.json',
      response_types_supported: [],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    })
    expect(fixture.issuer.paths).toEqual([path, '/.well-known/jwks.json', '/tenant/token'])
  })

  it('answers at a path that ends with a slash, and there alone', async () => {
    const fixture = createFixture({ endpoints: [{ path: '/auth/vendor/', dialect: multisetDialect }] })
    const { id, secret } = await fixture.client()
    const headers = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
    expect((await send(fixture, '/auth/vendor/', { headers })).status).toBe(200)
    expect((await send(fixture, '/auth/vendor', { headers })).status).toBe(404)
  })

  it('leaves later changes to its options without effect', async () => {
    const audiences = [AUDIENCE]
    const dialect = structuredClone(multisetDialect)
    const fixture = createFixture({ audience: audiences, endpoints: [{ path: '/token', dialect }] })
    Object.assign(dialect.reply, { token: 'scope' })
    audiences[0] = 'https://evil.example'
    const { id, secret } = await fixture.client()
    const reply = await send(fixture, '/token', {
      headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    })
    expect(JSON.parse(atob(reply.body.token.split('.')[1]))).toMatchObject({ aud: AUDIENCE })
  })

  it('touches the store only when it is asked to', () => {
    const store = createMemoryStore()
    const list = async (): Promise<never> => await Promise.reject(new Error('read'))
    createFixture({ store: { ...store, signingKeys: { ...store.signingKeys, list } } })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no log')
      },
    ],
    ['rejects', async () => await Promise.reject(new Error('no log'))],
  ])('answers as ever and lives on where `onFault` or `warn` %s', async (_, observer) => {
    const store = createMemoryStore()
    const findClient = async (): Promise<never> => await Promise.reject(new StoreUnavailableError('down'))
    const told: unknown[] = []
    // No mock: that would take care of a rejection itself.
    const tell = (what: unknown): unknown => {
      told.push(what)
      return observer()
    }
    const fixture = createFixture({
      store: { ...store, persistent: true, credentials: { ...store.credentials, findClient } },
      onFault: tell,
      warn: tell,
    })
    const stray = vi.fn()
    process.once('unhandledRejection', stray)
    const headers = { authorization: 'Basic YTpi' }
    const reply = await send(fixture, '/oauth/token', { headers, body: { grant_type: 'client_credentials' } })
    await setImmediate()
    process.off('unhandledRejection', stray)
    expect(reply.status).toBe(503)
    expect(told).toEqual([
      expect.stringContaining('signing.encryptionKey'),
      expect.any(StoreUnavailableError),
    ])
    expect(stray).not.toHaveBeenCalled()
  })

  it.each(['/.well-known/jwks.json', '/.well-known/oauth-authorization-server'])(
    'answers %s with 200 whatever a polluted prototype says',
    async (path) => {
      const fixture = createFixture()
      await fixture.issuer.ready()
      for (const status of ['active', 503]) {
        Object.defineProperty(Object.prototype, 'status', {
          value: status,
          configurable: true,
          writable: true,
        })
        try {
          const answered = await fixture.issuer.handle(new Request(ISSUER + path))
          expect(answered.status).toBe(200)
        } finally {
          Reflect.deleteProperty(Object.prototype, 'status')
        }
      }
    },
  )

  it('does without refresh tokens where a dialect would have them', async () => {
    const fixture = createFixture({ endpoints: [{ path: '/token', dialect: fronteggDialect }] })
    const { id, secret } = await fixture.client()
    const body = JSON.stringify({ clientId: id, secret })
    const reply = await send(fixture, '/token', { headers: { 'content-type': 'application/json' }, body })
    expect(Object.keys(reply.body)).toEqual(['access_token', 'expires_in', 'expires'])
  })
})
