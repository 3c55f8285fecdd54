import { createTokenManager, type TokenManager } from '@scopegate/client'
import { rawBasic } from '@scopegate/client/dialects'
import { createFetch } from '@scopegate/client/fetch'
import { createResourceServer } from '@scopegate/core'
import { createFakeClock, type FakeClock, signToken, type TestKey } from '@scopegate/core/testing'
import { bearer, type Headers, startGatedApis } from '@scopegate/example-harness'
import { multisetPolicy } from '@scopegate/example-multiset'
import { basic, type Exchanged, exchange } from '@scopegate/example-multiset/exchange.ts'
import {
  type Multiset,
  type MultisetSettings,
  ORIGINS,
  sourcesOf,
  startMultiset,
} from '@scopegate/example-multiset/multiset.ts'
import { type PortalCredential, TOKEN_PATH } from '@scopegate/example-multiset/portal.ts'
import { ROUTES } from '@scopegate/example-multiset/routes.ts'
import { createMemoryStore } from '@scopegate/issuer'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, askOne, statusesOf, type Told } from './ask.ts'
import { describeNegatives } from './negative-table.ts'
import { decode, sharedKey } from './signing.ts'

const MAP = '/v1/vps/map'
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => await close()))
})

interface Started extends Multiset {
  readonly clock: FakeClock
}

async function open(settings: Partial<MultisetSettings> = {}): Promise<Started> {
  const clock = createFakeClock()
  return { ...(await startMultiset({ now: clock.now, ...settings })), clock }
}

/** {@link open}, and closed after the test. */
async function start(settings: Partial<MultisetSettings> = {}): Promise<Started> {
  const multiset = await open(settings)
  closing.push(multiset.close)
  return multiset
}

async function tokenOf({ portal }: Multiset, credential: PortalCredential): Promise<string> {
  return (await exchange(portal, credential)).token
}

async function bearerOf(multiset: Multiset, credential: PortalCredential): Promise<Headers> {
  return bearer(await tokenOf(multiset, credential))
}

/** Asks the token endpoint, with whatever stands in `Authorization`. */
async function askForToken({ portal }: Multiset, authorization?: string): Promise<Told> {
  const headers: Headers = authorization === undefined ? [] : [['Authorization', authorization]]
  return await askOne(portal.port, { method: 'POST', target: TOKEN_PATH, headers })
}

it('MS-1: the Basic header alone is exchanged for { token, expiresOn }, thirty minutes later as an ISO instant', async () => {
  const multiset = await start()
  const { status, body, headers } = await askForToken(multiset, basic(multiset.query))
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'application/json',
    'no-store',
  ])
  const { token, expiresOn, ...rest } = body as Exchanged
  expect(rest).toEqual({})
  const { header, payload } = decode(token)
  expect(header.alg).toBe('HS256')
  expect(payload.exp).toBe(Number(payload.iat) + 1800)
  expect(expiresOn).toBe(new Date(multiset.clock.now() + 1_800_000).toISOString())
})

it('MS-1: the ids once more in a body, as the sample sends them, change nothing', async () => {
  const { portal, query, everything } = await start()
  for (const named of [query, everything, { clientId: 'x', clientSecret: 'y' }]) {
    const body = JSON.stringify({ clientId: named.clientId, clientSecret: named.clientSecret })
    const headers: Headers = [
      ['Authorization', basic(query)],
      ['Content-Type', 'application/json'],
    ]
    const answer = await askOne(portal.port, { method: 'POST', target: TOKEN_PATH, headers, body })
    expect(answer.status).toBe(200)
    expect(decode((answer.body as Exchanged).token).payload).toMatchObject({
      client_id: query.clientId,
      scope: 'query',
    })
  }
})

it('MS-2: no credential, a garbled one, an unknown id, a wrong secret and an ended credential get the same 401', async () => {
  const multiset = await start()
  const { portal, query, write, everything } = multiset
  await portal.issuer.credentials.deactivate(write.clientId)
  await portal.issuer.credentials.delete(everything.clientId)
  const refused = [
    undefined,
    'Basic',
    'Basic !!!',
    `Basic ${btoa('no colon')}`,
    `Bearer ${await tokenOf(multiset, query)}`,
    basic({ clientId: 'unknown', clientSecret: query.clientSecret }),
    basic({ clientId: query.clientId, clientSecret: `${query.clientSecret}x` }),
    basic({ clientId: query.clientId, clientSecret: write.clientSecret }),
    basic(write),
    basic(everything),
  ]
  const answers = []
  for (const authorization of refused) answers.push(await askForToken(multiset, authorization))
  expect(answers.map(({ status }) => status)).toEqual(refused.map(() => 401))
  expect(new Set(answers.map(({ body }) => JSON.stringify(body)))).toEqual(
    new Set(['{"error":"Invalid client credentials"}']),
  )
})

