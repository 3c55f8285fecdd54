import { readFile } from 'node:fs/promises'
import type {
  AccessTokenRecord,
  AccountRecord,
  CredentialRecord,
  IssuerStore,
  RefreshFamilyRecord,
  SigningKeyRecord,
} from '@scopegate/issuer'
import { openLibsqlStore } from '@scopegate/issuer/libsql'
import { openPostgresStore } from '@scopegate/issuer/postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backEnds, persistentBackEnds, postgres, type TestDatabase } from './stores.ts'

const account = (id: string, changes: Partial<AccountRecord> = {}): AccountRecord => ({
  id,
  verified: true,
  active: true,
  origins: [],
  tokenSigning: 'issuer',
  createdAt: 1,
  ...changes,
})
const credential = (clientId: string, changes: Partial<CredentialRecord> = {}): CredentialRecord => ({
  clientId,
  account: 'acme',
  name: `credential "${clientId}" – ü`,
  scopes: ['query', 'write'],
  subject: { kind: 'account' },
  environment: 'production',
  status: 'active',
  expiresAt: null,
  metadata: { roles: ['a'], nested: { nothing: null } },
  createdAt: 1,
  ...changes,
})
const accessToken = (id: string, changes: Partial<AccessTokenRecord> = {}): AccessTokenRecord => {
  const { clientId: _, ...owned } = credential(id)
  return { ...owned, status: 'active', id, keyId: 'key', ...changes }
}
const family = (id: string, changes: Partial<RefreshFamilyRecord> = {}): RefreshFamilyRecord => ({
  id,
  clientId: 'client',
  hash: `hash of ${id}`,
  scopes: null,
  audience: 'https://api.example',
  expiresAt: 1000,
  createdAt: 1,
  ...changes,
})
const signingKey = (id: string, changes: Partial<SigningKeyRecord> = {}): SigningKeyRecord => ({
  id,
  owner: '',
  algorithm: 'ES256',
  state: 'current',
  publicKey: '{"kty":"EC"}',
  privateKey: 'sealed',
  createdAt: 1,
  activatedAt: 1,
  keepUntil: null,
  ...changes,
})
const secret = (
  hash: string,
  expiresAt: number | null = null,
): { hash: string; expiresAt: number | null } => ({
  hash,
  expiresAt,
})
const FAR = 4_102_444_800_000

