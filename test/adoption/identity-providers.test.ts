import { createResourceServer, type TokenProfileOptions } from '@scopegate/core'
import { createTestIssuer, type MintOptions } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { auth0, cognito, entra, keycloak, okta } from '../../examples/adoption/identity-providers/profiles.ts'

interface Shape {
  readonly profile: TokenProfileOptions
  readonly header: MintOptions['header']
  /** As the provider writes them; `iss` and the times are added. */
  readonly claims: Readonly<Record<string, unknown>>
  /** What makes it another kind of token, or one for another API. */
  readonly foreign: Readonly<Record<string, unknown>>
  readonly clientId: string
}

const SHAPES: Readonly<Record<string, Shape>> = {
  auth0: {
    profile: auth0,
    header: { typ: 'at+jwt' },
    claims: {
      aud: 'https://api.example',
      sub: 'Xyz123@clients',
      azp: 'Xyz123',
      gty: 'client-credentials',
      scope: 'maps/query maps/write',
      permissions: ['maps/query'],
    },
    foreign: { aud: 'https://other.example' },
    clientId: 'Xyz123',
  },
  okta: {
    profile: okta,
    header: { typ: undefined },
    claims: { ver: 1, aud: 'https://api.example', cid: '0oa1b2c3', sub: '0oa1b2c3', scp: ['maps/query'] },
    foreign: { aud: 'api://default' },
    clientId: '0oa1b2c3',
  },
  entra: {
    profile: entra,
    header: { typ: 'JWT', x5t: 'thumbprint' },
    claims: {
      ver: '2.0',
      aud: '99999999-8888-7777-6666-555555555555',
      azp: 'aaaaaaaa-0000-0000-0000-000000000000',
      azpacr: '1',
      idtyp: 'app',
      oid: 'bbbbbbbb-0000-0000-0000-000000000000',
      sub: 'bbbbbbbb-0000-0000-0000-000000000000',
      tid: '11111111-2222-3333-4444-555555555555',
      roles: ['maps/query'],
      uti: 'x',
      rh: 'y',
    },
    foreign: { ver: '1.0' },
    clientId: 'aaaaaaaa-0000-0000-0000-000000000000',
  },
  cognito: {
    profile: cognito,
    header: { typ: undefined },
    claims: {
      sub: '7abcdefghijklmnopqrstuvwxy',
      token_use: 'access',
      scope: 'maps/query',
      client_id: '7abcdefghijklmnopqrstuvwxy',
      version: 2,
    },
    foreign: { token_use: 'id' },
    clientId: '7abcdefghijklmnopqrstuvwxy',
  },
  keycloak: {
    profile: keycloak,
    header: { typ: 'JWT' },
    claims: {
      aud: ['maps-api', 'account'],
      typ: 'Bearer',
      azp: 'viewer',
      sub: '0a1b2c3d',
      acr: '1',
      realm_access: { roles: ['offline_access'] },
      resource_access: { account: { roles: ['view-profile'] } },
      scope: 'profile maps/query',
      clientHost: '192.0.2.1',
    },
    foreign: { typ: 'ID' },
    clientId: 'viewer',
  },
}

const stranger = await createTestIssuer({ algorithm: 'RS256' })

describe.each(Object.entries(SHAPES))('a token as %s writes it', async (_, shape) => {
  const issuer = await createTestIssuer({ issuer: `${shape.profile.issuer}`, algorithm: 'RS256' })
  const absent = { aud: undefined, client_id: undefined, sub: undefined }

  const decide = async (scopes: string, changes: object = {}, { jwks } = issuer): Promise<object> => {
    const server = createResourceServer({
      tokens: [{ ...shape.profile, keys: jwks } as TokenProfileOptions],
      routes: [{ method: 'GET', path: '/maps', scopes }],
    })
    const claims = { ...absent, ...shape.claims, ...changes }
    const token = await issuer.mintToken({ header: shape.header ?? {}, claims })
    const rawHeaders = ['Host', 'api.example', 'Authorization', `Bearer ${token}`]
    return await server.authorize({ method: 'GET', target: '/maps', rawHeaders })
  }

  it('is read by its profile', async () => {
    const decision = await decide('maps/query')
    expect(decision).toMatchObject({
      allowed: true,
      token: { clientId: shape.clientId, profile: shape.profile.name },
    })
  })

  it('gives no scope that it does not hold', async () => {
    expect(await decide('maps/delete')).toMatchObject({ status: 403, reason: 'insufficient_scope' })
  })

  it('of another kind, or for another API, is refused', async () => {
    expect(await decide('maps/query', shape.foreign)).toMatchObject({ status: 401 })
  })

  it('of another tenant is refused', async () => {
    expect(await decide('maps/query', { iss: 'https://other.example/' })).toMatchObject({ status: 401 })
  })

  it('signed by another key is refused', async () => {
    expect(await decide('maps/query', {}, stranger)).toMatchObject({ status: 401 })
  })
})