it('MS-3: an account that is not verified or suspended gets no token for the right secret', async () => {
  const multiset = await start()
  const { portal, query, foreign } = multiset
  for (const changes of [{ verified: false }, { verified: true, active: false }]) {
    await portal.issuer.accounts.update(query.account, changes)
    const { status, body } = await askForToken(multiset, basic(query))
    expect([status, Object.keys(body as object)]).toEqual([403, ['error']])
    expect((await askForToken(multiset, basic(foreign))).status).toBe(200)
  }
  await portal.issuer.accounts.update(query.account, { active: true })
  expect((await askForToken(multiset, basic(query))).status).toBe(200)
})

it('MS-4: the secret is shown once and kept only as a hash', async () => {
  const store = createMemoryStore()
  const multiset = await start({ store })
  const { portal, query } = multiset
  const shown = JSON.stringify([
    await portal.issuer.credentials.get(query.clientId),
    await portal.issuer.credentials.list(),
    await store.credentials.findClient(query.clientId),
  ])
  expect(shown).toContain(query.clientId)
  expect(shown).not.toContain(query.clientSecret)
  const [{ hash = '' } = {}] = (await store.credentials.findClient(query.clientId))?.secrets ?? []
  expect(hash).toMatch(/^[\w-]{43}$/)
  expect((await askForToken(multiset, basic({ ...query, clientSecret: hash }))).status).toBe(401)
})

const READS = [`GET ${MAP}`, `GET ${MAP}/m1`, `POST ${MAP}/query-form`, 'POST /v1/vps/object/query']
const WRITES = ['POST /v2/vps/map', `POST ${MAP}`, 'PUT /v1/vps/map-set/s1', `POST ${MAP}/m1/georeference`]
const DELETES = [`DELETE ${MAP}/m1`, 'DELETE /v1/vps/map-set/s1', 'DELETE /v1/vps/object/o1']
const all = (requests: readonly string[], status: number): readonly number[] => requests.map(() => status)

it('MS-5: a token with query alone reads and localizes, and is refused all else, also where the route exists', async () => {
  const multiset = await start()
  const headers = await bearerOf(multiset, multiset.query)
  expect(await statusesOf(multiset.apis, headers, READS)).toEqual(all(READS, 200))
  expect(await statusesOf(multiset.apis, headers, WRITES)).toEqual(all(WRITES, 403))
  expect(await statusesOf(multiset.apis, headers, DELETES)).toEqual(all(DELETES, 403))
  expect((await ask(multiset.apis, 'POST', '/v2/vps/map', headers)).body).toEqual({
    error: 'Insufficient scope permissions for this endpoint',
  })
})

it('MS-6: a token with write alone creates, and neither reads nor deletes', async () => {
  const multiset = await start()
  const writer = await multiset.portal.createCredential(multiset.query.account, ['write'])
  const headers = await bearerOf(multiset, writer)
  expect(await statusesOf(multiset.apis, headers, READS)).toEqual(all(READS, 403))
  expect(await statusesOf(multiset.apis, headers, WRITES)).toEqual(all(WRITES, 200))
  expect(await statusesOf(multiset.apis, headers, DELETES)).toEqual(all(DELETES, 403))
})

it('MS-6: every route of the table takes its own scope and no other', async () => {
  const multiset = await start()
  const bearers = []
  for (const scope of ['query', 'write', 'delete'] as const) {
    const credential = await multiset.portal.createCredential(multiset.query.account, [scope])
    bearers.push({ scope, headers: await bearerOf(multiset, credential) })
  }
  for (const { method, path, scopes } of ROUTES) {
    for (const { scope, headers } of bearers) {
      const { status } = await ask(multiset.apis, String(method), path.replace(/:\w+/, 'x1'), headers)
      expect([method, path, scope, status]).toEqual([method, path, scope, scope === scopes ? 200 : 403])
    }
  }
})

it('MS-7: a token is good to its last second and refused at its first one after', async () => {
  const multiset = await start()
  const headers = await bearerOf(multiset, multiset.query)
  multiset.clock.advance(1799)
  expect((await ask(multiset.apis, 'GET', MAP, headers)).status).toBe(200)
  multiset.clock.advance(1)
  const { status, body } = await ask(multiset.apis, 'GET', MAP, headers)
  expect([status, body]).toEqual([401, { error: 'The access token has expired' }])
})

