import { setImmediate } from 'node:timers/promises'
import {
  createMemoryStore,
  type IssuerStore,
  multisetDialect,
  type SigningKeyRecord,
  StoreUnavailableError,
} from '@scopegate/issuer'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AUDIENCE, basic, createFixture, type Fixture, ISSUER, send, verify } from './issuer-fixture.ts'
import { createStallingStore } from './stalling-store.ts'

const encryptionKey = new Uint8Array(32).fill(7)
const DAY = 86_400

async function tokenOf(fixture: Fixture, { id, secret }: { id: string; secret: string }): Promise<string> {
  const { body } = await send(fixture, '/oauth/token', {
    headers: { authorization: basic(id, secret) },
    body: { grant_type: 'client_credentials' },
  })
  return body.access_token
}

async function kids({ issuer }: Fixture): Promise<(string | undefined)[]> {
  return (await issuer.keys.jwks()).keys.map(({ kid }) => kid)
}

/** A store that outlives the process, as far as the issuer can tell. */
function persistentStore(): IssuerStore {
  return { ...createMemoryStore(), persistent: true }
}

describe('the signing keys', () => {
  it.each([
    ['ES256', { kty: 'EC', crv: 'P-256' }],
    ['RS256', { kty: 'RSA', e: 'AQAB' }],
    ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
  ] as const)('are made at the first start: current and next, %s', async (algorithm, shape) => {
    const fixture = createFixture({ signing: { algorithm } })
    await fixture.issuer.ready()
    const { keys } = await fixture.issuer.keys.jwks()
    expect(keys).toHaveLength(2)
    for (const key of keys) {
      expect(key).toMatchObject({ ...shape, alg: algorithm, use: 'sig', kid: expect.any(String) })
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret)
    }
    const token = await tokenOf(fixture, await fixture.client())
    expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm, typ: 'at+jwt', kid: expect.any(String) })
    await expect(verify(fixture, token)).resolves.toBeDefined()
  })

  it('are the same after a restart, and for two that start at once', async () => {
    const store = persistentStore()
    const fixtures = [1, 2, 3].map(() => createFixture({ store, signing: { encryptionKey } }))
    await Promise.all(fixtures.slice(0, 2).map(async ({ issuer }) => await issuer.ready()))
    const all = await Promise.all(fixtures.map(kids))
    expect(all[1]).toEqual(all[0])
    expect(all[2]).toEqual(all[0])
  })

  it('move on by one at a rotation: what was published as next signs, what signed is still published', async () => {
    const fixture = createFixture()
    const client = await fixture.client()
    const before = await tokenOf(fixture, client)
    const published = await kids(fixture)
    await fixture.issuer.keys.rotate()
    const after = await tokenOf(fixture, client)
    expect(published).toContain(decodeProtectedHeader(after).kid)
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid)
    expect(await kids(fixture)).toHaveLength(3)
    for (const token of [before, after]) await expect(verify(fixture, token)).resolves.toBeDefined()
  })

  it('stay published until the last token they signed has expired, and then go', async () => {
    const fixture = createFixture({
      lifetime: 600,
      endpoints: [
        { path: '/short', dialect: multisetDialect },
        { path: '/long', dialect: { ...multisetDialect, lifetime: DAY } },
      ],
    })
    await fixture.issuer.ready()
    const [first] = await kids(fixture)
    await fixture.issuer.keys.rotate()
    fixture.clock.advance(DAY)
    expect(await kids(fixture)).toContain(first)
    fixture.clock.advance(120)
    expect(await kids(fixture)).not.toContain(first)
  })

  it('stay published for a directly minted token without an end, until it is deleted', async () => {
    const fixture = createFixture()
    const { id: account } = await fixture.account()
    const { accessToken, token } = await fixture.issuer.accessTokens.create({
      account,
      name: 'n',
      scopes: [],
    })
    await fixture.issuer.keys.rotate()
    fixture.clock.advance(10 * 365 * DAY)
    await expect(verify(fixture, token)).resolves.toBeDefined()
    await fixture.issuer.accessTokens.delete(accessToken.id)
    fixture.clock.advance(60)
    await expect(verify(fixture, token)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })

  it('can be revoked once they no longer sign, and what they signed is then worth nothing', async () => {
    const fixture = createFixture()
    const client = await fixture.client()
    const stolen = await tokenOf(fixture, client)
    const kid = String(decodeProtectedHeader(stolen).kid)
    const { keys } = fixture.issuer
    for (const id of [kid, ...(await kids(fixture)), 'unknown', ''])
      await expect(keys.revoke(String(id))).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
    await keys.rotate()
    await Promise.all([keys.revoke(kid), keys.jwks()])
    expect(await kids(fixture)).not.toContain(kid)
    expect(await kids(fixture)).toHaveLength(2)
    await expect(verify(fixture, stolen)).rejects.toThrow()
    await expect(verify(fixture, await tokenOf(fixture, client))).resolves.toBeDefined()
    await expect(keys.revoke(kid)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
  })

  it('are revoked for good where the store goes down in the same moment', async () => {
    const store = createMemoryStore()
    let down = false
    const { signingKeys } = store
    const list: typeof signingKeys.list = async (owner) => {
      if (down) throw new StoreUnavailableError('down')
      return await signingKeys.list(owner)
    }
    const remove: typeof signingKeys.remove = async (owner, id) => {
      down = true
      return await signingKeys.remove(owner, id)
    }
    const fixture = createFixture({ store: { ...store, signingKeys: { ...signingKeys, list, remove } } })
    const [stolen = ''] = await kids(fixture)
    await fixture.issuer.keys.rotate()
    await fixture.issuer.keys.revoke(stolen)
    expect(await kids(fixture)).toHaveLength(2)
    fixture.clock.advance(3600)
    expect(await kids(fixture)).not.toContain(stolen)
  })

  it('are not brought back by one who was reading them when they were revoked', async () => {
    const store = createMemoryStore()
    const { signingKeys } = store
    let holdAt = Number.POSITIVE_INFINITY
    let release: (() => void) | undefined
    const list: typeof signingKeys.list = async (owner) => {
      const read = await signingKeys.list(owner)
      if (--holdAt === 0) await new Promise<void>((resolve) => (release = resolve))
      return read
    }
    const fixture = createFixture({ store: { ...store, signingKeys: { ...signingKeys, list } } })
    const [stolen = ''] = await kids(fixture)
    await fixture.issuer.keys.rotate()
    holdAt = 2
    const rotating = fixture.issuer.keys.rotate()
    await vi.waitFor(() => expect(release).toBeDefined())
    const revoking = fixture.issuer.keys.revoke(stolen)
    await setImmediate()
    release?.()
    await Promise.all([rotating, revoking])
    expect(await kids(fixture)).not.toContain(stolen)
  })

  it('that were rotated by another process and revoked here sign nothing more here', async () => {
    const store = createMemoryStore()
    const [one, other] = [createFixture({ store }), createFixture({ store })]
    const client = await one.client()
    const stolen = String(decodeProtectedHeader(await tokenOf(one, client)).kid)
    await other.issuer.keys.rotate()
    await one.issuer.keys.revoke(stolen)
    expect(decodeProtectedHeader(await tokenOf(one, client)).kid).not.toBe(stolen)
    expect(await kids(one)).not.toContain(stolen)
  })

  it('are replaced by age', async () => {
    const fixture = createFixture({ signing: { rotateAfter: 7 * DAY } })
    const client = await fixture.client()
    const first = decodeProtectedHeader(await tokenOf(fixture, client)).kid
    fixture.clock.advance(7 * DAY - 60)
    expect(decodeProtectedHeader(await tokenOf(fixture, client)).kid).toBe(first)
    fixture.clock.advance(60)
    expect(decodeProtectedHeader(await tokenOf(fixture, client)).kid).not.toBe(first)
  })

  it('are replaced by age also where the clock was ahead when they were made or began to sign', async () => {
    const fixture = createFixture({ signing: { rotateAfter: 7 * DAY } })
    const signing = async (): Promise<unknown> => {
      fixture.clock.advance(60)
      return decodeProtectedHeader(await tokenOf(fixture, client)).kid
    }
    const client = await fixture.client()
    const made = await signing()
    fixture.clock.advance(365 * DAY)
    const ahead = await signing()
    expect(ahead).not.toBe(made)
    fixture.clock.advance(-365 * DAY)
    expect(await signing()).toBe(ahead)
    fixture.clock.advance(7 * DAY)
    const right = await signing()
    expect(right).not.toBe(ahead)
    expect(await signing()).toBe(right)
    fixture.clock.advance(-365 * DAY)
    expect(await signing()).not.toBe(right)
  })

  it('settle down between issuers of which one has a clock that is far ahead', async () => {
    const store = createMemoryStore()
    const [one, other] = [1, 2].map(() => createFixture({ store, signing: { rotateAfter: DAY } }))
    if (!one || !other) throw new Error('no fixtures')
    other.clock.advance(365 * DAY)
    await one.issuer.ready()
    const currents = new Set<string | undefined>()
    for (let minutes = 0; minutes < 20; minutes++) {
      for (const { issuer, clock } of [one, other]) {
        clock.advance(60)
        await issuer.ready()
      }
      const keys = await store.signingKeys.list('')
      currents.add(keys.find(({ state }) => state === 'current')?.id)
    }
    expect(currents.size).toBeLessThan(4)
  })

  it('are rotated once by several issuers at the same time, who all see it', async () => {
    const store = createMemoryStore()
    const fixtures = [1, 2, 3].map(() => createFixture({ store, signing: { rotateAfter: DAY } }))
    await Promise.all(fixtures.map(async ({ issuer }) => await issuer.ready()))
    for (const { clock } of fixtures) clock.advance(DAY)
    const all = await Promise.all(fixtures.map(kids))
    expect(await store.signingKeys.list('')).toHaveLength(3)
    expect(all.map((list) => list.length)).toEqual([3, 3, 3])
  })

  it('rotated by another process are seen within 30 seconds', async () => {
    const store = createMemoryStore()
    const [one, other] = [createFixture({ store }), createFixture({ store })]
    await one.issuer.ready()
    await other.issuer.ready()
    await one.issuer.keys.rotate()
    expect(await kids(other)).toHaveLength(2)
    other.clock.advance(30)
    expect(await kids(other)).toEqual(await kids(one))
  })
})

