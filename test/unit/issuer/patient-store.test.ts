import {
  createMemoryStore,
  fronteggDialect,
  type IssuerStore,
  multisetDialect,
  type TokenReference,
} from '@scopegate/issuer'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { basic, createFixture, type Fixture, type Reply, send } from './issuer-fixture.ts'
import { createStallingStore, type StallingStore } from './stalling-store.ts'

const LIMIT = 10_000

const endpoints = [
  { path: '/token', dialect: multisetDialect },
  { path: '/refreshing', dialect: fronteggDialect },
]

describe('a store that never answers', () => {
  let stalling: StallingStore
  let fixture: Fixture
  let client: { id: string; secret: string }

  beforeEach(async () => {
    stalling = createStallingStore()
    fixture = createFixture({ store: stalling.store, endpoints, refreshTokens: {} })
    client = await fixture.client({ account: (await fixture.account({ origins: ['https://a.example'] })).id })
    await fixture.issuer.ready()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => vi.useRealTimers())

  const exchange = async (path: string): Promise<Reply> =>
    await send(fixture, path, {
      headers: {
        authorization: basic(client.id, client.secret),
        'content-type': 'application/json',
        origin: 'https://a.example',
      },
      body: JSON.stringify({ clientId: client.id, secret: client.secret }),
    })

  it.each([
    ['/token', 'accounts', 'listOrigin'],
    ['/token', 'credentials', 'findClient'],
    ['/token', 'accounts', 'find'],
    ['/refreshing', 'refreshTokens', 'insert'],
  ] as const)('is an outage to a request at %s: %s.%s', async (path, part, method) => {
    stalling.stall(part, method)
    const replied = exchange(path)
    await vi.waitFor(() => expect(stalling.stalled()).toBe(1))
    await vi.advanceTimersByTimeAsync(LIMIT)
    const { status, headers } = await replied
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect(fixture.faults).toMatchObject([{ code: 'ERR_STORE_UNAVAILABLE' }])
    stalling.heal()
    expect((await exchange(path)).status).toBe(200)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is one to the registry and to what the gate asks', async () => {
    stalling.stall('accounts', 'list')
    stalling.stall('accessTokens', 'find')
    stalling.stall('credentials', 'findClient')
    const token: TokenReference = { clientId: client.id, scopes: [], claims: {} }
    const asked = [
      fixture.issuer.accounts.list(),
      fixture.issuer.accessTokens.get('id'),
      fixture.issuer.status.isActive(token),
      fixture.issuer.grants.resolve(token),
    ].map(async (call) => await expect(call).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' }))
    await vi.advanceTimersByTimeAsync(LIMIT)
    await Promise.all(asked)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a store that answers', () => {
  it('may be made of classes', async () => {
    const memory = createMemoryStore()
    class Accounts {
      readonly #accounts = memory.accounts
      async insert(...args: Parameters<IssuerStore['accounts']['insert']>): Promise<boolean> {
        return await this.#accounts.insert(...args)
      }
    }
    const accounts = new Accounts() as unknown as IssuerStore['accounts']
    const { issuer } = createFixture({ store: { ...memory, accounts } })
    await issuer.accounts.create({ id: 'acme' })
    expect(await memory.accounts.find('acme')).toMatchObject({ id: 'acme' })
  })
})
