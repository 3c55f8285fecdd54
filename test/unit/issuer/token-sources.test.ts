import { createResourceServer } from '@scopegate/core'
import type { TokenReference } from '@scopegate/issuer'
import { describe, expect, it } from 'vitest'
import { AUDIENCE, basic, createFixture, type Fixture, ISSUER, send, verify } from './issuer-fixture.ts'

async function exchange(
  fixture: Fixture,
  { id, secret }: { id: string; secret: string },
  scope = '',
): Promise<string> {
  const { body } = await send(fixture, '/oauth/token', {
    headers: { authorization: basic(id, secret) },
    body: { grant_type: 'client_credentials', scope },
  })
  return body.access_token
}

/** A token as the gate hands it over. */
async function reference(fixture: Fixture, token: string): Promise<TokenReference> {
  const { payload } = await verify(fixture, token)
  return {
    clientId: payload.client_id as string,
    account: payload.account as string,
    scopes: String(payload.scope ?? '').split(' '),
    claims: payload,
  }
}

describe('the status of an exchanged token', () => {
  it('ends with its credential and its account', async () => {
    const fixture = createFixture()
    const client = await fixture.client({}, { id: 'acme' })
    const token = await reference(fixture, await exchange(fixture, client))
    const { status, credentials, accounts } = fixture.issuer
    expect(await status.isActive(token)).toBe(true)
    await credentials.deactivate(client.id)
    expect(await status.isActive(token)).toBe(false)
    await credentials.reactivate(client.id)
    await accounts.update('acme', { active: false })
    expect(await status.isActive(token)).toBe(false)
    await accounts.update('acme', { active: true })
    expect(await status.isActive(token)).toBe(true)
    await credentials.delete(client.id)
    expect(await status.isActive(token)).toBe(false)
  })

  it('lives on until it expires, by option', async () => {
    const fixture = createFixture({ revocation: 'at-expiry' })
    const client = await fixture.client()
    const token = await reference(fixture, await exchange(fixture, client))
    await fixture.issuer.credentials.delete(client.id)
    expect(await fixture.issuer.status.isActive(token)).toBe(true)
    const { exp: _, ...claims } = token.claims
    expect(await fixture.issuer.status.isActive({ ...token, claims })).toBe(false)
  })

  it('is not active for a client nobody knows', async () => {
    const { issuer } = createFixture()
    for (const clientId of [undefined, '', 'unknown', "' or 1=1", '\0']) {
      expect(await issuer.status.isActive({ clientId, scopes: [], claims: { jti: 'x' } })).toBe(false)
      expect(await issuer.grants.resolve({ clientId, scopes: [], claims: {} })).toEqual([])
    }
  })
})

describe('the status of a directly minted token', () => {
  it('ends when it is deleted, whatever becomes of exchanged ones', async () => {
    const fixture = createFixture({ revocation: 'at-expiry' })
    const { id: account } = await fixture.account()
    const { token, accessToken } = await fixture.issuer.accessTokens.create({
      account,
      name: 'n',
      scopes: ['query'],
    })
    const direct = await reference(fixture, token)
    expect(await fixture.issuer.status.isActive(direct)).toBe(true)
    expect(await fixture.issuer.grants.resolve(direct)).toEqual(['query'])
    await fixture.issuer.accessTokens.delete(accessToken.id)
    expect(await fixture.issuer.status.isActive(direct)).toBe(false)
    expect(await fixture.issuer.grants.resolve(direct)).toEqual([])
  })
})