describe('private keys in the store', () => {
  it('are sealed with the operator`s key', async () => {
    const store = persistentStore()
    const warn = vi.fn()
    await createFixture({
      store,
      warn,
      signing: { encryptionKey: Buffer.from(encryptionKey).toString('base64url') },
    }).issuer.ready()
    for (const { privateKey } of await store.signingKeys.list('')) {
      expect(privateKey).toMatch(/^a256gcm(?:\.[A-Za-z0-9_-]+){3}$/)
    }
    expect(warn).not.toHaveBeenCalled()
  })

  it('are in plain text without one, of which a store that lasts makes a warning', async () => {
    const warn = vi.fn()
    const store = persistentStore()
    await createFixture({ store, warn }).issuer.ready()
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('signing.encryptionKey'))
    expect((await store.signingKeys.list(''))[0]?.privateKey).toContain('"d":')
    createFixture({ warn })
    expect(warn).toHaveBeenCalledTimes(1)
  })

  it('cannot be used with another key, without one, or when they are altered, moved or planted', async () => {
    const store = persistentStore()
    await createFixture({ store, signing: { encryptionKey } }).issuer.ready()
    const [first, second] = await store.signingKeys.list('')
    const attempts = [
      createFixture({ store, signing: { encryptionKey: new Uint8Array(32) } }),
      createFixture({ store }),
      ...[
        `${first?.privateKey.slice(0, -2)}AA`,
        second?.privateKey ?? '',
        'plain.{"kty":"EC"}',
        'a256gcm..AA.AA',
        '',
      ].map((privateKey) =>
        createFixture({
          signing: { encryptionKey },
          store: {
            ...store,
            signingKeys: {
              ...store.signingKeys,
              list: async () => (await store.signingKeys.list('')).map((key) => ({ ...key, privateKey })),
            },
          },
        }),
      ),
    ]
    for (const { issuer } of attempts) {
      await expect(issuer.ready()).rejects.toMatchObject({ code: 'ERR_SIGNING_KEYS' })
    }
  })
})