describe.each(backEnds)('the store on $name', ({ skip, create }) => {
  describe.skipIf(skip)('keeps the contract', () => {
    let database: TestDatabase
    let store: IssuerStore

    beforeEach(async () => {
      database = await create()
      store = await database.open()
    })
    afterEach(async () => {
      await store.close()
      await database.drop()
    })

    describe('of accounts', () => {
      it('gives back what was put in', async () => {
        const record = account('acme', {
          verified: false,
          active: false,
          origins: ['https://a.example', 'https://b.example'],
          tokenSigning: 'account',
          createdAt: FAR,
        })
        expect(await store.accounts.insert(record)).toBe(true)
        expect(await store.accounts.find('acme')).toEqual(record)
        expect(await store.accounts.find('other')).toBeUndefined()
      })

      it('refuses an id that is taken and leaves its record alone', async () => {
        await store.accounts.insert(account('acme', { origins: ['https://a.example'] }))
        expect(await store.accounts.insert(account('acme', { active: false }))).toBe(false)
        expect(await store.accounts.find('acme')).toMatchObject({
          active: true,
          origins: ['https://a.example'],
        })
      })

      it('changes only the fields it is told to', async () => {
        await store.accounts.insert(account('acme', { origins: ['https://a.example'] }))
        expect(await store.accounts.update('acme', { active: false })).toEqual(
          account('acme', { active: false, origins: ['https://a.example'] }),
        )
        expect(await store.accounts.update('acme', { origins: [] })).toEqual(
          account('acme', { active: false }),
        )
        expect(await store.accounts.update('other', { active: true })).toBeUndefined()
      })

      it('lists in the order of creation, slice by slice', async () => {
        for (const id of ['z', 'a', 'm']) {
          await store.accounts.insert(
            account(id, { createdAt: 'zam'.indexOf(id), origins: [`https://${id}.example`] }),
          )
        }
        const first = await store.accounts.list({ limit: 2 })
        expect(first.map(({ id, origins }) => [id, ...origins])).toEqual([
          ['z', 'https://z.example'],
          ['a', 'https://a.example'],
        ])
        expect((await store.accounts.list({ after: 'a', limit: 2 })).map(({ id }) => id)).toEqual(['m'])
        expect(await store.accounts.list({ after: 'unknown', limit: 2 })).toEqual([])
      })

      it('knows an origin while a verified and active account lists it', async () => {
        await store.accounts.insert(account('acme', { origins: ['https://a.example'] }))
        await store.accounts.insert(account('globex', { verified: false, origins: ['https://g.example'] }))
        expect(await store.accounts.listOrigin('https://a.example')).toBe(true)
        expect(await store.accounts.listOrigin('https://A.example')).toBe(false)
        expect(await store.accounts.listOrigin('https://g.example')).toBe(false)
        await store.accounts.update('acme', { active: false })
        expect(await store.accounts.listOrigin('https://a.example')).toBe(false)
      })
    })

    describe('of credentials', () => {
      beforeEach(async () => {
        await store.accounts.insert(account('acme'))
        await store.accounts.insert(account('globex'))
      })

      it('gives back credential, account and secrets together', async () => {
        const record = credential('client', {
          subject: { kind: 'user', id: "o'neil" },
          expiresAt: FAR,
          createdAt: FAR,
        })
        await store.credentials.insert(record, secret('h1'))
        const { origins: _, ...state } = account('acme')
        const client = await store.credentials.findClient('client')
        expect(client?.credential).toEqual(record)
        expect(client?.account).toMatchObject(state)
        expect(client?.secrets).toEqual([secret('h1')])
      })

      it('finds a client by its exact id only', async () => {
        await store.credentials.insert(credential('Client'), secret('h1'))
        for (const id of ['client', 'Client ', '', 'Client%', "' or 1=1 --"]) {
          expect(await store.credentials.findClient(id)).toBeUndefined()
        }
      })

      it('keeps a metadata key called __proto__ as data', async () => {
        const metadata = JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>
        await store.credentials.insert(credential('client', { metadata }), secret('h1'))
        const client = await store.credentials.findClient('client')
        expect(JSON.stringify(client?.credential.metadata)).toBe('{"__proto__":{"admin":true}}')
      })

      it('has two secrets after a rotation and never three', async () => {
        await store.credentials.insert(credential('client'), secret('h1'))
        expect(await store.credentials.rotate('client', secret('h2'), 500)).toEqual({
          previousExpiresAt: 500,
        })
        expect((await store.credentials.findClient('client'))?.secrets).toEqual([
          secret('h2'),
          secret('h1', 500),
        ])
        expect(await store.credentials.rotate('client', secret('h3'), 900)).toEqual({
          previousExpiresAt: 900,
        })
        expect((await store.credentials.findClient('client'))?.secrets).toEqual([
          secret('h3'),
          secret('h2', 900),
        ])
        expect(await store.credentials.rotate('unknown', secret('h'), 900)).toBeUndefined()
      })

      it('never lets a rotation prolong a secret', async () => {
        await store.credentials.insert(credential('client'), secret('h1', 100))
        expect(await store.credentials.rotate('client', secret('h2'), 500)).toEqual({
          previousExpiresAt: 100,
        })
      })

      it('has two secrets after rotations at the same time', async () => {
        await store.credentials.insert(credential('client'), secret('h0'))
        await Promise.all(
          ['h1', 'h2', 'h3', 'h4'].map(
            async (hash) => await store.credentials.rotate('client', secret(hash), 500),
          ),
        )
        const secrets = (await store.credentials.findClient('client'))?.secrets ?? []
        expect(secrets.map(({ expiresAt }) => expiresAt)).toEqual([null, 500])
      })

      it('changes only the fields it is told to', async () => {
        await store.credentials.insert(credential('client'), secret('h1'))
        const changes = { scopes: [], status: 'deactivated', expiresAt: 7, metadata: {}, name: 'n' } as const
        expect(await store.credentials.update('client', changes)).toEqual(credential('client', changes))
        expect(await store.credentials.update('client', { expiresAt: null })).toEqual(
          credential('client', { ...changes, expiresAt: null }),
        )
      })

      it('keeps a deleted credential without secrets and lets nothing bring it back', async () => {
        await store.credentials.insert(credential('client'), secret('h1'))
        await store.refreshTokens.insert(family('family'), 10)
        expect(await store.credentials.delete('client')).toBe(true)
        expect(await store.credentials.delete('client')).toBe(false)
        expect(await store.credentials.update('client', { status: 'active' })).toBeUndefined()
        expect(await store.credentials.rotate('client', secret('h2'), 500)).toBeUndefined()
        const client = await store.credentials.findClient('client')
        expect(client).toMatchObject({ credential: { status: 'deleted' }, secrets: [] })
        expect(await store.refreshTokens.find('family')).toBeUndefined()
      })

      it('lists by account and environment, without deleted ones, slice by slice', async () => {
        const ids = ['z', 'a', 'm', 'k']
        for (const [at, id] of ids.entries()) {
          await store.credentials.insert(credential(id, { createdAt: at }), secret(id))
        }
        await store.credentials.insert(credential('other', { account: 'globex', createdAt: 9 }), secret('o'))
        await store.credentials.update('k', { environment: 'staging' })
        await store.credentials.delete('a')
        const list = async (page: Parameters<IssuerStore['credentials']['list']>[0]): Promise<string[]> =>
          (await store.credentials.list(page)).map(({ clientId }) => clientId)
        expect(await list({ limit: 10 })).toEqual(['z', 'm', 'k', 'other'])
        expect(await list({ account: 'acme', limit: 2 })).toEqual(['z', 'm'])
        expect(await list({ account: 'acme', after: 'm', limit: 2 })).toEqual(['k'])
        expect(await list({ account: 'acme', after: 'a', limit: 1 })).toEqual(['m'])
        expect(await list({ environment: 'staging', limit: 10 })).toEqual(['k'])
        expect(await list({ after: 'unknown', limit: 10 })).toEqual([])
      })
    })

    describe('of directly minted access tokens', () => {
      beforeEach(async () => void (await store.accounts.insert(account('acme', { active: false }))))

      it('gives back the record with the state of its account', async () => {
        const record = accessToken('token', { expiresAt: FAR, subject: { kind: 'user', id: 'u' } })
        await store.accessTokens.insert(record)
        const found = await store.accessTokens.find('token')
        expect(found?.token).toEqual(record)
        expect(found?.account).toMatchObject({ id: 'acme', active: false })
        expect(await store.accessTokens.find('other')).toBeUndefined()
      })

      it('keeps a deleted one as deleted and lists the others', async () => {
        await store.accessTokens.insert(accessToken('a', { createdAt: 2 }))
        await store.accessTokens.insert(accessToken('b', { createdAt: 1 }))
        await store.accessTokens.insert(accessToken('c', { createdAt: 3, environment: 'staging' }))
        expect(await store.accessTokens.delete('a')).toBe(true)
        expect(await store.accessTokens.delete('a')).toBe(false)
        expect(await store.accessTokens.delete('unknown')).toBe(false)
        expect((await store.accessTokens.find('a'))?.token.status).toBe('deleted')
        const ids = (await store.accessTokens.list({ account: 'acme', limit: 5 })).map(({ id }) => id)
        expect(ids).toEqual(['b', 'c'])
        expect(await store.accessTokens.list({ environment: 'staging', after: 'b', limit: 5 })).toHaveLength(
          1,
        )
      })
    })

    describe('of refresh tokens', () => {
      beforeEach(async () => {
        await store.accounts.insert(account('acme'))
        await store.credentials.insert(credential('client'), secret('h1'))
        await store.credentials.insert(credential('other'), secret('h2'))
      })

      it('gives back what was put in', async () => {
        await store.refreshTokens.insert(family('a', { scopes: ['query'] }), 2)
        expect(await store.refreshTokens.find('a')).toEqual(family('a', { scopes: ['query'] }))
        await store.refreshTokens.delete('a')
        expect(await store.refreshTokens.find('a')).toBeUndefined()
      })

      it('takes none for a client that is deleted', async () => {
        await store.credentials.delete('client')
        await store.refreshTokens.insert(family('late'), 2)
        expect(await store.refreshTokens.find('late')).toBeUndefined()
      })

      it('drops the oldest beyond the limit, of that client alone', async () => {
        await store.refreshTokens.insert(family('theirs', { clientId: 'other' }), 2)
        for (const id of ['z', 'a', 'm']) await store.refreshTokens.insert(family(id), 2)
        const left = await Promise.all(['theirs', 'z', 'a', 'm'].map(store.refreshTokens.find))
        expect(left.map((record) => record?.id)).toEqual(['theirs', undefined, 'a', 'm'])
      })

      it('drops expired ones before it counts', async () => {
        await store.refreshTokens.insert(family('a'), 2)
        await store.refreshTokens.insert(family('b', { expiresAt: 10 }), 2)
        await store.refreshTokens.insert(family('c', { createdAt: 10 }), 2)
        const left = await Promise.all(['a', 'b', 'c'].map(store.refreshTokens.find))
        expect(left.map((record) => record?.id)).toEqual(['a', undefined, 'c'])
      })

      it('lets one of many who rotate the same token succeed', async () => {
        await store.refreshTokens.insert(family('a'), 2)
        const results = await Promise.all(
          ['n1', 'n2', 'n3'].map(
            async (next) => await store.refreshTokens.rotate('a', 'hash of a', next, 2000),
          ),
        )
        expect(results.filter((rotated) => rotated)).toHaveLength(1)
        expect(await store.refreshTokens.find('a')).toMatchObject({ expiresAt: 2000 })
      })
    })

    describe('of signing keys', () => {
      const first = [signingKey('one'), signingKey('two', { state: 'next', activatedAt: null })]

      it('lets the first keys of an owner stay where two come at once', async () => {
        const late = [signingKey('late one'), signingKey('late two', { state: 'next' })]
        await Promise.all([store.signingKeys.insert(first), store.signingKeys.insert(late)])
        const states = (await store.signingKeys.list('')).map(({ state }) => state)
        expect(states.sort()).toEqual(['current', 'next'])
        expect(await store.signingKeys.list('acme')).toEqual([])
      })

      it('moves every key on by one state, once', async () => {
        await store.signingKeys.insert(first)
        await store.signingKeys.insert([signingKey('theirs', { owner: 'acme' })])
        const next = (id: string): SigningKeyRecord =>
          signingKey(id, { state: 'next', createdAt: 5, activatedAt: null })
        const results = await Promise.all(
          ['three', 'four'].map(async (id) => await store.signingKeys.rotate('', 'one', next(id), 50, 90)),
        )
        expect(results.filter((rotated) => rotated)).toHaveLength(1)
        const keys = await store.signingKeys.list('')
        expect(
          keys.map(({ id, state, activatedAt, keepUntil }) => [id, state, activatedAt, keepUntil]),
        ).toEqual([
          ['one', 'previous', 1, 90],
          ['two', 'current', 50, null],
          [results[0] ? 'three' : 'four', 'next', null, null],
        ])
        expect(await store.signingKeys.list('acme')).toMatchObject([{ state: 'current' }])
      })

      it('keeps a previous key as long as its time or a living direct token asks', async () => {
        await store.accounts.insert(account('acme'))
        await store.signingKeys.insert(first)
        await store.signingKeys.rotate('', 'one', signingKey('three', { state: 'next' }), 50, 90)
        const ids = async (now: number): Promise<string[]> => {
          await store.signingKeys.prune('', now)
          return (await store.signingKeys.list('')).map(({ id }) => id).sort()
        }
        await store.accessTokens.insert(accessToken('dated', { keyId: 'one', expiresAt: 200 }))
        await store.accessTokens.insert(accessToken('eternal', { keyId: 'one' }))
        expect(await ids(89)).toContain('one')
        expect(await ids(150)).toContain('one')
        expect(await ids(250)).toContain('one')
        await store.accessTokens.delete('eternal')
        expect(await ids(199)).toContain('one')
        expect(await ids(200)).toEqual(['three', 'two'])
      })

      it('removes a previous key at once, whatever it has signed, and no other', async () => {
        await store.accounts.insert(account('acme'))
        await store.signingKeys.insert(first)
        await store.signingKeys.rotate('', 'one', signingKey('three', { state: 'next' }), 50, 90)
        await store.accessTokens.insert(accessToken('eternal', { keyId: 'one' }))
        for (const [owner, id] of [
          ['', 'two'],
          ['', 'three'],
          ['', 'unknown'],
          ['', 'current'],
          ['acme', 'one'],
        ] as const)
          expect(await store.signingKeys.remove(owner, id)).toBe(false)
        const removed = [1, 2].map(async () => await store.signingKeys.remove('', 'one'))
        expect((await Promise.all(removed)).sort()).toEqual([false, true])
        expect((await store.signingKeys.list('')).map(({ id }) => id).sort()).toEqual(['three', 'two'])
      })
    })
  })
})

