import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTokenManager } from '@scopegate/client'
import { rawBasic } from '@scopegate/client/dialects'
import { createFetch } from '@scopegate/client/fetch'
import { createResourceServer, type ResourceServer, type ResourceServerOptions } from '@scopegate/core'
import { createFakeClock } from '@scopegate/core/testing'
import { startApis } from '@scopegate/example-demo/apis.ts'
import type { Api } from '@scopegate/example-harness'
import { AUDIENCE, createExampleServer, ROUTES } from '@scopegate/example-policy'
import { createTokenIssuer, multisetDialect, standardDialect, type TokenIssuer } from '@scopegate/issuer'
import { issuerListener } from '@scopegate/issuer/node'
import { afterEach, describe, expect, it } from 'vitest'
import { startAuthorizationServer } from './oidc-authorization-server.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => await close()))
})

interface System {
  readonly issuer: TokenIssuer
  readonly url: string
  readonly stop: () => Promise<void>
}

/** An issuer behind a real socket; `now` moves it through time. */
async function startIssuer(now: () => number, options: object = {}): Promise<System> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = createTokenIssuer({
    issuer: url,
    audience: AUDIENCE,
    endpoints: [
      { path: '/oauth/token', dialect: standardDialect },
      { path: '/v1/m2m/token', dialect: multisetDialect },
    ],
    now,
    ...options,
  })
  server.on('request', issuerListener(issuer))
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  closing.push(stop)
  return { issuer, url, stop }
}

async function apisBehind(createGate: () => ResourceServer): Promise<readonly Api[]> {
  const apis = await startApis(createGate, 0)
  closing.push(async () => await Promise.all(apis.map(async (api) => await api.close())))
  return apis
}

async function newClient({ issuer }: System, scopes: readonly string[] = ['query']) {
  const account = await issuer.accounts.create({ verified: true })
  const { credential, clientSecret } = await issuer.credentials.create({
    account: account.id,
    name: 'a',
    scopes,
  })
  return { clientId: credential.clientId, clientSecret }
}

const MAP = '/v1/vps/map'

describe('issuer, client and gate over sockets', () => {
  it.each([
    ['the standard dialect', '/oauth/token', undefined],
    ["MultiSet's dialect", '/v1/m2m/token', rawBasic],
  ])('work together in %s', async (_, path, dialect) => {
    const system = await startIssuer(Date.now)
    const apis = await apisBehind(() => createExampleServer(system.url))
    const credentials = await newClient(system)
    const tokens = createTokenManager({
      tokenEndpoint: system.url + path,
      credentials,
      ...(dialect && { dialect }),
    })
    for (const { url } of apis) {
      const api = createFetch(tokens, { api: url })
      const answer = await api(`${url}${MAP}`)
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { handler: `GET ${MAP}`, clientId: credentials.clientId },
      ])
      expect((await api(`${url}${MAP}`, { method: 'POST' })).status).toBe(403)
    }
  })

  it('refuse no good request while keys rotate', async () => {
    const clock = createFakeClock()
    const system = await startIssuer(clock.now)
    const apis = await apisBehind(() => createExampleServer(system.url, clock.now))
    const credentials = await newClient(system)
    const statuses: number[] = []
    for (let round = 0; round < 6; round++) {
      const tokens = createTokenManager({
        tokenEndpoint: `${system.url}/oauth/token`,
        credentials,
        now: clock.now,
      })
      const calls = apis.flatMap(({ url }) => {
        const api = createFetch(tokens, { api: url })
        return Array.from({ length: 10 }, async () => (await api(`${url}${MAP}`)).status)
      })
      if (round % 2 === 1) await system.issuer.keys.rotate()
      statuses.push(...(await Promise.all(calls)))
      clock.advance(301)
    }
    expect(statuses).toEqual(Array.from({ length: 180 }, () => 200))
    const kids = new Set((await system.issuer.keys.jwks()).keys.map(({ kid }) => kid))
    expect(kids.size).toBeGreaterThan(2)
  })

  it('go on with known keys while the issuer is down', async () => {
    const system = await startIssuer(Date.now)
    const apis = await apisBehind(() => createExampleServer(system.url))
    const tokens = createTokenManager({
      tokenEndpoint: `${system.url}/oauth/token`,
      credentials: await newClient(system),
    })
    const call = async ({ url }: Api): Promise<number> =>
      (await createFetch(tokens, { api: url })(`${url}${MAP}`)).status
    expect(await Promise.all(apis.map(call))).toEqual([200, 200, 200])
    const [other] = [await tokens.token()]
    await system.stop()
    expect(await Promise.all(apis.map(call))).toEqual([200, 200, 200])
    const strangers = await apisBehind(() => createExampleServer(system.url))
    for (const { url } of strangers) {
      const answer = await fetch(`${url}${MAP}`, { headers: { authorization: `Bearer ${other}` } })
      expect([
        answer.status,
        answer.headers.get('retry-after'),
        answer.headers.get('www-authenticate'),
      ]).toEqual([503, '5', null])
    }
  })
})

