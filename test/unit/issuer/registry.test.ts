import { createMemoryStore, type IssuerStore } from '@scopegate/issuer'
import { describe, expect, it } from 'vitest'
import { basic, createFixture, type Fixture, START, send, verify } from './issuer-fixture.ts'
import { backEnds } from './stores.ts'

const URL_SAFE = /^[A-Za-z0-9_-]+$/
const grant = { grant_type: 'client_credentials' }

async function statusOf(fixture: Fixture, id: string, secret: string): Promise<number> {
  return (await send(fixture, '/oauth/token', { headers: { authorization: basic(id, secret) }, body: grant }))
    .status
}

describe.each(backEnds)('the life of a credential on $name', ({ skip, create }) => {
  it.skipIf(skip)('goes from creation over rotation and deactivation to deletion', async () => {
    const database = await create()
    const store = await database.open()
    const fixture = createFixture({ store })
    const { issuer } = fixture
    const { id, secret } = await fixture.client({}, { id: 'acme' })
    expect(await statusOf(fixture, id, secret)).toBe(200)
    const { clientSecret } = await issuer.credentials.rotate(id, { overlap: 10 })
    expect([await statusOf(fixture, id, secret), await statusOf(fixture, id, clientSecret)]).toEqual([
      200, 200,
    ])
    fixture.clock.advance(10)
    expect([await statusOf(fixture, id, secret), await statusOf(fixture, id, clientSecret)]).toEqual([
      401, 200,
    ])
    await issuer.credentials.deactivate(id)
    expect(await statusOf(fixture, id, clientSecret)).toBe(401)
    await issuer.credentials.reactivate(id)
    await issuer.credentials.update(id, { scopes: ['delete'], name: 'renamed' })
    const token = {
      account: 'acme',
      name: 'direct',
      scopes: ['query'],
      expiresAt: fixture.clock.now + 60_000,
    }
    const { accessToken } = await issuer.accessTokens.create(token)
    expect(await issuer.accessTokens.status(accessToken.id)).toBe('active')
    await issuer.credentials.delete(id)
    expect(await statusOf(fixture, id, clientSecret)).toBe(401)
    expect(await issuer.credentials.get(id)).toMatchObject({
      status: 'deleted',
      name: 'renamed',
      scopes: ['delete'],
    })
    await store.close()
    await database.drop()
  })
})

describe('the registry', () => {
  it.each<[string, object, string]>([
    ['what is missing', { account: undefined }, 'account: is required (string)'],
    ['a wrong type', { name: 5 }, 'name: must be of type string'],
    [
      'a misspelt field before what it was to be',
      { scopes: undefined, scope: ['query'] },
      'scope: is no option',
    ],
    ['an unknown kind', { subject: { kind: 'group' } }, "subject.kind: must be 'account' or 'user'"],
    ['no kind', { subject: 'account' }, 'subject: must be of type object'],
  ])('says what is wrong in plain words: %s', async (_, changes, words) => {
    const { issuer } = createFixture()
    const input = { account: 'acme', name: 'client', scopes: ['query'], ...changes }
    await expect(issuer.credentials.create(input)).rejects.toThrow(words)
  })
})