describe('public keys in the store', () => {
  it('cannot be planted by who can write to it', async () => {
    const store = persistentStore()
    await createFixture({ store, signing: { encryptionKey } }).issuer.ready()
    const foreign = persistentStore()
    await createFixture({ store: foreign, signing: { encryptionKey: new Uint8Array(32) } }).issuer.ready()
    const [theirs] = await foreign.signingKeys.list('')
    const changes = [
      (keys: SigningKeyRecord[]) => [...keys, { ...theirs, state: 'previous' }],
      (keys: SigningKeyRecord[]) => keys.map((key) => ({ ...key, publicKey: theirs?.publicKey })),
      (keys: SigningKeyRecord[]) => keys.map((key) => ({ ...key, algorithm: 'HS256' })),
      (keys: SigningKeyRecord[]) => keys.map((key) => ({ ...key, id: 'another' })),
    ]
    for (const change of changes) {
      const list = async (): Promise<SigningKeyRecord[]> =>
        change([...(await store.signingKeys.list(''))]) as SigningKeyRecord[]
      const { issuer } = createFixture({
        signing: { encryptionKey },
        store: { ...store, signingKeys: { ...store.signingKeys, list } },
      })
      await expect(issuer.keys.jwks()).rejects.toMatchObject({ code: 'ERR_SIGNING_KEYS' })
    }
  })
})