describe('a credential that is deleted or deactivated', () => {
  const gateWith = ({ url, issuer }: System, now: () => number, status: boolean): ResourceServer =>
    createResourceServer({
      issuer: url,
      audience: AUDIENCE,
      routes: ROUTES,
      now,
      ...(status && { status: issuer.status }),
    } as ResourceServerOptions)
  const ends = [
    ['deleted', async (issuer: TokenIssuer, id: string) => await issuer.credentials.delete(id)],
    [
      'deactivated',
      async (issuer: TokenIssuer, id: string) => void (await issuer.credentials.deactivate(id)),
    ],
  ] as const

  it.each(ends)(
    '%s: its tokens are refused within the stated time where the status is asked',
    async (_, end) => {
      const clock = createFakeClock()
      const system = await startIssuer(clock.now)
      const [api] = await apisBehind(() => gateWith(system, clock.now, true))
      const client = await newClient(system)
      const tokens = createTokenManager({
        tokenEndpoint: `${system.url}/oauth/token`,
        credentials: client,
        now: clock.now,
      })
      const headers = { authorization: `Bearer ${await tokens.token()}` }
      expect((await fetch(`${api?.url}${MAP}`, { headers })).status).toBe(200)
      await end(system.issuer, client.clientId)
      clock.advance(system.issuer.status.maxAge + 0.1)
      expect((await fetch(`${api?.url}${MAP}`, { headers })).status).toBe(401)
    },
  )

  it.each(ends)('%s: its tokens live until they expire where it is not', async (_, end) => {
    const clock = createFakeClock()
    const system = await startIssuer(clock.now, { lifetime: 600 })
    const [api] = await apisBehind(() => gateWith(system, clock.now, false))
    const client = await newClient(system)
    const tokens = createTokenManager({
      tokenEndpoint: `${system.url}/oauth/token`,
      credentials: client,
      now: clock.now,
    })
    const headers = { authorization: `Bearer ${await tokens.token()}` }
    await end(system.issuer, client.clientId)
    clock.advance(599)
    expect((await fetch(`${api?.url}${MAP}`, { headers })).status).toBe(200)
    clock.advance(7)
    expect((await fetch(`${api?.url}${MAP}`, { headers })).status).toBe(401)
    await expect(tokens.token()).rejects.toMatchObject({ code: 'ERR_TOKEN_REFUSED' })
  })

  it('live grants: what is taken from the credential is taken from its tokens, and a narrowed token never grows', async () => {
    const clock = createFakeClock()
    const system = await startIssuer(clock.now)
    const { url, issuer } = system
    const [api] = await apisBehind(() =>
      createResourceServer({
        issuer: url,
        audience: AUDIENCE,
        routes: ROUTES,
        now: clock.now,
        grants: issuer.grants,
      }),
    )
    const client = await newClient(system, ['query', 'write'])
    const tokens = createTokenManager({
      tokenEndpoint: `${url}/oauth/token`,
      credentials: client,
      now: clock.now,
    })
    const status = async (scope: string, method: string): Promise<number> => {
      const headers = { authorization: `Bearer ${await tokens.token({ scope })}` }
      return (await fetch(`${api?.url}${MAP}`, { method, headers })).status
    }
    expect([await status('query write', 'POST'), await status('query', 'POST')]).toEqual([200, 403])
    await issuer.credentials.update(client.clientId, { scopes: ['query'] })
    clock.advance(issuer.grants.maxAge + 0.1)
    expect([await status('query write', 'POST'), await status('query', 'GET')]).toEqual([403, 200])
  })
})

it('the gate takes the tokens of an authorization server that is not ours, fetched by our client', async () => {
  const credentials = { clientId: 'a-client', clientSecret: 'a-secret-of-its-own' }
  const authorization = await startAuthorizationServer({
    audience: AUDIENCE,
    tokenTtlSeconds: 60,
    clients: [{ ...credentials, scope: 'query' }],
  })
  closing.push(authorization.close)
  const apis = await apisBehind(() => createExampleServer(authorization.issuer))
  const tokens = createTokenManager({
    tokenEndpoint: authorization.tokenEndpoint,
    credentials,
    scope: 'query',
  })
  for (const { url } of apis) {
    const answer = await createFetch(tokens, { api: url })(`${url}${MAP}`)
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { handler: `GET ${MAP}`, clientId: 'a-client' },
    ])
  }
})
