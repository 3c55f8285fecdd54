import { createTokenManager, type TokenEndpointDialect } from '@scopegate/client'
import {
  clientSecretBasic,
  clientSecretJson,
  clientSecretPost,
  createDialect,
  rawBasic,
} from '@scopegate/client/dialects'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ReceivedRequest, startServer, type TestServer } from './token-endpoint.ts'

const inAnHour = new Date(Date.now() + 3_600_000)
const anyReply = {
  access_token: 'token',
  token: 'token',
  expires_in: 3600,
  expiresIn: 3600,
  expiresOn: inAnHour.toISOString(),
}
const awkward = { clientId: 'id with +&%', clientSecret: 'p:ä€"=/ ' }

describe('a dialect', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startServer()
  })
  beforeEach(() => server.answer(() => ({ body: anyReply })))
  afterAll(() => server.close())

  async function requestWith(dialect: TokenEndpointDialect, options: object = {}): Promise<ReceivedRequest> {
    await createTokenManager({ tokenEndpoint: server.url, credentials: awkward, dialect, ...options }).token()
    return server.received.at(-1) as ReceivedRequest
  }

  it('clientSecretBasic form-encodes id and secret before Base64 (RFC 6749 section 2.3.1)', async () => {
    const { method, headers, body } = await requestWith(clientSecretBasic, { scope: 'a b' })
    expect(method).toBe('POST')
    expect(headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect(decode(headers.authorization)).toBe('id+with+%2B%26%25:p%3A%C3%A4%E2%82%AC%22%3D%2F+')
    expect(body).toBe('grant_type=client_credentials&scope=a+b')
  })

  it('clientSecretPost puts them into the form body, and nowhere else', async () => {
    const { headers, body } = await requestWith(clientSecretPost, { audience: 'https://api.example' })
    expect(headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: 'client_credentials',
      client_id: awkward.clientId,
      client_secret: awkward.clientSecret,
      audience: 'https://api.example',
    })
  })

  it('clientSecretJson puts them into a JSON body', async () => {
    const { headers, body } = await requestWith(clientSecretJson)
    expect(headers['content-type']).toBe('application/json')
    expect(JSON.parse(body)).toEqual({
      grant_type: 'client_credentials',
      client_id: awkward.clientId,
      client_secret: awkward.clientSecret,
    })
  })

  it('rawBasic sends them as UTF-8 without further encoding, and an empty JSON object', async () => {
    const { headers, body } = await requestWith(rawBasic)
    expect(decode(headers.authorization)).toBe(`${awkward.clientId}:${awkward.clientSecret}`)
    expect(body).toBe('{}')
  })

  it('as data describes any other endpoint', async () => {
    const { headers, body } = await requestWith(
      createDialect({
        request: { body: 'json', fields: { clientId: 'clientId', clientSecret: 'secret' } },
        reply: { token: 'token', expiresIn: 'expiresIn' },
      }),
    )
    expect(headers.authorization).toBeUndefined()
    expect(JSON.parse(body)).toEqual({ clientId: awkward.clientId, secret: awkward.clientSecret })
  })

  it('as data can encode the Basic header as a form, too', async () => {
    const { headers, body } = await requestWith(
      createDialect({
        request: { basic: 'form', body: 'form', fields: { audience: 'resource' } },
        reply: { token: 'token', expiresIn: 'expiresIn' },
      }),
      { audience: 'https://api.example' },
    )
    expect(decode(headers.authorization)).toBe('id+with+%2B%26%25:p%3A%C3%A4%E2%82%AC%22%3D%2F+')
    expect(body).toBe('resource=https%3A%2F%2Fapi.example')
  })

  it('as functions translates to and from the standard', async () => {
    const dialect: TokenEndpointDialect = {
      request: ({ clientId }) => ({ headers: { 'x-client': encodeURIComponent(clientId) }, body: 'please' }),
      reply: ({ token }) => ({ access_token: token, expires_in: 60 }),
    }
    const { method, headers, body } = await requestWith(dialect)
    expect([method, headers['x-client'], body]).toEqual([
      'POST',
      encodeURIComponent(awkward.clientId),
      'please',
    ])
  })

  it('without a field for what is asked is refused, not asked without it', async () => {
    const options = { tokenEndpoint: server.url, credentials: awkward, dialect: rawBasic }
    expect(() => createTokenManager({ ...options, scope: 'query' })).toThrow(
      'scope: the dialect has no field for it',
    )
    const tokens = createTokenManager(options)
    await expect(tokens.token({ scope: 'query' })).rejects.toMatchObject({ key: 'scope' })
    await expect(tokens.token({ audience: 'query' })).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
  })
})

