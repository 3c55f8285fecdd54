import {
  auth0Dialect,
  createMemoryStore,
  fronteggDialect,
  fronteggRefreshDialect,
  fronteggVendorDialect,
  type IssuerStore,
  multisetDialect,
  StoreUnavailableError,
  standardDialect,
  type TokenDialect,
} from '@scopegate/issuer'
import { decodeProtectedHeader } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  AUDIENCE,
  basic,
  createFixture,
  type Fixture,
  ISSUER,
  type Reply,
  START,
  send,
  verify,
} from './issuer-fixture.ts'

const PATH = '/oauth/token'
const grant = { grant_type: 'client_credentials' }
const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache', 'content-type': 'application/json' }

function headersOf({ headers }: Reply): Record<string, string> {
  return Object.fromEntries(headers)
}

function endpoint(dialect: TokenDialect): { endpoints: { path: string; dialect: TokenDialect }[] } {
  return { endpoints: [{ path: PATH, dialect }] }
}

describe('the standard dialect', () => {
  let fixture: Fixture
  let client: Awaited<ReturnType<Fixture['client']>>

  beforeEach(async () => {
    fixture = createFixture({ audience: [AUDIENCE, 'https://other.example'] })
    client = await fixture.client()
  })

  const exchange = async (body: Record<string, string> = {}): Promise<Reply> =>
    await send(fixture, PATH, {
      headers: { authorization: basic(client.id, client.secret) },
      body: { ...grant, ...body },
    })

  it('issues an RFC 9068 token for Basic, not to be cached', async () => {
    const reply = await exchange()
    expect(reply).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3600, scope: 'query write' },
    })
    expect(Object.keys(reply.body)).toEqual(['access_token', 'token_type', 'expires_in', 'scope'])
    expect(headersOf(reply)).toEqual({ ...NO_STORE, vary: 'Origin' })
    const { payload, protectedHeader } = await verify(fixture, reply.body.access_token)
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
    const iat = Math.floor(START / 1000)
    expect(payload).toEqual({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: client.id,
      client_id: client.id,
      iat,
      exp: iat + 3600,
      jti: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      scope: 'query write',
      account: client.credential.account,
    })
  })

  it('issues one for credentials in the body', async () => {
    const reply = await send(fixture, PATH, {
      body: { ...grant, client_id: client.id, client_secret: client.secret },
    })
    expect(reply.status).toBe(200)
  })

  it('takes the id of Basic repeated in the body, and no other id', async () => {
    expect((await exchange({ client_id: client.id })).status).toBe(200)
    expect(await exchange({ client_id: 'another' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
  })

  it('refuses credentials in both places, also when they are equal', async () => {
    const reply = await exchange({ client_id: client.id, client_secret: client.secret })
    expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  it('refuses two lines of credentials, which come joined by a comma', async () => {
    const one = basic(client.id, client.secret)
    for (const authorization of [`${one}, ${one}`, `${one},`]) {
      const reply = await send(fixture, PATH, { headers: { authorization }, body: grant })
      expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    }
  })

  it('form-decodes id and secret one by one', async () => {
    const encode = (text: string): string => `%${Buffer.from(text[0] ?? '').toString('hex')}${text.slice(1)}`
    const headers = { authorization: basic(encode(client.id), encode(client.secret)) }
    expect((await send(fixture, PATH, { headers, body: grant })).status).toBe(200)
  })

  it('answers 401 with a challenge where Authorization was used, and without where it was not', async () => {
    const wrong = await send(fixture, PATH, {
      headers: { authorization: basic(client.id, 'wrong') },
      body: grant,
    })
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(headersOf(wrong)).toEqual({
      ...NO_STORE,
      vary: 'Origin',
      'www-authenticate': 'Basic realm="token", charset="UTF-8"',
    })
    const inBody = await send(fixture, PATH, {
      body: { ...grant, client_id: client.id, client_secret: 'wrong' },
    })
    expect(inBody.status).toBe(401)
    expect(inBody.headers.has('www-authenticate')).toBe(false)
    const none = await send(fixture, PATH, { body: { ...grant, client_id: client.id } })
    expect(none).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  it.each([
    ['no grant type', {}, 'invalid_request'],
    ['an empty grant type', { grant_type: '' }, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, 'unsupported_grant_type'],
    [
      'refresh tokens, of which there are none',
      { grant_type: 'refresh_token', refresh_token: 'x' },
      'unsupported_grant_type',
    ],
  ])('refuses %s', async (_, body, error) => {
    const headers = { authorization: basic(client.id, client.secret) }
    expect(await send(fixture, PATH, { headers, body })).toMatchObject({ status: 400, body: { error } })
  })

  it('gives the scopes asked for and says so', async () => {
    const reply = await exchange({ scope: 'query' })
    expect(reply.body.scope).toBe('query')
    expect((await verify(fixture, reply.body.access_token)).payload).toMatchObject({
      scope: 'query',
      narrowed: true,
    })
    expect((await exchange({ scope: '' })).body.scope).toBe('query write')
    const all = await exchange({ scope: 'write query query' })
    expect((await verify(fixture, all.body.access_token)).payload).not.toHaveProperty('narrowed')
  })

  it.each(['delete', 'query delete', 'quer', 'QUERY', 'query,write', ' '])(
    'refuses the scope "%s"',
    async (scope) => {
      expect(await exchange({ scope })).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
    },
  )

  it('gives a credential without scopes a token without scope', async () => {
    client = await fixture.client({ scopes: [] })
    const reply = await exchange()
    expect(reply.status).toBe(200)
    expect(reply.body).not.toHaveProperty('scope')
    expect((await verify(fixture, reply.body.access_token)).payload).not.toHaveProperty('scope')
  })

  it('gives the audience asked for, compared byte for byte', async () => {
    for (const name of ['resource', 'audience']) {
      const reply = await exchange({ [name]: 'https://other.example' })
      expect(JSON.parse(atob(reply.body.access_token.split('.')[1]))).toMatchObject({
        aud: 'https://other.example',
      })
    }
    for (const audience of [`${AUDIENCE}/`, 'https://API.example', 'https://evil.example']) {
      expect(await exchange({ audience })).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
    }
    const both = await exchange({ resource: AUDIENCE, audience: AUDIENCE })
    expect(both).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  it('never lets a token outlive its credential', async () => {
    client = await fixture.client({ expiresAt: START + 90_000 })
    const reply = await exchange()
    expect(reply.body.expires_in).toBe(90)
    fixture.clock.advance(89.9)
    expect(await exchange()).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  it.each([
    ['a repeated parameter', 'grant_type=client_credentials&grant_type=client_credentials'],
    ['a repeated empty parameter', 'grant_type=client_credentials&scope=&scope='],
    ['a repeated unknown parameter', 'grant_type=client_credentials&x=1&x=2'],
    ['a name repeated under another spelling', 'grant_type=client_credentials&sc%6fpe=query&scope=write'],
    ['a broken escape', 'grant_type=client_credentials&scope=%zz'],
    ['an escape that is no UTF-8', 'grant_type=client_credentials&scope=%ff'],
    ['an escaped NUL', 'grant_type=client_credentials&scope=query%00'],
    ['an escaped line break', 'grant_type=client_credentials&scope=query%0a'],
  ])('refuses %s', async (_, body) => {
    const headers = {
      authorization: basic(client.id, client.secret),
      'content-type': 'application/x-www-form-urlencoded',
    }
    expect(await send(fixture, PATH, { headers, body })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
  })

  it('refuses bytes that are no UTF-8', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await send(fixture, PATH, { headers, body: new Uint8Array([0x61, 0x3d, 0xff]) })
    expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  it.each([
    ['JSON, which is an option', 'application/json', JSON.stringify(grant)],
    ['text', 'text/plain', 'grant_type=client_credentials'],
    [
      'a list of types',
      'application/x-www-form-urlencoded, application/json',
      'grant_type=client_credentials',
    ],
    ['another charset', 'application/x-www-form-urlencoded; charset=utf-16', 'grant_type=client_credentials'],
    ['multipart', 'multipart/form-data; boundary=x', '--x--'],
    ['no type', '', 'grant_type=client_credentials'],
  ])('refuses a body of %s', async (_, type, body) => {
    const headers = { authorization: basic(client.id, client.secret), 'content-type': type }
    expect(await send(fixture, PATH, { headers, body: Buffer.from(body) })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
  })

  it('takes a type with a UTF-8 charset, in any case', async () => {
    const headers = {
      authorization: basic(client.id, client.secret),
      'content-type': 'Application/X-WWW-Form-URLencoded; Charset="UTF-8"',
    }
    const reply = await send(fixture, PATH, { headers, body: 'grant_type=client_credentials' })
    expect(reply.status).toBe(200)
  })

  it('refuses parameters in the URL', async () => {
    const query = new URLSearchParams({ ...grant, client_id: client.id, client_secret: client.secret })
    expect(await send(fixture, `${PATH}?${query}`)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
  })

  it('stops reading a body that is too large, said or not', async () => {
    let chunks = 0
    const endless = new ReadableStream({
      pull: (controller) => {
        chunks++
        controller.enqueue(new Uint8Array(4096))
      },
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await send(fixture, PATH, { headers, body: endless })
    expect(reply).toMatchObject({ status: 413, body: { error: 'invalid_request' } })
    expect(chunks).toBeLessThan(10)
    const announced = { ...headers, 'content-length': '16385' }
    expect((await send(fixture, PATH, { headers: announced, body: 'a=b' })).status).toBe(413)
  })

  it('answers a body that breaks off as the client`s fault', async () => {
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error('gone')) })
    const reply = await send(fixture, PATH, { headers: { 'content-type': 'application/json' }, body: broken })
    expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(fixture.faults).toEqual([])
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'])('answers %s with 405', async (method) => {
    const reply = await send(fixture, PATH, { method })
    expect(reply.status).toBe(405)
    expect(reply.headers.get('allow')).toBe('POST, OPTIONS')
    expect(reply.body).toEqual(
      method === 'HEAD' ? undefined : { error: 'invalid_request', error_description: expect.any(String) },
    )
  })

  it('ignores what it does not know', async () => {
    const body = { ...grant, assertion: 'x', __proto__: 'x', constructor: 'x', toString: 'x' }
    const reply = await exchange(body)
    expect(reply.status).toBe(200)
  })

  it('answers 503 with Retry-After while the store is down, and tells the operator why', async () => {
    const store = createMemoryStore()
    const outage = new StoreUnavailableError('down')
    const down: IssuerStore = {
      ...store,
      credentials: { ...store.credentials, findClient: async () => await Promise.reject(outage) },
    }
    fixture = createFixture({ store: down })
    const reply = await exchange()
    expect(reply).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } })
    expect(reply.headers.get('retry-after')).toBe('5')
    expect(fixture.faults).toEqual([outage])
  })

  it('answers 500 for a fault of its own and gives nothing of it away', async () => {
    fixture = createFixture({
      claims: () => {
        throw new Error('inner detail')
      },
    })
    client = await fixture.client()
    const reply = await exchange()
    expect(reply).toMatchObject({ status: 500, body: { error: 'server_error' } })
    expect(JSON.stringify(reply.body)).not.toContain('inner')
    expect(fixture.faults).toHaveLength(1)
  })

  it('refuses a mapping that sets a claim of the issuer', async () => {
    fixture = createFixture({ claims: () => ({ sub: 'root' }) })
    client = await fixture.client()
    expect((await exchange()).status).toBe(500)
    expect(fixture.faults).toMatchObject([{ code: 'ERR_CONFIGURATION', key: 'claims' }])
  })

  it('ends the subject as it is told, so that no client is taken for a user', async () => {
    fixture = createFixture({ subjectSuffix: '@clients' })
    client = await fixture.client()
    const { payload } = await verify(fixture, (await exchange()).body.access_token)
    expect(payload).toMatchObject({ sub: `${client.id}@clients`, client_id: client.id })
    const { token } = await fixture.issuer.accessTokens.create({
      account: client.credential.account,
      name: 'direct',
      scopes: [],
      expiresAt: START + 60_000,
    })
    const direct = (await verify(fixture, token)).payload
    expect(direct.sub).toBe(`${direct.client_id}@clients`)
  })

  it('adds mapped claims', async () => {
    fixture = createFixture({
      claims: ({ issuance, account, subject, metadata, environment }) => ({
        type: subject.kind === 'user' ? 'userApiToken' : 'tenantApiToken',
        tenantId: account.id,
        roles: metadata.roles,
        issuance,
        environment,
      }),
    })
    client = await fixture.client({
      subject: { kind: 'user', id: 'u1' },
      metadata: { roles: ['admin'] },
      environment: 'staging',
    })
    const { payload } = await verify(fixture, (await exchange()).body.access_token)
    expect(payload).toMatchObject({
      type: 'userApiToken',
      tenantId: client.credential.account,
      roles: ['admin'],
      issuance: 'exchange',
      environment: 'staging',
    })
  })
})

describe.each([
  ['standard', standardDialect, 'basic'],
  ['MultiSet', multisetDialect, 'basic'],
  ['Frontegg', fronteggDialect, 'json'],
] as const)('authentication in the %s dialect', (_, dialect, how) => {
  let fixture: Fixture

  beforeEach(() => {
    fixture = createFixture(endpoint(dialect))
  })

  const exchange = async (id: string, secret: string): Promise<Reply> =>
    how === 'json'
      ? await send(fixture, PATH, {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ clientId: id, secret }),
        })
      : await send(fixture, PATH, { headers: { authorization: basic(id, secret) }, body: grant })

  it('gives one answer for an unknown id, a wrong secret, and a deactivated, expired or deleted credential', async () => {
    const client = await fixture.client()
    const answers = [await exchange('unknown', client.secret), await exchange(client.id, 'wrong')]
    await fixture.issuer.credentials.deactivate(client.id)
    answers.push(await exchange(client.id, client.secret))
    await fixture.issuer.credentials.reactivate(client.id)
    expect((await exchange(client.id, client.secret)).status).toBe(200)
    await fixture.issuer.credentials.expire(client.id)
    answers.push(await exchange(client.id, client.secret))
    await fixture.issuer.credentials.delete(client.id)
    answers.push(await exchange(client.id, client.secret))
    const [first, ...others] = answers.map((reply) => ({ ...reply, headers: headersOf(reply) }))
    expect(first?.status).toBe(401)
    for (const other of others) expect(other).toEqual(first)
  })

  it('gives nothing to an account that is not verified, or suspended, even with the right secret', async () => {
    const client = await fixture.client({}, { id: 'acme', verified: false })
    const status = { Frontegg: 401, MultiSet: 403, standard: 400 }[_]
    expect((await exchange(client.id, client.secret)).status).toBe(status)
    await fixture.issuer.accounts.update('acme', { verified: true })
    expect((await exchange(client.id, client.secret)).status).toBe(200)
    await fixture.issuer.accounts.update('acme', { active: false })
    expect((await exchange(client.id, client.secret)).status).toBe(status)
    expect((await exchange(client.id, 'wrong')).status).toBe(401)
  })

  it('takes both secrets during the overlap of a rotation, and the new one alone after it', async () => {
    const client = await fixture.client()
    const { clientSecret, previousExpiresAt } = await fixture.issuer.credentials.rotate(client.id, {
      overlap: 60,
    })
    expect(previousExpiresAt).toBe(START + 60_000)
    for (const secret of [client.secret, clientSecret])
      expect((await exchange(client.id, secret)).status).toBe(200)
    fixture.clock.advance(60)
    expect((await exchange(client.id, client.secret)).status).toBe(401)
    expect((await exchange(client.id, clientSecret)).status).toBe(200)
    const { clientSecret: third } = await fixture.issuer.credentials.rotate(client.id, { overlap: 0 })
    expect((await exchange(client.id, clientSecret)).status).toBe(401)
    expect((await exchange(client.id, third)).status).toBe(200)
  })

  it('slows down who guesses without locking the client out', async () => {
    const client = await fixture.client()
    for (let i = 0; i < 10; i++) expect((await exchange(client.id, 'wrong')).status).toBe(401)
    const throttled = await exchange(client.id, 'wrong')
    expect(throttled.status).toBe(429)
    expect(throttled.headers.get('retry-after')).toBe('60')
    expect((await exchange(client.id, client.secret)).status).toBe(200)
    expect((await exchange('another', 'wrong')).status).toBe(401)
    fixture.clock.advance(60)
    expect((await exchange(client.id, 'wrong')).status).toBe(401)
  })

  it('counts anew once a clock that was ahead has been set right', async () => {
    fixture.clock.advance(365 * 86_400)
    for (let i = 0; i < 11; i++) await exchange('unknown', 'wrong')
    fixture.clock.advance(-365 * 86_400)
    expect((await exchange('unknown', 'wrong')).status).toBe(401)
  })

  it('treats an unknown id as it treats a known one when it throttles', async () => {
    for (let i = 0; i < 10; i++) expect((await exchange('unknown', 'wrong')).status).toBe(401)
    expect((await exchange('unknown', 'wrong')).status).toBe(429)
  })

  it('refuses ids that are no ids', async () => {
    for (const id of ["' or 1=1 --", '../x', 'é', 'x'.repeat(5000), '__proto__']) {
      expect((await exchange(id, 'x')).status).toBe(401)
    }
    expect(fixture.faults).toEqual([])
  })
})

describe('garbled Basic credentials', () => {
  it.each([
    ['another scheme, with commas of its own', 'Digest username="x", realm="y"'],
    ['nothing behind the scheme', 'Basic '],
    ['the scheme alone', 'Basic'],
    ['another scheme', 'Bearer abc'],
    ['no base64', 'Basic ???'],
    ['base64url', `Basic ${Buffer.from('a:\u00ff\u00fe?').toString('base64url')}`],
    ['base64 of an impossible length', 'Basic abcde'],
    ['no colon', `Basic ${btoa('abc')}`],
    ['no id', `Basic ${btoa(':secret')}`],
    ['a NUL', `Basic ${btoa('a\0b:secret')}`],
    ['bytes that are no UTF-8', `Basic ${btoa('a:\xff')}`],
    ['a long header', `Basic ${'A'.repeat(12_000)}`],
  ])('are refused with 401: %s', async (_, authorization) => {
    for (const dialect of [standardDialect, multisetDialect]) {
      const fixture = createFixture(endpoint(dialect))
      const reply = await send(fixture, PATH, { headers: { authorization }, body: grant })
      expect(reply.status).toBe(401)
      expect(reply.headers.get('www-authenticate')).toMatch(/^Basic /)
      expect(fixture.faults).toEqual([])
    }
  })

  it('with a broken escape are refused by the standard dialect', async () => {
    const fixture = createFixture()
    for (const id of ['%', '%zz', '%ff', '%00']) {
      const reply = await send(fixture, PATH, { headers: { authorization: basic(id, 's') }, body: grant })
      expect(reply.status).toBe(401)
    }
  })
})

describe('the MultiSet dialect', () => {
  it('answers with a token and an ISO time 30 minutes from issue, and with a text for an error', async () => {
    const fixture = createFixture(endpoint(multisetDialect))
    const { id, secret } = await fixture.client()
    const reply = await send(fixture, PATH, { headers: { authorization: basic(id, secret) } })
    expect(reply.body).toEqual({ token: expect.any(String), expiresOn: '2026-03-01T12:30:00.000Z' })
    const { payload } = await verify(fixture, reply.body.token)
    expect(payload.exp).toBe(Date.parse(reply.body.expiresOn) / 1000)
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(1800)
    const refused = await send(fixture, PATH, { headers: { authorization: basic(id, 'wrong') } })
    expect(refused).toMatchObject({ status: 401, body: { error: 'Invalid client credentials' } })
  })

  it.each([
    [
      'the same ids as JSON',
      'application/json',
      (id: string, secret: string) => JSON.stringify({ clientId: id, clientSecret: secret }),
    ],
    ['other ids', 'application/json', () => JSON.stringify({ clientId: 'x', clientSecret: 'y' })],
    ['broken JSON', 'application/json', () => '{'],
    ['a large body', 'text/plain', () => 'x'.repeat(100_000)],
    [
      'a form with a grant type',
      'application/x-www-form-urlencoded',
      () => 'grant_type=password&grant_type=x',
    ],
  ])('ignores the rest of the request: %s', async (_, type, body) => {
    const fixture = createFixture(endpoint(multisetDialect))
    const { id, secret } = await fixture.client()
    const headers = { authorization: basic(id, secret), 'content-type': type }
    expect((await send(fixture, `${PATH}?clientId=z`, { headers, body: body(id, secret) })).status).toBe(200)
  })

  it('does not take credentials from the body', async () => {
    const fixture = createFixture(endpoint(multisetDialect))
    const { id, secret } = await fixture.client()
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ clientId: id, clientSecret: secret })
    const reply = await send(fixture, PATH, { headers, body })
    expect(reply).toMatchObject({ status: 401, body: { error: expect.any(String) } })
    expect(reply.headers.has('www-authenticate')).toBe(false)
  })

  it('takes Basic as it is: what looks like an escape is none', async () => {
    const fixture = createFixture(endpoint(multisetDialect))
    const { id, secret } = await fixture.client()
    const escaped = `%${Buffer.from(id[0] ?? '').toString('hex')}${id.slice(1)}`
    expect((await send(fixture, PATH, { headers: { authorization: basic(escaped, secret) } })).status).toBe(
      401,
    )
  })

  it('lets a token live on until it expires when its credential is deactivated, and issues no other', async () => {
    const fixture = createFixture({ ...endpoint(multisetDialect), revocation: 'at-expiry' })
    const { id, secret } = await fixture.client()
    const headers = { authorization: basic(id, secret) }
    const { token } = (await send(fixture, PATH, { headers })).body
    await fixture.issuer.credentials.deactivate(id)
    expect((await send(fixture, PATH, { headers })).status).toBe(401)
    const { payload } = await verify(fixture, token)
    const reference = { clientId: id, scopes: ['query'], claims: payload }
    expect(await fixture.issuer.status.isActive(reference)).toBe(true)
    fixture.clock.advance(1800)
    await expect(verify(fixture, token)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' })
  })
})

describe('the Auth0 dialect', () => {
  let fixture: Fixture
  let body: Record<string, string>

  beforeEach(async () => {
    fixture = createFixture(endpoint(auth0Dialect))
    const { id, secret } = await fixture.client()
    body = { ...grant, audience: AUDIENCE, client_id: id, client_secret: secret }
  })

  const json = async (members: object | string): Promise<Reply> =>
    await send(fixture, PATH, {
      headers: { 'content-type': 'application/json' },
      body: typeof members === 'string' ? members : JSON.stringify(members),
    })

  it.each(['form', 'JSON'])('answers a %s with token, type, seconds and scope', async (format) => {
    const reply = format === 'form' ? await send(fixture, PATH, { body }) : await json(body)
    expect(reply).toMatchObject({
      status: 200,
      body: {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 86_400,
        scope: 'query write',
      },
    })
  })

  it('refuses another grant type, another audience and none', async () => {
    expect(await json({ ...body, grant_type: 'password' })).toMatchObject({
      status: 400,
      body: { error: 'unsupported_grant_type' },
    })
    expect(await json({ ...body, audience: `${AUDIENCE}/` })).toMatchObject({
      status: 403,
      body: { error: 'access_denied' },
    })
    expect(await json({ ...body, audience: undefined })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
    expect(await json({ ...body, client_secret: 'wrong' })).toMatchObject({
      status: 401,
      body: { error: 'access_denied', error_description: 'Unauthorized' },
    })
  })

  it.each([
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"grant_type=client_credentials"'],
    ['nothing but a brace', '{'],
    ['a member given twice', '{"grant_type":"client_credentials","grant_type":"client_credentials"}'],
    ['a member given twice in two spellings', '{"grant_type":"client_credentials","gr\\u0061nt_type":"x"}'],
    ['a member given twice further down', '{"x":{"a":1,"a":2}}'],
    ['a byte order mark', '\ufeff{}'],
    ['deep nesting', `${'['.repeat(8000)}${']'.repeat(8000)}`],
    ['a deeply nested member', `{"a":${'['.repeat(8000)}${']'.repeat(8000)}}`],
    ['a NUL in a member', '{"grant_type":"client_credentials\\u0000"}'],
    ['members of other types', '{"grant_type":["client_credentials"],"client_id":1,"client_secret":{}}'],
    ['an inherited grant type', '{"__proto__":{"grant_type":"client_credentials"}}'],
  ])('refuses JSON that is %s', async (_, text) => {
    expect(await json(text)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(fixture.faults).toEqual([])
  })

  it.each([
    ['scope', ['query']],
    ['scope', 7],
    ['scope', true],
    ['audience', [AUDIENCE]],
    ['client_secret', {}],
  ])('refuses a %s that is no text instead of passing it over: %j', async (name, value) => {
    const reply = await json({ ...body, [name]: value })
    expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  it('takes null for nothing, and ignores what it does not read', async () => {
    const reply = await json({ ...body, scope: null, note: ['a'] })
    expect(reply).toMatchObject({ status: 200, body: { scope: 'query write' } })
  })

  it('takes JSON whose texts hold colons, quotes and brackets', async () => {
    expect((await json({ ...body, 'note:"': 'a:b\\":{' })).status).toBe(200)
  })
})

describe('the Frontegg dialects', () => {
  const EXCHANGE = '/api-token'
  const REFRESH = '/api-token/token/refresh'
  const VENDOR = '/auth/vendor'
  let fixture: Fixture
  let client: Awaited<ReturnType<Fixture['client']>>

  const post = async (path: string, body: object): Promise<Reply> =>
    await send(fixture, path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const exchange = async (): Promise<Reply> =>
    await post(EXCHANGE, { clientId: client.id, secret: client.secret })
  const refresh = async (refreshToken: unknown): Promise<Reply> => await post(REFRESH, { refreshToken })

  beforeEach(async () => {
    fixture = createFixture({
      endpoints: [
        { path: EXCHANGE, dialect: fronteggDialect },
        { path: REFRESH, dialect: fronteggRefreshDialect },
        { path: VENDOR, dialect: fronteggVendorDialect },
      ],
      refreshTokens: { lifetime: 7200, maxLive: 100 },
    })
    client = await fixture.client()
  })

  it('answer with both tokens, seconds and an HTTP date, and with errors in a list', async () => {
    const reply = await exchange()
    expect(reply.body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.stringMatching(/^[A-Za-z0-9_-]{65}$/),
      expires_in: 3600,
      expires: 'Sun, 01 Mar 2026 13:00:00 GMT',
    })
    expect((await post(VENDOR, { clientId: client.id, secret: client.secret })).body).toEqual({
      token: expect.any(String),
      expiresIn: 3600,
    })
    expect(await post(EXCHANGE, { clientId: client.id, secret: 'x' })).toMatchObject({
      status: 401,
      body: { errors: ['Invalid client credentials'] },
    })
  })

  it('refresh once: the next token works, the used one is dead', async () => {
    const first = (await exchange()).body.refresh_token
    const second = await refresh(first)
    expect(second.status).toBe(200)
    expect(second.body.refresh_token).not.toBe(first)
    expect((await verify(fixture, second.body.access_token)).payload.sub).toBe(client.id)
    expect((await refresh(second.body.refresh_token)).status).toBe(200)
  })

  it('do not make the metadata of another endpoint promise refresh tokens', async () => {
    const endpoints = [
      { path: '/token', dialect: standardDialect },
      { path: EXCHANGE, dialect: fronteggDialect },
    ]
    fixture = createFixture({ endpoints, refreshTokens: {} })
    const { body } = await send(fixture, '/.well-known/oauth-authorization-server', { method: 'GET' })
    expect(body.grant_types_supported).toEqual(['client_credentials'])
  })

  it('end the whole family when a used token comes again', async () => {
    const other = (await exchange()).body.refresh_token
    const first = (await exchange()).body.refresh_token
    const second = (await refresh(first)).body.refresh_token
    expect((await refresh(first)).status).toBe(401)
    expect((await refresh(second)).status).toBe(401)
    expect((await refresh(other)).status).toBe(200)
  })

  it('let one of several who use the same token at once have the next, and end the family', async () => {
    const token = (await exchange()).body.refresh_token
    const replies = await Promise.all([refresh(token), refresh(token), refresh(token)])
    expect(replies.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
    for (const { status, body } of replies)
      if (status === 200) expect((await refresh(body.refresh_token)).status).toBe(401)
  })

  it.each([
    ['unknown', 'A'.repeat(65), 401],
    ['no token at all', '../..', 401],
    ['empty', '', 400],
    ['a number', 5, 400],
    ['a NUL', 'A\0', 400],
  ])('refuse a token that is %s', async (_, token, status) => {
    expect((await refresh(token)).status).toBe(status)
    expect(fixture.faults).toEqual([])
  })

  it('refuse an expired one, also that of a credential that has ended', async () => {
    const first = (await exchange()).body.refresh_token
    fixture.clock.advance(7200)
    expect((await refresh(first)).status).toBe(401)
    const second = (await exchange()).body.refresh_token
    await fixture.issuer.credentials.deactivate(client.id)
    expect((await refresh(second)).status).toBe(401)
    await fixture.issuer.credentials.reactivate(client.id)
    expect((await refresh(second)).status).toBe(200)
    await fixture.issuer.accounts.update(client.credential.account, { active: false })
    expect((await refresh((await exchange()).body.refresh_token)).status).not.toBe(200)
  })

  it('keep 100 refresh tokens alive and end the oldest with the next', async () => {
    const tokens: string[] = []
    for (let i = 0; i < 101; i++) tokens.push((await exchange()).body.refresh_token)
    const statuses = await Promise.all(tokens.map(async (token) => (await refresh(token)).status))
    expect(statuses).toEqual([401, ...Array.from({ length: 100 }, () => 200)])
  })

  it('give a refreshed token the scopes that the credential has by then', async () => {
    const token = (await exchange()).body.refresh_token
    await fixture.issuer.credentials.update(client.id, { scopes: ['query'] })
    const { payload } = await verify(fixture, (await refresh(token)).body.access_token)
    expect(payload.scope).toBe('query')
  })

  it('refuse an expired credential whose secret is right', async () => {
    await fixture.issuer.credentials.expire(client.id, START + 10_000)
    fixture.clock.advance(10)
    expect((await exchange()).status).toBe(401)
  })

  it('can be off altogether, and minting too', async () => {
    fixture = createFixture({ ...endpoint(fronteggDialect), issuance: 'direct' })
    client = await fixture.client()
    const body = JSON.stringify({ clientId: client.id, secret: client.secret })
    const headers = { 'content-type': 'application/json' }
    expect((await send(fixture, PATH, { headers, body })).status).toBe(400)
    const token = { account: client.credential.account, name: 'direct', scopes: [] }
    expect((await fixture.issuer.accessTokens.create(token)).token).toMatch(/^ey/)
    const { issuer } = createFixture({ issuance: 'exchange', store: fixture.store })
    await expect(issuer.accessTokens.create(token)).rejects.toMatchObject({ code: 'ERR_ISSUANCE_DISABLED' })
  })
})

describe('refresh tokens of clients that authenticate', () => {
  const dialect: TokenDialect = {
    ...standardDialect,
    parameters: { ...standardDialect.parameters, refreshToken: 'refresh_token' },
    reply: { ...standardDialect.reply, refresh_token: 'refreshToken' },
  }

  it('keep audience and scopes, can be narrowed, and belong to their client alone', async () => {
    const fixture = createFixture({
      ...endpoint(dialect),
      refreshTokens: {},
      audience: [AUDIENCE, 'https://b.example'],
    })
    const owner = await fixture.client({ scopes: ['query', 'write', 'delete'] })
    const thief = await fixture.client()
    const ask = async ({ id, secret }: typeof owner, body: Record<string, string>): Promise<Reply> =>
      await send(fixture, PATH, { headers: { authorization: basic(id, secret) }, body })
    const first = await ask(owner, { ...grant, scope: 'query write', audience: 'https://b.example' })
    const refreshed = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token }
    expect(await ask(thief, refreshed)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await ask(owner, { ...refreshed, scope: 'delete' })).toMatchObject({
      body: { error: 'invalid_scope' },
    })
    const second = await ask(owner, { ...refreshed, scope: 'query' })
    expect(second.body).toMatchObject({ scope: 'query' })
    expect(JSON.parse(atob(second.body.access_token.split('.')[1]))).toMatchObject({
      aud: 'https://b.example',
      narrowed: true,
    })
    const metadata = await send(fixture, '/.well-known/oauth-authorization-server', { method: 'GET' })
    expect(metadata.body.grant_types_supported).toEqual(['client_credentials', 'refresh_token'])
    const third = await ask(owner, { grant_type: 'refresh_token', refresh_token: second.body.refresh_token })
    expect(third.body.scope).toBe('query write')
  })
})

describe('a dialect of one`s own', () => {
  it('reads headers, and replies and refuses in its own words', async () => {
    const fixture = createFixture(
      endpoint({
        credentials: [{ in: 'headers', id: 'Username', secret: 'Password' }],
        body: [],
        grant: 'client_credentials',
        reply: { jwt: 'accessToken', until: 'expiresAtSeconds' },
        errors: {
          body: { code: 'status', message: 'description', details: ['code'] },
          answers: { invalid_client: { status: 403, description: 'no' } },
        },
        lifetime: 5,
      }),
    )
    const { id, secret } = await fixture.client()
    const reply = await send(fixture, PATH, { headers: { username: id, password: secret } })
    expect(reply.body).toEqual({ jwt: expect.any(String), until: Math.floor(START / 1000) + 5 })
    const refused = await send(fixture, PATH, { headers: { username: id, password: 'x' } })
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 403, message: 'no', details: ['invalid_client'] },
    })
  })

  it('cannot be asked for what it has no name for', async () => {
    const reply = { ...standardDialect.reply, refresh_token: 'refreshToken' } as const
    const fixture = createFixture({
      ...endpoint({ ...standardDialect, parameters: {}, reply }),
      refreshTokens: {},
    })
    const { id, secret } = await fixture.client()
    const ask = async (body: Record<string, string>): Promise<Reply> =>
      await send(fixture, PATH, { headers: { authorization: basic(id, secret) }, body })
    const first = await ask({ ...grant, '': 'query' })
    expect(first.body.scope).toBe('query write')
    const refreshed = await ask({ grant_type: 'refresh_token', '': first.body.refresh_token })
    expect(refreshed).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  it('may name an authoritative place among several', async () => {
    const fixture = createFixture(endpoint({ ...standardDialect, choice: 'first' }))
    const { id, secret } = await fixture.client()
    const body = { ...grant, client_id: 'x', client_secret: 'y' }
    expect((await send(fixture, PATH, { headers: { authorization: basic(id, secret) }, body })).status).toBe(
      200,
    )
    const wrong = { ...grant, client_id: id, client_secret: secret }
    expect(
      (await send(fixture, PATH, { headers: { authorization: basic(id, 'x') }, body: wrong })).status,
    ).toBe(401)
  })
})

describe('pages', () => {
  let fixture: Fixture
  let client: Awaited<ReturnType<Fixture['client']>>

  beforeEach(async () => {
    fixture = createFixture(endpoint(multisetDialect))
    client = await fixture.client({}, { id: 'acme', origins: ['https://acme.example'] })
    await fixture.account({ id: 'globex', origins: ['https://globex.example'] })
    await fixture.account({ id: 'fresh', verified: false, origins: ['https://fresh.example'] })
  })

  const exchange = async (origin: string, secret = client.secret): Promise<Reply> =>
    await send(fixture, PATH, { headers: { origin, authorization: basic(client.id, secret) } })
  const preflight = async (origin: string, method = 'POST'): Promise<Reply> =>
    await send(fixture, PATH, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method },
    })

  it('of any account`s origin get their preflight answered', async () => {
    for (const origin of ['https://acme.example', 'https://globex.example']) {
      const reply = await preflight(origin)
      expect(reply.status).toBe(204)
      expect(headersOf(reply)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'Authorization, Content-Type',
        'access-control-max-age': '600',
        'cache-control': 'no-store',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      })
    }
  })

  it('of other origins, or with another method, do not', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      'https://fresh.example',
      'https://acme.example:443',
      'HTTPS://acme.example',
      'http://acme.example',
      'https://acme.example/',
      'https://acme.example, https://acme.example',
    ]) {
      const reply = await preflight(origin)
      expect(reply.status).toBe(403)
      expect(reply.headers.has('access-control-allow-origin')).toBe(false)
    }
    expect((await preflight('https://acme.example', 'GET')).status).toBe(403)
  })

  it('can read their token, and why they get none', async () => {
    const issued = await exchange('https://acme.example')
    expect(issued.status).toBe(200)
    expect(headersOf(issued)).toMatchObject({
      'access-control-allow-origin': 'https://acme.example',
      'access-control-expose-headers': 'WWW-Authenticate, Retry-After, Date',
      vary: 'Origin',
    })
    const refused = await exchange('https://acme.example', 'wrong')
    expect(refused.status).toBe(401)
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://acme.example')
  })

  it('of another account`s origin get no token and cannot read the answer', async () => {
    const reply = await exchange('https://globex.example')
    expect(reply).toMatchObject({ status: 403, body: { error: 'The origin is not allowed' } })
    expect(reply.headers.has('access-control-allow-origin')).toBe(false)
    expect(reply.headers.get('vary')).toBe('Origin')
  })

  it('of unknown origins get none either', async () => {
    expect((await exchange('https://evil.example')).status).toBe(403)
    expect((await exchange('null')).status).toBe(403)
  })

  it('on localhost are let in by option only', async () => {
    const local = ['http://localhost', 'http://localhost:5173', 'http://127.0.0.1:8080', 'https://localhost']
    for (const origin of local) expect((await preflight(origin)).status).toBe(403)
    fixture = createFixture({ ...endpoint(multisetDialect), localhost: true, store: fixture.store })
    for (const origin of local) {
      expect((await preflight(origin)).status).toBe(204)
      expect((await exchange(origin)).status).toBe(200)
    }
    for (const origin of [
      'http://localhost.evil.example',
      'http://localhost:80',
      'http://localhost@evil.example',
      'http://127.0.0.1.evil.example',
    ]) {
      expect((await preflight(origin)).status).toBe(403)
    }
  })

  it('of the sample that sends Basic and the same ids as JSON get their token', async () => {
    const reply = await send(fixture, PATH, {
      headers: {
        origin: 'https://acme.example',
        authorization: basic(client.id, client.secret),
        'content-type': 'application/json',
      },
      body: JSON.stringify({ clientId: client.id, clientSecret: client.secret }),
    })
    expect(reply.body).toEqual({ token: expect.any(String), expiresOn: expect.any(String) })
    expect(decodeProtectedHeader(reply.body.token).typ).toBe('at+jwt')
  })

  it('make no difference to an OPTIONS that is no preflight', async () => {
    const reply = await send(fixture, PATH, { method: 'OPTIONS' })
    expect(reply.status).toBe(204)
    expect(reply.headers.get('allow')).toBe('POST, OPTIONS')
  })

  it('are answered 503 without CORS headers while the allowlists cannot be read', async () => {
    const { store } = fixture
    const down = async (): Promise<never> => await Promise.reject(new StoreUnavailableError('down'))
    fixture = createFixture({
      ...endpoint(multisetDialect),
      store: { ...store, accounts: { ...store.accounts, listOrigin: down } },
    })
    const reply = await preflight('https://acme.example')
    expect(reply.status).toBe(503)
    expect(reply.headers.has('access-control-allow-origin')).toBe(false)
  })
})
