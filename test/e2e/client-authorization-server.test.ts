import { createTokenManager } from '@scopegate/client'
import { clientSecretPost, createDialect } from '@scopegate/client/dialects'
import { createFetch } from '@scopegate/client/fetch'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../unit/client/token-endpoint.ts'
import { type AuthorizationServer, startAuthorizationServer } from './oidc-authorization-server.ts'

const audience = 'https://api.example/maps'
const editor = { clientId: 'editor', clientSecret: crypto.randomUUID(), scope: 'query write' }
const awkward = { clientId: 'a:b c', clientSecret: 'p%+/="&: ', scope: 'query' }

describe('the client and a third-party authorization server', () => {
  let server: AuthorizationServer

  beforeAll(async () => {
    server = await startAuthorizationServer({ audience, tokenTtlSeconds: 120, clients: [editor, awkward] })
  })
  afterAll(() => server.close())

  it('gets an access token that its key set verifies', async () => {
    const tokens = createTokenManager({
      tokenEndpoint: server.tokenEndpoint,
      credentials: editor,
      scope: 'write',
    })
    const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`))
    const { payload } = await jwtVerify(await tokens.token(), keys, {
      audience,
      issuer: server.issuer,
      typ: 'at+jwt',
    })
    expect(payload).toMatchObject({ client_id: 'editor', scope: 'write' })
  })

  it.each([
    [
      'resource (RFC 8707)',
      createDialect({
        request: {
          basic: 'form',
          body: 'form',
          fields: { audience: 'resource' },
          parameters: { grant_type: 'client_credentials' },
        },
        reply: { token: 'access_token', expiresIn: 'expires_in' },
      }),
    ],
    ['the body', clientSecretPost],
  ])('agrees with it on %s', async (_, dialect) => {
    const { tokenEndpoint } = server
    const tokens = createTokenManager({ tokenEndpoint, credentials: editor, dialect, audience })
    expect(decodeJwt(await tokens.token()).aud).toBe(audience)
  })

  it('agrees with it on how special characters in id and secret are encoded', async () => {
    const tokens = createTokenManager({ tokenEndpoint: server.tokenEndpoint, credentials: awkward })
    expect(decodeJwt(await tokens.token()).client_id).toBe(awkward.clientId)
  })

  it('reports its refusals by their codes', async () => {
    const { tokenEndpoint } = server
    const wrong = createTokenManager({ tokenEndpoint, credentials: { ...editor, clientSecret: 'wrong' } })
    await expect(wrong.token()).rejects.toMatchObject({
      code: 'ERR_TOKEN_REFUSED',
      status: 401,
      error: 'invalid_client',
    })
    const tokens = createTokenManager({ tokenEndpoint, credentials: editor })
    await expect(tokens.token({ scope: 'delete' })).rejects.toMatchObject({
      status: 400,
      error: 'invalid_scope',
    })
  })

  it('carries its tokens to an API', async () => {
    const api = await startServer(() => ({ body: 'ok' }))
    const tokens = createTokenManager({ tokenEndpoint: server.tokenEndpoint, credentials: editor })
    await createFetch(tokens, { api: api.origin })('/maps')
    expect(api.received[0]?.headers.authorization).toBe(`Bearer ${await tokens.token()}`)
    await api.close()
  })
})