describe('a description of a dialect', () => {
  const request = { body: 'json', fields: { clientId: 'id', clientSecret: 'secret' } }
  const reply = { token: 'token', expiresIn: 'expiresIn' }
  const good = { request, reply }

  it.each([
    ['requests', { ...good, requests: request }],
    ['request.body', { reply }],
    ['request.body', { ...good, request: { fields: {} } }],
    ['request.body', { ...good, request: { ...request, body: 'xml' } }],
    ['request.basic', { ...good, request: { ...request, basic: true } }],
    ['request.url', { ...good, request: { ...request, url: 'token' } }],
    ['request.fields.client_id', { ...good, request: { ...request, fields: { client_id: 'id' } } }],
    ['request.fields.clientId', { ...good, request: { ...request, fields: { clientId: true } } }],
    ['reply.token', { request }],
    ['reply.token', { request, reply: { expiresIn: 'expiresIn' } }],
    ['reply.expiresIn', { request, reply: { token: 'token' } }],
    ['reply.expiresin', { request, reply: { ...reply, expiresin: 'expiresIn' } }],
    ['refresh.body', { ...good, refresh: { fields: {} } }],
    ['refresh.URL', { ...good, refresh: { ...request, URL: 'refresh' } }],
    ['request.body', undefined],
  ])('is refused for a wrong %s: %j', (key, wrong) => {
    expect(() => createDialect(wrong as never)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIGURATION', key }),
    )
  })

  it('may leave out by undefined, and inherits nothing', () => {
    const inherited = { url: 'https://elsewhere.example/', refresh: request, basic: 'raw' }
    const refresh = Object.assign(Object.create(inherited), request)
    const left = { ...request, basic: undefined, fields: { ...request.fields, scope: undefined } }
    const description = Object.assign(Object.create(inherited), { request: left, reply })
    expect(createDialect(description)).not.toHaveProperty('refresh')
    const dialect = createDialect({ ...description, refresh })
    expect(dialect.refreshUrl).toBe('')
    expect(dialect.refresh?.({ clientId: 'a', clientSecret: 'b' }).headers).not.toHaveProperty(
      'authorization',
    )
    expect(() => dialect.check?.({ scope: 'query' })).toThrow('scope: the dialect has no field for it')
  })
})

describe('the options of a token manager', () => {
  const options = { tokenEndpoint: 'https://issuer.example/token', credentials: awkward }

  it.each([
    ['tokenEndpoint', { tokenEndpoint: 'http://issuer.example/token' }],
    ['tokenEndpoint', { tokenEndpoint: 'http://127.0.0.1.evil.example/token' }],
    ['tokenEndpoint', { tokenEndpoint: 'https://user:password@issuer.example/token' }],
    ['tokenEndpoint', { tokenEndpoint: '/token' }],
    ['tokenEndpoint', { tokenEndpoint: 'ftp://localhost/token' }],
    [
      'dialect',
      {
        dialect: createDialect({
          request: { body: 'json', fields: {} },
          reply: { token: 'token', expiresAt: 'expiresOn' },
          refresh: { url: 'http://issuer.example/refresh', body: 'json', fields: {} },
        }),
      },
    ],
    ['credentials', { credentials: { clientId: 'reader', clientSecret: undefined } }],
    ['credentials', { credentials: { clientId: '', clientSecret: 'secret' } }],
    ['credentials', { credentials: { clientId: 'a:b', clientSecret: 'secret' }, dialect: rawBasic }],
    ['credentials', { credentials: undefined }],
    ['dialect', { dialect: 'basic' }],
    ['dialect', { dialect: {} }],
    ['refreshAhead', { refreshAhead: 1 }],
    ['timeout', { timeout: Number.NaN }],
    ['attempts', { attempts: 0 }],
    ['refreshBuffer', { refreshBuffer: 60 }],
  ])('refuse a wrong %s: %j', (key, wrong) => {
    expect(() => createTokenManager({ ...options, ...wrong } as never)).toThrow(
      expect.objectContaining({ key }),
    )
  })

  it.each([undefined, {}, { id: 'reader', secret: 'secret' }])(
    'name what is wanted of credentials, instead of %j',
    (credentials) => {
      expect(() => createTokenManager({ ...options, credentials } as never)).toThrow(
        'credentials: needs clientId and clientSecret',
      )
    },
  )

  it.each(['http://localhost:1/', 'http://127.9.9.9/', 'http://[::1]:1/'])(
    'take plain http on loopback: %s',
    (url) => {
      expect(() => createTokenManager({ ...options, tokenEndpoint: url })).not.toThrow()
    },
  )

  it('take plain http elsewhere where that is allowed', () => {
    const wanted = { ...options, tokenEndpoint: 'http://issuer.internal/', allowHttp: true }
    expect(() => createTokenManager(wanted)).not.toThrow()
  })

  it.each(['no', 'false', 1, {}])('take plain http for no other word than true: %j', (allowHttp) => {
    const wanted = { ...options, tokenEndpoint: 'http://issuer.internal/', allowHttp }
    expect(() => createTokenManager(wanted as never)).toThrow(
      expect.objectContaining({ key: 'tokenEndpoint' }),
    )
  })

  it('are copied', async () => {
    const credentials = { clientId: 'reader', clientSecret: 'secret' }
    const server = await startServer()
    const tokens = createTokenManager({ tokenEndpoint: server.url, credentials })
    credentials.clientSecret = 'changed'
    await tokens.token()
    expect(decode(server.received[0]?.headers.authorization)).toBe('reader:secret')
    await server.close()
  })
})

function decode(authorization = ''): string {
  return Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8')
}