describe('MS-7: nothing but a genuine token of an account', () => {
  describeNegatives('multiset', async () => {
    const multiset = await open()
    const { portal, clock, close } = multiset
    const { token, key } = await signed(multiset)
    const { iat: _iat, exp: _exp, ...claims } = decode(token).payload
    return {
      createServer: () => createResourceServer(multisetPolicy(sourcesOf(portal), clock.now)),
      routes: ROUTES,
      target: MAP,
      key,
      claims,
      granting: ['scope'],
      clock,
      close,
    }
  })

  it('refuses what names another issuer, another audience, or none', async () => {
    const multiset = await start()
    const { apis } = multiset
    const { token, key } = await signed(multiset)
    const { header, payload } = decode(token)
    for (const wrong of [
      { iss: `${payload.iss}/` },
      { iss: undefined },
      { aud: 'https://api.multiset.example/' },
      { aud: [] },
      { aud: undefined },
    ]) {
      const changed = await signToken(key, header, { ...payload, ...wrong })
      expect([wrong, (await ask(apis, 'GET', MAP, bearer(changed))).status]).toEqual([wrong, 401])
    }
    const listed = await signToken(key, header, { ...payload, aud: ['https://x.example', payload.aud] })
    expect((await ask(apis, 'GET', MAP, bearer(listed))).status).toBe(200)
  })

  it('refuses more than half an hour, a claim left out, and the account of another secret', async () => {
    const multiset = await start()
    const { apis, foreign } = multiset
    const { token, key } = await signed(multiset)
    const { header, payload } = decode(token)
    for (const wrong of [
      { exp: Number(payload.iat) + 1801 },
      { account: foreign.account },
      { account: undefined },
      { account: ['a'] },
      { iat: undefined },
      { jti: undefined },
    ]) {
      const changed = await signToken(key, header, { ...payload, ...wrong })
      expect([wrong, (await ask(apis, 'GET', MAP, bearer(changed))).status]).toEqual([wrong, 401])
    }
  })
})

/** A token, and the secret it was signed with: whatever else is wrong with a token here, its signature is right. */
async function signed(multiset: Multiset): Promise<{ token: string; key: TestKey }> {
  const token = await tokenOf(multiset, multiset.query)
  const [secret] = (await multiset.portal.issuer.secrets.find(multiset.query.account)) ?? []
  return { token, key: sharedKey(secret ?? '') }
}

it.each(['deactivate', 'delete'] as const)(
  'MS-8: %s ends the exchange at once and lets the token live until it expires',
  async (act) => {
    const multiset = await start()
    const { portal, query, clock, apis } = multiset
    const headers = await bearerOf(multiset, query)
    await portal.issuer.credentials[act](query.clientId)
    expect((await askForToken(multiset, basic(query))).status).toBe(401)
    clock.advance(1799)
    expect((await ask(apis, 'GET', MAP, headers)).status).toBe(200)
    clock.advance(1)
    expect((await ask(apis, 'GET', MAP, headers)).status).toBe(401)
  },
)

it('MS-9: by default a token keeps the scopes it was issued with', async () => {
  const multiset = await start()
  const headers = await bearerOf(multiset, multiset.query)
  await multiset.portal.issuer.credentials.update(multiset.query.clientId, { scopes: ['write'] })
  multiset.clock.advance(60)
  expect(await statusesOf(multiset.apis, headers, [`GET ${MAP}`, `POST ${MAP}`])).toEqual([200, 403])
  const renewed = await bearerOf(multiset, multiset.query)
  expect(await statusesOf(multiset.apis, renewed, [`GET ${MAP}`, `POST ${MAP}`])).toEqual([403, 200])
})

it('MS-9: with live grants it has the scopes its credential has now', async () => {
  const multiset = await start({ grantSource: 'live' })
  const headers = await bearerOf(multiset, multiset.query)
  expect(await statusesOf(multiset.apis, headers, [`GET ${MAP}`, `POST ${MAP}`])).toEqual([200, 403])
  await multiset.portal.issuer.credentials.update(multiset.query.clientId, { scopes: ['write'] })
  multiset.clock.advance(11)
  expect(await statusesOf(multiset.apis, headers, [`GET ${MAP}`, `POST ${MAP}`])).toEqual([403, 200])
})

const from = (origin: string, headers: Headers): Headers => [...headers, ['Origin', origin]]