describe.each(persistentBackEnds)('the store on $name', ({ skip, create }) => {
  it.skipIf(skip)('is opened by several at once, when new and again, and keeps its records', async () => {
    const database = await create()
    const stores = await Promise.all([database.open(), database.open(), database.open()])
    await stores[0]?.accounts.insert(account('acme'))
    expect(await stores[2]?.accounts.find('acme')).toEqual(account('acme'))
    await Promise.all(stores.map(async (store) => await store.close()))
    const again = await database.open()
    expect(await again.accounts.find('acme')).toEqual(account('acme'))
    expect(again.persistent).toBe(true)
    await again.close()
    await database.drop()
  })

  it.skipIf(skip)('says that it was the store where it cannot answer', async () => {
    const database = await create()
    const store = await database.open()
    await store.close()
    await expect(store.accounts.find('acme')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    await database.drop()
  })
})

describe('a Postgres server that ends its connections', () => {
  it.skipIf(postgres.skip)('while they are in use is an outage, and not the end of the process', async () => {
    const database = await postgres.create()
    const store = await database.open()
    let ended = false
    const outcomes = new Set<string>()
    const reader = async (): Promise<void> => {
      while (!ended) {
        const found = store.accounts.find('acme')
        outcomes.add(await found.then(String, ({ code }: { readonly code: string }) => code))
      }
    }
    const readers = Array.from({ length: 8 }, reader)
    for (let times = 0; times < 20; times++) await database.endConnections()
    ended = true
    await Promise.all(readers)
    expect([...outcomes].sort()).toEqual(['ERR_STORE_UNAVAILABLE', 'undefined'])
    await store.close()
    await database.drop()
  })
})

describe('a store that cannot be opened', () => {
  it.each([
    ['a folder that is not there', async () => await openLibsqlStore({ file: '/nowhere/at/all/issuer.db' })],
    ['a file that is no database', async () => await openLibsqlStore({ file: import.meta.filename })],
    [
      'a server that is not there',
      async () => await openPostgresStore({ connectionString: 'postgresql://u@127.0.0.1:1/x' }),
    ],
  ])('says so at once: %s', async (_, open) => {
    await expect(open()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', cause: expect.any(Error) })
  })

  it('leaves a file that is no database as it is', async () => {
    const before = await readFile(import.meta.filename, 'utf8')
    await expect(openLibsqlStore({ file: import.meta.filename })).rejects.toThrow()
    expect(await readFile(import.meta.filename, 'utf8')).toBe(before)
  })
})

describe('the options of a store', () => {
  it.each<[string, unknown, string]>([
    ['no file', {}, 'file'],
    ['a file that is `undefined`, as a variable that is not set', { file: undefined }, 'file'],
    ['a file without a name', { file: '' }, 'file'],
    ['a file that is no path', { file: new URL('file:///tmp/issuer.db') }, 'file'],
    ['a name in the place of options', ':memory:', ''],
    ['nothing at all', undefined, ''],
    ['an option that there is not', { file: ':memory:', url: 'file:issuer.db' }, 'url'],
  ])('for libSQL are refused: %s', async (_, options, key) => {
    await expect(openLibsqlStore(options as never)).rejects.toMatchObject({ code: 'ERR_CONFIGURATION', key })
  })

  it.each<[string, unknown, string]>([
    ['an empty connection string', { connectionString: '' }, 'connectionString'],
    ['no connection at all', { maxConnections: 0 }, 'maxConnections'],
    ['a number of connections as text', { maxConnections: '10' }, 'maxConnections'],
    ['TLS by name', { ssl: 'require' }, 'ssl'],
    ['an option that there is not', { connectionstring: 'postgresql://u@db.example/x' }, 'connectionstring'],
  ])('for Postgres are refused: %s', async (_, options, key) => {
    await expect(openPostgresStore(options as never)).rejects.toMatchObject({
      code: 'ERR_CONFIGURATION',
      key,
    })
  })

  it('for Postgres may hold what `pg` writes to', async () => {
    const ssl = { key: 'a key', rejectUnauthorized: false }
    const opened = openPostgresStore({ connectionString: 'postgresql://u@127.0.0.1:1/x', ssl })
    await expect(opened).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      cause: { code: 'ECONNREFUSED' },
    })
  })
})