describe('credentials', () => {
  it('have ids and secrets that need no escaping anywhere, with 128 and 256 random bits', async () => {
    const fixture = createFixture()
    const seen = new Set<string>()
    for (let i = 0; i < 50; i++) {
      const { id, secret } = await fixture.client()
      expect(id).toMatch(URL_SAFE)
      expect(secret).toMatch(URL_SAFE)
      expect([id.length, secret.length]).toEqual([22, 43])
      seen.add(id).add(secret)
    }
    expect(seen.size).toBe(100)
  })

  it('show their secret once and keep a hash of it only', async () => {
    const store = createMemoryStore()
    const kept: unknown[] = []
    const spying: IssuerStore = {
      ...store,
      credentials: {
        ...store.credentials,
        insert: async (...args) => {
          kept.push(...args)
          await store.credentials.insert(...args)
        },
        rotate: async (...args) => {
          kept.push(...args)
          return await store.credentials.rotate(...args)
        },
      },
    }
    const fixture = createFixture({ store: spying })
    const { id, secret } = await fixture.client()
    const { clientSecret } = await fixture.issuer.credentials.rotate(id)
    const all = JSON.stringify([
      kept,
      await fixture.issuer.credentials.get(id),
      await fixture.issuer.credentials.list(),
      await fixture.issuer.credentials.deactivate(id),
    ])
    expect(all).not.toContain(secret)
    expect(all).not.toContain(clientSecret)
    expect(all).toContain('"hash":')
    expect(JSON.stringify(await fixture.issuer.credentials.list())).not.toContain('hash')
  })

  it('are given defaults, and a copy of what was passed', async () => {
    const fixture = createFixture()
    const { id: account } = await fixture.account()
    const scopes = ['query']
    const { credential } = await fixture.issuer.credentials.create({ account, name: 'n', scopes })
    scopes.push('delete')
    expect(credential).toEqual({
      clientId: expect.any(String),
      account,
      name: 'n',
      scopes: ['query'],
      subject: { kind: 'account' },
      environment: 'production',
      status: 'active',
      expiresAt: null,
      metadata: {},
      createdAt: START,
    })
  })

  it.each([
    ['an unknown field', { clientId: 'mine' }, 'clientId'],
    ['a secret of the caller`s choice', { clientSecret: 'x' }, 'clientSecret'],
    ['no name', { name: '' }, 'name'],
    ['a name with a control character', { name: 'a\nb' }, 'name'],
    ['a scope with a space', { scopes: ['a b'] }, 'scopes[0]'],
    ['a scope twice', { scopes: ['a', 'a'] }, 'scopes'],
    ['a list of scopes as text', { scopes: 'query' }, 'scopes'],
    ['an expiry in the past', { expiresAt: START }, 'expiresAt'],
    ['an expiry that is no number', { expiresAt: '2030-01-01' }, 'expiresAt'],
    ['an expiry in fractions', { expiresAt: START + 0.5 }, 'expiresAt'],
    ['metadata that is no object', { metadata: [] }, 'metadata'],
    ['metadata that is too large', { metadata: { a: 'x'.repeat(5000) } }, 'metadata'],
    ['a user without an id', { subject: { kind: 'user' } }, 'subject'],
    ['another kind of subject', { subject: { kind: 'robot' } }, 'subject'],
  ])('cannot be created with %s', async (_, fields, key) => {
    const fixture = createFixture()
    const { id: account } = await fixture.account()
    const input = { account, name: 'n', scopes: [], ...fields } as never
    await expect(fixture.issuer.credentials.create(input)).rejects.toMatchObject({
      code: 'ERR_INVALID_INPUT',
      message: expect.stringContaining(key),
    })
    expect(await fixture.issuer.credentials.list()).toEqual([])
  })

  it('belong to an account that exists', async () => {
    const { issuer } = createFixture()
    for (const account of ['unknown', '', "' or 1=1"]) {
      const creation = issuer.credentials.create({ account, name: 'n', scopes: [] })
      await expect(creation).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
    }
  })

  it('can be given the scopes there are, and no others, where those are listed', async () => {
    const fixture = createFixture({ scopes: ['query', 'write'] })
    const { id: account } = await fixture.account()
    const { credential } = await fixture.issuer.credentials.create({ account, name: 'n', scopes: ['query'] })
    await expect(
      fixture.issuer.credentials.create({ account, name: 'n', scopes: ['query', 'wriet'] }),
    ).rejects.toThrow('scopes[1]')
    await expect(fixture.issuer.credentials.update(credential.clientId, { scopes: ['x'] })).rejects.toThrow(
      'scopes[0]',
    )
  })

  it.each(['update', 'rotate', 'deactivate', 'reactivate', 'expire', 'delete'] as const)(
    'that are unknown or deleted cannot be changed: %s',
    async (method) => {
      const fixture = createFixture()
      const { id } = await fixture.client()
      await fixture.issuer.credentials.delete(id)
      for (const clientId of [id, 'unknown', '\0', 'x'.repeat(1000)]) {
        const call =
          method === 'update'
            ? fixture.issuer.credentials.update(clientId, {})
            : fixture.issuer.credentials[method](clientId)
        await expect(call).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
      }
    },
  )

  it('cannot be undeleted by way of an update', async () => {
    const fixture = createFixture()
    const { id } = await fixture.client()
    const update = fixture.issuer.credentials.update(id, { status: 'deleted' } as never)
    await expect(update).rejects.toMatchObject({ code: 'ERR_INVALID_INPUT' })
  })

  it('are listed by account, slice by slice', async () => {
    const fixture = createFixture()
    const { id: account } = await fixture.account()
    await fixture.client()
    const ids: string[] = []
    for (let i = 0; i < 3; i++) {
      fixture.clock.advance(1)
      ids.push((await fixture.client({ account })).id)
    }
    const first = await fixture.issuer.credentials.list({ account, limit: 2 })
    const rest = await fixture.issuer.credentials.list({ account, limit: 2, after: ids[1] as string })
    expect([...first, ...rest].map(({ clientId }) => clientId)).toEqual(ids)
    await expect(fixture.issuer.credentials.list({ limit: 0 })).rejects.toThrow('limit')
  })
})