it('MS-10: an origin on the list may read the answer, one that is not is refused, none is no page', async () => {
  const multiset = await start()
  const headers = await bearerOf(multiset, multiset.query)
  const allowed = await ask(multiset.apis, 'GET', MAP, from(ORIGINS.museum, headers))
  expect(allowed).toMatchObject({
    status: 200,
    headers: { 'access-control-allow-origin': ORIGINS.museum, vary: expect.stringContaining('Origin') },
  })
  for (const origin of ['https://evil.example', 'null', `${ORIGINS.museum}.evil.example`]) {
    const refused = await ask(multiset.apis, 'GET', MAP, from(origin, headers))
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, undefined])
  }
  const server = await ask(multiset.apis, 'GET', MAP, headers)
  expect([server.status, server.headers['access-control-allow-origin']]).toEqual([200, undefined])
})

it("MS-11: an origin of one account is refused with another account's token", async () => {
  const multiset = await start()
  const museum = await bearerOf(multiset, multiset.query)
  const mall = await bearerOf(multiset, multiset.foreign)
  const status = async (origin: string, headers: Headers): Promise<number> =>
    (await ask(multiset.apis, 'GET', MAP, from(origin, headers))).status
  expect([await status(ORIGINS.museum, museum), await status(ORIGINS.mall, mall)]).toEqual([200, 200])
  expect([await status(ORIGINS.mall, museum), await status(ORIGINS.museum, mall)]).toEqual([403, 403])
})

it('MS-11: the token endpoint holds each account to its own list too', async () => {
  const { portal, query } = await start()
  const status = async (origin: string): Promise<number> => {
    const headers = from(origin, [['Authorization', basic(query)]])
    return (await askOne(portal.port, { method: 'POST', target: TOKEN_PATH, headers })).status
  }
  expect([await status(ORIGINS.museum), await status(ORIGINS.mall)]).toEqual([200, 403])
})

it('MS-12: a preflight needs no token and is granted to the origins of any account, for the methods there are', async () => {
  const { apis } = await start()
  const preflight = async (origin: string, method: string, target = MAP): Promise<Told> =>
    await ask(apis, 'OPTIONS', target, from(origin, [['Access-Control-Request-Method', method]]))
  for (const origin of Object.values(ORIGINS)) {
    const granted = await preflight(origin, 'POST')
    expect(granted).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': origin, 'access-control-allow-methods': 'GET, HEAD, POST' },
    })
  }
  expect((await preflight('https://evil.example', 'POST')).status).toBe(403)
  expect((await preflight(ORIGINS.museum, 'DELETE')).status).toBe(403)
  expect((await preflight(ORIGINS.museum, 'GET', '/v1/vps/secret')).status).toBe(403)
})

it.each([
  [true, [200, 200]],
  [false, [403, 403]],
])('MS-12: localhost on every list is one option: %s', async (localhost, expected) => {
  const multiset = await start({ localhost })
  const headers = await bearerOf(multiset, multiset.query)
  const statuses = []
  for (const origin of ['http://localhost:5173', 'http://127.0.0.1:8080']) {
    statuses.push((await ask(multiset.apis, 'GET', MAP, from(origin, headers))).status)
  }
  expect(statuses).toEqual(expected)
})

it('MS-13: a page may read the 401 and the 403 it gets', async () => {
  const multiset = await start()
  const headers = await bearerOf(multiset, multiset.query)
  const { museum } = ORIGINS
  const denials = [
    await ask(multiset.apis, 'GET', MAP, from(museum, [])),
    await ask(multiset.apis, 'GET', MAP, from(museum, bearer('x'))),
    await ask(multiset.apis, 'POST', MAP, from(museum, headers)),
  ]
  expect(denials.map(({ status }) => status)).toEqual([401, 401, 403])
  for (const denial of denials) {
    expect(denial.headers).toMatchObject({
      'access-control-allow-origin': museum,
      'access-control-expose-headers': expect.stringContaining('WWW-Authenticate'),
    })
  }
})

/** A client with a clock of its own, and how often it has asked the token endpoint. */
function createClient({ portal, query }: Multiset): {
  readonly tokens: TokenManager
  readonly clock: FakeClock
  readonly exchanges: () => number
  readonly settled: () => Promise<unknown>
} {
  const clock = createFakeClock()
  let exchanges = 0
  const refreshes: Promise<unknown>[] = []
  const tokens = createTokenManager({
    tokenEndpoint: portal.tokenEndpoint,
    credentials: query,
    dialect: rawBasic,
    now: clock.now,
    waitUntil: (refresh) => void refreshes.push(refresh),
    fetch: async (url, init) => {
      exchanges++
      return await fetch(url, init)
    },
  })
  return { tokens, clock, exchanges: () => exchanges, settled: async () => await Promise.all(refreshes) }
}