describe('the key set', () => {
  it('is served on while the store is down', async () => {
    const store = createMemoryStore()
    let down = false
    const list: typeof store.signingKeys.list = async (owner) => {
      if (down) throw new StoreUnavailableError('down')
      return await store.signingKeys.list(owner)
    }
    const fixture = createFixture({ store: { ...store, signingKeys: { ...store.signingKeys, list } } })
    const before = await kids(fixture)
    down = true
    fixture.clock.advance(3600)
    expect(await kids(fixture)).toEqual(before)
    const fresh = createFixture({ store: { ...store, signingKeys: { ...store.signingKeys, list } } })
    expect(await send(fresh, '/.well-known/jwks.json', { method: 'GET' })).toMatchObject({ status: 503 })
  })

  afterEach(() => vi.useRealTimers())

  it('is served on while the store does not answer, before verifiers give up, and read anew once it does', async () => {
    const { store, stall, heal, stalled } = createStallingStore()
    const fixture = createFixture({ store })
    const before = await kids(fixture)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    stall('signingKeys', 'list')
    fixture.clock.advance(3600)
    const served = kids(fixture)
    await vi.advanceTimersByTimeAsync(3000)
    expect(await served).toEqual(before)
    const rotating = expect(fixture.issuer.keys.rotate()).rejects.toThrow(StoreUnavailableError)
    await vi.advanceTimersByTimeAsync(7000)
    expect(stalled()).toBe(2)
    await vi.advanceTimersByTimeAsync(10_000)
    await rotating
    heal()
    await fixture.issuer.keys.rotate()
    expect(await kids(fixture)).toHaveLength(3)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is out of reach for a while, not for ever, where the store did not answer the first time', async () => {
    const { store, stall, heal } = createStallingStore()
    const fixture = createFixture({ store })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    stall('signingKeys', 'list')
    const refused = send(fixture, '/.well-known/jwks.json', { method: 'GET' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect((await refused).status).toBe(503)
    heal()
    expect((await send(fixture, '/.well-known/jwks.json', { method: 'GET' })).status).toBe(200)
  })
})

describe('an account with keys of its own', () => {
  it('gets HS256 tokens that its secrets alone verify, before and after a rotation', async () => {
    const fixture = createFixture({ signing: { encryptionKey } })
    const client = await fixture.client({}, { id: 'acme', tokenSigning: 'account' })
    const other = await fixture.client({}, { id: 'globex', tokenSigning: 'account' })
    const token = await tokenOf(fixture, client)
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'HS256', typ: 'at+jwt' })
    await tokenOf(fixture, other)
    const verifiedBy = async (account: string): Promise<number> => {
      const secrets = (await fixture.issuer.secrets.find(account)) ?? []
      const results = await Promise.allSettled(
        secrets.map(
          async (secret) =>
            await jwtVerify(token, secret, {
              algorithms: ['HS256'],
              issuer: ISSUER,
              audience: AUDIENCE,
              currentDate: new Date(fixture.clock.now),
            }),
        ),
      )
      return results.filter(({ status }) => status === 'fulfilled').length
    }
    expect(await verifiedBy('acme')).toBe(1)
    expect(await verifiedBy('globex')).toBe(0)
    await fixture.issuer.keys.rotate('acme')
    expect(await verifiedBy('acme')).toBe(1)
    expect(await fixture.issuer.secrets.find('acme')).toHaveLength(3)
    expect((await fixture.issuer.secrets.find('acme'))?.[0]).toHaveLength(32)
  })

  it('has its own revoked by its id alone, and no other account`s or the issuer`s', async () => {
    const fixture = createFixture()
    const client = await fixture.client({}, { id: 'acme', tokenSigning: 'account' })
    await fixture.account({ id: 'other' })
    const { kid } = decodeProtectedHeader(await tokenOf(fixture, client))
    const { keys, secrets } = fixture.issuer
    await keys.rotate('acme')
    for (const account of [undefined, 'other', 'no-such-account'])
      await expect(keys.revoke(String(kid), account)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
    expect(await secrets.find('acme')).toHaveLength(3)
    await keys.revoke(String(kid), 'acme')
    expect(await secrets.find('acme')).toHaveLength(2)
  })

  it('publishes none of them', async () => {
    const fixture = createFixture()
    await tokenOf(fixture, await fixture.client({}, { tokenSigning: 'account' }))
    const { keys } = await fixture.issuer.keys.jwks()
    for (const key of keys) expect(key.kty).toBe('EC')
    const set = createLocalJWKSet({ keys: [...keys] })
    const token = await tokenOf(fixture, await fixture.client({}, { tokenSigning: 'account' }))
    await expect(jwtVerify(token, set)).rejects.toMatchObject({ code: 'ERR_JOSE_NOT_SUPPORTED' })
  })

  it('has no secrets where nobody has asked for any, and none are made by asking', async () => {
    const fixture = createFixture()
    await fixture.account({ id: 'acme' })
    for (const account of ['acme', 'unknown', '', '__proto__', "' or 1=1"]) {
      expect(await fixture.issuer.secrets.find(account)).toBeUndefined()
    }
    await expect(fixture.issuer.keys.rotate('acme')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
    await expect(fixture.issuer.keys.rotate('')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' })
  })
})