describe('accounts', () => {
  it('are not verified unless it is said', async () => {
    const { issuer } = createFixture()
    expect(await issuer.accounts.create()).toMatchObject({ verified: false, active: true, origins: [] })
  })

  it.each([
    ['https://app.example/', 'a slash at the end'],
    ['HTTPS://app.example', 'upper case'],
    ['https://app.example:443', 'the default port'],
    ['null', 'what any sandboxed page sends'],
    ['*', 'everything'],
    ['https://*.example', 'a wildcard'],
    ['app.example', 'no scheme'],
  ])('cannot list %s: %s', async (origin) => {
    const { issuer } = createFixture()
    await expect(issuer.accounts.create({ origins: [origin] })).rejects.toMatchObject({
      code: 'ERR_INVALID_INPUT',
    })
    const { id } = await issuer.accounts.create()
    await expect(issuer.accounts.update(id, { origins: [origin] })).rejects.toMatchObject({
      code: 'ERR_INVALID_INPUT',
    })
  })

  it('have ids of their own', async () => {
    const { issuer } = createFixture()
    await issuer.accounts.create({ id: 'acme' })
    await expect(issuer.accounts.create({ id: 'acme' })).rejects.toMatchObject({ code: 'ERR_ALREADY_EXISTS' })
    await expect(issuer.accounts.create({ id: 'a b' })).rejects.toMatchObject({ code: 'ERR_INVALID_INPUT' })
    await expect(issuer.accounts.update('unknown', {})).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
    expect(await issuer.accounts.get('acme')).toMatchObject({ id: 'acme' })
    expect(await issuer.accounts.list()).toHaveLength(1)
  })
})

describe('directly minted access tokens', () => {
  it('are their own client, with or without an end', async () => {
    const fixture = createFixture()
    const { id: account } = await fixture.account()
    const eternal = await fixture.issuer.accessTokens.create({ account, name: 'n', scopes: ['query'] })
    const { payload } = await verify(fixture, eternal.token)
    const { id } = eternal.accessToken
    expect(payload).toMatchObject({ sub: id, client_id: id, jti: id, scope: 'query', account })
    expect(payload).not.toHaveProperty('exp')
    const expiresAt = START + 5_000
    const dated = await fixture.issuer.accessTokens.create({ account, name: 'n', scopes: [], expiresAt })
    expect((await verify(fixture, dated.token)).payload.exp).toBe(Math.floor(expiresAt / 1000))
  })

  it('keep a record and not the token', async () => {
    const store = createMemoryStore()
    const fixture = createFixture({ store })
    const { id: account } = await fixture.account()
    const { accessToken, token } = await fixture.issuer.accessTokens.create({
      account,
      name: 'n',
      scopes: [],
    })
    const kept = JSON.stringify(await store.accessTokens.find(accessToken.id))
    expect(kept).toContain('"name":"n"')
    expect(kept).not.toContain(token.split('.')[2])
  })

  it('have a status: active, expired, suspended, deleted or unknown', async () => {
    const fixture = createFixture()
    const { issuer, clock } = fixture
    const { id: account } = await fixture.account()
    const create = async (expiresAt?: number): Promise<string> =>
      (await issuer.accessTokens.create({ account, name: 'n', scopes: [], expiresAt: expiresAt ?? null }))
        .accessToken.id
    const [dated, eternal] = [await create(START + 60_000), await create()]
    expect([await issuer.accessTokens.status(dated), await issuer.accessTokens.status(eternal)]).toEqual([
      'active',
      'active',
    ])
    clock.advance(60)
    expect(await issuer.accessTokens.status(dated)).toBe('expired')
    await issuer.accounts.update(account, { active: false })
    expect(await issuer.accessTokens.status(eternal)).toBe('suspended')
    await issuer.accessTokens.delete(eternal)
    expect(await issuer.accessTokens.status(eternal)).toBe('deleted')
    expect(await issuer.accessTokens.status('unknown')).toBe('unknown')
    await expect(issuer.accessTokens.delete(eternal)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
    expect((await issuer.accessTokens.list({ account })).map(({ id }) => id)).toEqual([dated])
  })

  it('are not made for an account that is not verified and active, or an audience that is not ours', async () => {
    const fixture = createFixture()
    const { id: account } = await fixture.account({ verified: false })
    const token = { account, name: 'n', scopes: [] }
    await expect(fixture.issuer.accessTokens.create(token)).rejects.toMatchObject({
      code: 'ERR_INVALID_INPUT',
    })
    await fixture.issuer.accounts.update(account, { verified: true })
    await expect(
      fixture.issuer.accessTokens.create({ ...token, audience: 'https://evil.example' }),
    ).rejects.toMatchObject({ code: 'ERR_INVALID_INPUT' })
    expect(await fixture.issuer.accessTokens.list()).toEqual([])
  })
})
