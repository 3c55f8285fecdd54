import { createRemoteJWKSet, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { type AuthorizationServer, startAuthorizationServer } from './oidc-authorization-server.ts'

const audience = 'https://api.example/maps'
const reader = { clientId: 'reader', clientSecret: crypto.randomUUID(), scope: 'query' }
const editor = { clientId: 'editor', clientSecret: crypto.randomUUID(), scope: 'query write delete' }

describe('the authorization server of the demo', () => {
  const output = [vi.spyOn(process.stdout, 'write'), vi.spyOn(console, 'info'), vi.spyOn(console, 'warn')]
  let server: AuthorizationServer

  beforeAll(async () => {
    server = await startAuthorizationServer({ audience, tokenTtlSeconds: 120, clients: [reader, editor] })
  })
  afterAll(() => server.close())

  it('publishes an issuer, a token endpoint and a key set with public ES256 keys only', async () => {
    const metadata = await discover(server.issuer)
    expect(metadata).toMatchObject({ issuer: server.issuer, token_endpoint: server.tokenEndpoint })
    const { keys } = await getJson<{ keys: unknown[] }>(metadata.jwks_uri)
    expect(keys).toEqual([expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' })])
    expect(keys[0]).not.toHaveProperty('d')
  })

  it('issues an at+jwt for its one audience to a client that names no resource', async () => {
    const { status, body } = await requestToken(server, editor, editor.scope)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 120, scope: editor.scope })
    const { payload, protectedHeader } = await verify(server.issuer, body.access_token)
    expect(protectedHeader).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
    expect(payload).toMatchObject({ scope: editor.scope, client_id: 'editor', sub: 'editor', aud: audience })
    expect(lifetime(payload)).toBe(120)
  })

  it('grants the scope that was asked for, not all a client may have', async () => {
    const { body } = await requestToken(server, editor, 'query')
    const { payload } = await verify(server.issuer, body.access_token)
    expect(payload.scope).toBe('query')
  })

  it('refuses a scope that the client is not registered for', async () => {
    const reply = await requestToken(server, reader, 'query delete')
    expect(reply).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  })

  it('refuses a wrong secret', async () => {
    const reply = await requestToken(server, { ...reader, clientSecret: 'wrong' }, 'query')
    expect(reply).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  it('signs with a key of its own: no other server takes its tokens', async () => {
    const other = await startAuthorizationServer({ audience, tokenTtlSeconds: 120, clients: [reader] })
    const { body } = await requestToken(other, reader, 'query')
    await expect(verify(other.issuer, body.access_token)).resolves.toBeDefined()
    const foreign = verify(server.issuer, body.access_token)
    await expect(foreign).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
    await other.close()
  })

  it('is unreachable once closed', async () => {
    const closing = await startAuthorizationServer({ audience, tokenTtlSeconds: 120, clients: [] })
    await discover(closing.issuer)
    await closing.close()
    await expect(fetch(closing.issuer)).rejects.toThrow()
  })

  it('refuses to start on a port in use', async () => {
    const port = Number(new URL(server.issuer).port)
    const start = startAuthorizationServer({ port, audience, tokenTtlSeconds: 120, clients: [] })
    await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('prints nothing', () => {
    for (const spy of output) expect(spy).not.toHaveBeenCalled()
  })
})

interface Metadata {
  readonly issuer: string
  readonly token_endpoint: string
  readonly jwks_uri: string
}

interface TokenReply {
  readonly status: number
  readonly body: { readonly access_token: string; readonly error?: string }
}

async function requestToken(
  server: AuthorizationServer,
  client: { readonly clientId: string; readonly clientSecret: string },
  scope: string,
): Promise<TokenReply> {
  const response = await fetch(server.tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  })
  return { status: response.status, body: (await response.json()) as TokenReply['body'] }
}

async function verify(issuer: string, token: string): Promise<JWTVerifyResult> {
  const { jwks_uri: keys } = await discover(issuer)
  return jwtVerify(token, createRemoteJWKSet(new URL(keys)), { issuer, audience, typ: 'at+jwt' })
}

function discover(issuer: string): Promise<Metadata> {
  return getJson(`${issuer}/.well-known/openid-configuration`)
}

async function getJson<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T
}

function lifetime({ exp = Number.NaN, iat = Number.NaN }: JWTPayload): number {
  return exp - iat
}