describe('live grants', () => {
  it('are the scopes the credential has now', async () => {
    const fixture = createFixture()
    const client = await fixture.client({ scopes: ['query'] })
    const token = await reference(fixture, await exchange(fixture, client))
    await fixture.issuer.credentials.update(client.id, { scopes: ['query', 'delete'] })
    expect(await fixture.issuer.grants.resolve(token)).toEqual(['query', 'delete'])
    await fixture.issuer.credentials.update(client.id, { scopes: [] })
    expect(await fixture.issuer.grants.resolve(token)).toEqual([])
  })

  it('never give a narrowed token more than it was given', async () => {
    const fixture = createFixture()
    const client = await fixture.client({ scopes: ['query', 'write'] })
    const token = await reference(fixture, await exchange(fixture, client, 'query'))
    await fixture.issuer.credentials.update(client.id, { scopes: ['query', 'write', 'delete'] })
    expect(await fixture.issuer.grants.resolve(token)).toEqual(['query'])
    await fixture.issuer.credentials.update(client.id, { scopes: ['write'] })
    expect(await fixture.issuer.grants.resolve(token)).toEqual([])
  })

  it('are none for a credential that is not active', async () => {
    const fixture = createFixture()
    const client = await fixture.client()
    const token = await reference(fixture, await exchange(fixture, client))
    await fixture.issuer.credentials.deactivate(client.id)
    expect(await fixture.issuer.grants.resolve(token)).toEqual([])
  })
})

describe('origins', () => {
  it('are known where any account lists them, and allowed to that account alone', async () => {
    const fixture = createFixture()
    const { origins, accounts } = fixture.issuer
    await fixture.account({ id: 'acme', origins: ['https://acme.example'] })
    await fixture.account({ id: 'globex', origins: ['https://globex.example'] })
    expect(await origins.known('https://globex.example')).toBe(true)
    expect(await origins.allows('https://acme.example', { account: 'acme' })).toBe(true)
    expect(await origins.allows('https://globex.example', { account: 'acme' })).toBe(false)
    for (const account of [undefined, '', 'unknown', '\0']) {
      expect(await origins.allows('https://acme.example', { account })).toBe(false)
    }
    for (const origin of ['', 'null', 'https://acme.example\0', `https://${'a'.repeat(10_000)}.example`]) {
      expect(await origins.known(origin)).toBe(false)
    }
    await accounts.update('acme', { active: false })
    expect(await origins.known('https://acme.example')).toBe(false)
    expect(await origins.allows('https://acme.example', { account: 'acme' })).toBe(false)
  })
})

describe('the gate', () => {
  it('takes every source as it stands', async () => {
    const fixture = createFixture()
    const { issuer, clock } = fixture
    const client = await fixture.client(
      { scopes: ['query'] },
      { id: 'acme', origins: ['https://acme.example'] },
    )
    const server = createResourceServer({
      issuer: ISSUER,
      audience: AUDIENCE,
      keys: (await issuer.keys.jwks()) as never,
      status: issuer.status,
      grants: issuer.grants,
      origins: issuer.origins,
      routes: [{ method: 'GET', path: '/maps', scopes: 'query' }],
      now: () => clock.now,
    })
    const token = await exchange(fixture, client)
    const ask = async (origin: string): Promise<number> => {
      const rawHeaders = ['Host', 'api.example', 'Authorization', `Bearer ${token}`, 'Origin', origin]
      const decision = await server.authorize({ method: 'GET', target: '/maps', rawHeaders })
      return decision.allowed ? 200 : decision.status
    }
    expect(await ask('https://acme.example')).toBe(200)
    expect(await ask('https://evil.example')).toBe(403)
    await issuer.credentials.update(client.id, { scopes: [] })
    clock.advance(issuer.grants.maxAge)
    expect(await ask('https://acme.example')).toBe(403)
    await issuer.credentials.delete(client.id)
    clock.advance(issuer.status.maxAge)
    expect(await ask('https://acme.example')).toBe(401)
  })

  it('verifies the tokens of an account with its own secrets', async () => {
    const fixture = createFixture()
    const { issuer, clock } = fixture
    const client = await fixture.client({ scopes: ['query'] }, { tokenSigning: 'account' })
    const server = createResourceServer({
      issuer: ISSUER,
      audience: AUDIENCE,
      secret: issuer.secrets,
      routes: [{ method: 'GET', path: '/maps', scopes: 'query' }],
      now: () => clock.now,
    })
    const rawHeaders = ['Host', 'api.example', 'Authorization', `Bearer ${await exchange(fixture, client)}`]
    expect(await server.authorize({ method: 'GET', target: '/maps', rawHeaders })).toMatchObject({
      allowed: true,
    })
  })
})
