import { rawBasic } from '@scopegate/client/dialects'
import { createFakeClock, type FakeClock } from '@scopegate/core/testing'
import {
  type BrowserProxySystem,
  createProxy,
  handedToken,
  LIFETIME,
  PROXY_PATH,
  startBrowserProxySystem,
} from '@scopegate/example-browser-proxy'
import { bearer, type Headers, listen } from '@scopegate/example-harness'
import { startPortal } from '@scopegate/example-multiset/portal.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, askOne, type Told } from './ask.ts'
import { decode } from './signing.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => await close()))
})

interface Started extends BrowserProxySystem {
  readonly clock: FakeClock
  readonly fromPage: Headers
}

async function start(): Promise<Started> {
  const clock = createFakeClock()
  const system = await startBrowserProxySystem(clock.now)
  closing.push(system.close)
  return { ...system, clock, fromPage: [['Origin', system.site.origin]] }
}

const MAP = '/v1/vps/map'
const askProxy = async (
  { proxy }: BrowserProxySystem,
  headers: Headers,
  method = 'POST',
  target = PROXY_PATH,
): Promise<Told> => await askOne(proxy.port, { method, target, headers })

describe('E5: the proxy', () => {
  it('hands out a token that lives for minutes and may only read, and nothing of its credential', async () => {
    const system = await start()
    const answer = await askProxy(system, system.fromPage)
    const { token, expiresOn } = answer.body as { token: string; expiresOn: string }
    const { payload } = decode(token)
    expect(payload).toMatchObject({ scope: 'query', narrowed: true })
    expect(Number(payload.exp) - Number(payload.iat)).toBe(LIFETIME)
    expect(Date.parse(expiresOn)).toBe(Number(payload.exp) * 1000)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': system.site.origin,
      'cache-control': 'no-store',
    })
    expect(JSON.stringify(answer)).not.toContain(system.vendor.credential.clientSecret)
  })

  it('answers the pages of one origin, and no one else', async () => {
    const system = await start()
    const { origin } = system.site
    for (const headers of [
      [],
      [['Origin', 'https://evil.example']],
      [['Origin', 'null']],
      [['Origin', `${origin}.evil.example`]],
      [['Origin', `${origin}/`]],
      [['Origin', origin.toUpperCase()]],
      [...system.fromPage, ...system.fromPage],
      [['Origin', `${origin}, https://evil.example`]],
      [['Referer', `${origin}/`]],
    ] as readonly Headers[]) {
      const answer = await askProxy(system, headers)
      expect(answer).toMatchObject({ status: 403, body: { error: 'The origin is not allowed' } })
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
    for (const [method, target] of [
      ['GET', PROXY_PATH],
      ['PUT', PROXY_PATH],
      ['POST', '/'],
    ] as const)
      expect((await askProxy(system, system.fromPage, method, target)).status).toBe(404)
  })

  it('asks the vendor once for many pages, and anew once half of the token`s life is over', async () => {
    const system = await start()
    const tokens = await Promise.all(Array.from({ length: 20 }, async () => await handedToken(system)))
    expect(new Set(tokens).size).toBe(1)
    system.clock.advance(LIFETIME / 2 + 1)
    // The first page of the second half still gets the old one, behind which the next is fetched.
    let handed = await handedToken(system)
    while (handed === tokens[0]) handed = await handedToken(system)
    expect(decode(handed).payload.iat).toBe(Math.floor(system.clock.now() / 1000))
  })

  it('serves MultiSet`s own endpoint too, with a credential that can do no more than pages may', async () => {
    const { clock, site, fromPage } = await start()
    const portal = await startPortal({ now: clock.now })
    const credential = await portal.createCredential(await portal.createAccount([site.origin]), ['query'])
    const { server, port, close } = await listen()
    closing.push(portal.close, close)
    const { tokenEndpoint } = portal
    const options = { tokenEndpoint, credential, dialect: rawBasic, origin: site.origin, now: clock.now }
    server.on('request', createProxy(options))
    const request = { method: 'POST', target: PROXY_PATH, headers: fromPage }
    const { token, expiresOn } = (await askOne(port, request)).body as { token: string; expiresOn: string }
    expect(decode(token).payload).toMatchObject({ scope: 'query' })
    expect(Date.parse(expiresOn)).toBe(clock.now() + 1_800_000)
  })

  it('answers 503 while the vendor is gone, and does not say why', async () => {
    const system = await start()
    await system.vendor.close()
    expect(await askProxy(system, system.fromPage)).toMatchObject({
      status: 503,
      body: { error: 'Try again later' },
      headers: { 'retry-after': '5', 'cache-control': 'no-store' },
    })
  })
})

describe('E5: its token', () => {
  it('reads, on the pages of the account and on those alone, until it expires', async () => {
    const { apis, clock, fromPage, ...system } = await start()
    const token = bearer(await handedToken({ apis, ...system }))
    const elsewhere: Headers = [['Origin', 'https://evil.example']]
    expect((await ask(apis, 'GET', MAP, [...token, ...fromPage])).status).toBe(200)
    expect((await ask(apis, 'POST', `${MAP}/query-form`, [...token, ...fromPage])).status).toBe(200)
    expect((await ask(apis, 'GET', MAP, [...token, ...elsewhere])).status).toBe(403)
    clock.advance(LIFETIME)
    expect((await ask(apis, 'GET', MAP, [...token, ...fromPage])).status).toBe(401)
  })

  it('writes and deletes nothing, though the credential could', async () => {
    const system = await start()
    const token = bearer(await handedToken(system))
    for (const [method, target] of [
      ['POST', MAP],
      ['PUT', '/v1/vps/map-set/s1'],
      ['DELETE', `${MAP}/m1`],
    ] as const)
      expect((await ask(system.apis, method, target, [...token, ...system.fromPage])).status).toBe(403)
    const { credentials } = system.vendor.issuer
    expect(await credentials.get(system.vendor.credential.clientId)).toMatchObject({
      scopes: ['query', 'write', 'delete'],
    })
  })
})