it('MS-14: a client renews its token before it ends', async () => {
  const { tokens, clock, exchanges, settled } = createClient(await start())
  const first = await tokens.token()
  clock.advance(1400)
  expect([await tokens.token(), exchanges()]).toEqual([first, 1])
  clock.advance(100)
  expect(await tokens.token()).toBe(first)
  await settled()
  expect([(await tokens.token()) === first, exchanges()]).toEqual([false, 2])
})

it('MS-14: a client whose clock is late gets one new token after a 401, and none after a 403', async () => {
  const multiset = await start()
  for (const { url } of multiset.apis) {
    const { tokens, clock, exchanges } = createClient(multiset)
    const api = createFetch(tokens, { api: url })
    expect([(await api(MAP)).status, exchanges()]).toEqual([200, 1])
    multiset.clock.advance(1801)
    clock.advance(300)
    expect([(await api(MAP)).status, exchanges()]).toEqual([200, 2])
    expect([(await api(MAP, { method: 'POST' })).status, exchanges()]).toEqual([403, 2])
  }
})

it('MS-14: a client whose new token is refused too gets the 401, and stops', async () => {
  const multiset = await start()
  const { tokens, clock, exchanges } = createClient(multiset)
  const policy = multisetPolicy(
    { ...sourcesOf(multiset.portal), issuer: 'https://other.example' },
    multiset.clock.now,
  )
  const foreign = await startGatedApis(() => createResourceServer(policy), ROUTES)
  closing.push(async () => await Promise.all(foreign.map(async (api) => await api.close())))
  for (const { url } of foreign) {
    await tokens.token()
    clock.advance(300)
    const before = exchanges()
    expect((await createFetch(tokens, { api: url })(MAP)).status).toBe(401)
    expect(exchanges()).toBe(before + 1)
  }
})

it('MS-15: a route that is not in the table is refused, as 403 or, by option, as 404', async () => {
  const multiset = await start()
  const headers = await bearerOf(multiset, multiset.everything)
  const unknown = ['GET /v1/vps/secret', 'PATCH /v1/vps/map', 'GET /', 'DELETE /v1/file']
  expect(await statusesOf(multiset.apis, headers, unknown)).toEqual(all(unknown, 403))
  expect(await statusesOf(multiset.apis, [], unknown)).toEqual(all(unknown, 403))
  const policy = multisetPolicy(sourcesOf(multiset.portal), multiset.clock.now)
  const hidden = await startGatedApis(() => createResourceServer({ ...policy, noRule: 404 }), ROUTES)
  closing.push(async () => await Promise.all(hidden.map(async (api) => await api.close())))
  expect(await statusesOf(hidden, headers, [...unknown, `GET ${MAP}`])).toEqual([...all(unknown, 404), 200])
})

it('MS-16: no spelling of a path, and no other method, gets past the scope of its route', async () => {
  const multiset = await start()
  const headers = await bearerOf(multiset, multiset.query)
  const judged = [
    'PUT /V1/VPS/MAP-SET/s1',
    'PUT /v1/vps/map-set/s1/',
    'PUT /v1/vps/map-set/s1?x=/v1/vps/map',
    'PUT /v1/vps/m%61p-set/s1',
  ]
  expect(await statusesOf(multiset.apis, headers, judged)).toEqual(all(judged, 403))
  const refused = [
    `GET /${MAP}`,
    `GET /v1//vps/map`,
    `PUT ${MAP}/../map-set/s1`,
    `PUT ${MAP}/%2e%2e/map-set/s1`,
    `GET ${MAP}/a%2fb`,
    `GET ${MAP}/m1;x`,
    `GET ${MAP}#x`,
    `GET http://api.example${MAP}`,
  ]
  expect(await statusesOf(multiset.apis, headers, refused)).toEqual(all(refused, 400))
  expect((await ask(multiset.apis, 'HEAD', MAP, headers)).status).toBe(200)
  expect((await ask(multiset.apis, 'HEAD', MAP)).status).toBe(401)
  for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
    const override: Headers = [...headers, [name, 'DELETE']]
    expect((await ask(multiset.apis, 'POST', `${MAP}/query`, override)).status).toBe(400)
  }
})
