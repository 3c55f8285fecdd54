import type {
  AccessTokenRecord,
  AccountRecord,
  CredentialRecord,
  IssuerStore,
  OwnedPage,
  Page,
  RefreshFamilyRecord,
  SecretRecord,
  SigningKeyRecord,
} from './store.ts'

interface Tables {
  readonly accounts: Map<string, AccountRecord>
  readonly credentials: Map<string, CredentialRecord>
  /** The newest first. */
  readonly secrets: Map<string, readonly SecretRecord[]>
  readonly accessTokens: Map<string, AccessTokenRecord>
  readonly refreshTokens: Map<string, RefreshFamilyRecord>
  readonly signingKeys: Map<string, SigningKeyRecord>
}

/** Creates a store that forgets everything, signing keys too, when the process ends: for tests and for trying things out. */
export function createMemoryStore(): IssuerStore {
  const tables: Tables = {
    accounts: new Map(),
    credentials: new Map(),
    secrets: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    signingKeys: new Map(),
  }
  return Object.freeze({
    persistent: false,
    accounts: accountStore(tables),
    credentials: credentialStore(tables),
    accessTokens: accessTokenStore(tables),
    refreshTokens: refreshTokenStore(tables),
    signingKeys: signingKeyStore(tables),
    close: async () => undefined,
  })
}

function accountStore({ accounts }: Tables): IssuerStore['accounts'] {
  return Object.freeze<IssuerStore['accounts']>({
    insert: async (record) => {
      if (accounts.has(record.id)) return false
      accounts.set(record.id, record)
      return true
    },
    find: async (id) => accounts.get(id),
    list: async (page) => slice(accounts, page, () => true),
    update: async (id, changes) => replace(accounts, id, changes),
    listOrigin: async (origin) =>
      [...accounts.values()].some(
        ({ verified, active, origins }) => verified && active && origins.includes(origin),
      ),
  })
}

function credentialStore(tables: Tables): IssuerStore['credentials'] {
  const { accounts, credentials, secrets, refreshTokens } = tables
  const living = (clientId: string): boolean => (credentials.get(clientId)?.status ?? 'deleted') !== 'deleted'
  return Object.freeze<IssuerStore['credentials']>({
    insert: async (record, secret) => {
      credentials.set(record.clientId, record)
      secrets.set(record.clientId, [secret])
    },
    findClient: async (clientId) => {
      const credential = credentials.get(clientId)
      const account = accounts.get(credential?.account ?? '')
      return credential && account && { credential, account, secrets: secrets.get(clientId) ?? [] }
    },
    list: async (page) => slice(credentials, page, isListed(page)),
    update: async (clientId, changes) =>
      living(clientId) ? replace(credentials, clientId, changes) : undefined,
    rotate: async (clientId, secret, previousUntil) => {
      if (!living(clientId)) return undefined
      const before = secrets.get(clientId)?.[0]
      const previous = before && { ...before, expiresAt: earlier(before.expiresAt, previousUntil) }
      secrets.set(clientId, previous ? [secret, previous] : [secret])
      return { previousExpiresAt: previous?.expiresAt ?? null }
    },
    delete: async (clientId) => {
      if (!living(clientId)) return false
      replace(credentials, clientId, { status: 'deleted' })
      secrets.delete(clientId)
      for (const family of refreshTokens.values()) {
        if (family.clientId === clientId) refreshTokens.delete(family.id)
      }
      return true
    },
  })
}

function accessTokenStore({ accessTokens, accounts }: Tables): IssuerStore['accessTokens'] {
  return Object.freeze<IssuerStore['accessTokens']>({
    insert: async (record) => void accessTokens.set(record.id, record),
    find: async (id) => {
      const token = accessTokens.get(id)
      const account = accounts.get(token?.account ?? '')
      return token && account && { token, account }
    },
    list: async (page) => slice(accessTokens, page, isListed(page)),
    delete: async (id) => {
      if ((accessTokens.get(id)?.status ?? 'deleted') === 'deleted') return false
      replace(accessTokens, id, { status: 'deleted' })
      return true
    },
  })
}

function refreshTokenStore({ refreshTokens, credentials }: Tables): IssuerStore['refreshTokens'] {
  return Object.freeze<IssuerStore['refreshTokens']>({
    insert: async (record, maxLive) => {
      if ((credentials.get(record.clientId)?.status ?? 'deleted') === 'deleted') return
      refreshTokens.set(record.id, record)
      const live = [...refreshTokens.values()].filter(({ clientId }) => clientId === record.clientId)
      const expired = live.filter(({ expiresAt }) => expiresAt <= record.createdAt)
      const beyond = live.filter((family) => !expired.includes(family)).slice(0, -maxLive)
      for (const { id } of [...expired, ...beyond]) refreshTokens.delete(id)
    },
    find: async (id) => refreshTokens.get(id),
    rotate: async (id, hash, next, expiresAt) => {
      if (refreshTokens.get(id)?.hash !== hash) return false
      replace(refreshTokens, id, { hash: next, expiresAt })
      return true
    },
    delete: async (id) => void refreshTokens.delete(id),
  })
}

function signingKeyStore({ signingKeys, accessTokens }: Tables): IssuerStore['signingKeys'] {
  const list = (owner: string): SigningKeyRecord[] =>
    [...signingKeys.values()].filter((key) => key.owner === owner)
  const isNeeded = (id: string, now: number): boolean =>
    [...accessTokens.values()].some(
      ({ keyId, status, expiresAt }) => keyId === id && status === 'active' && (expiresAt ?? Infinity) > now,
    )
  return Object.freeze<IssuerStore['signingKeys']>({
    list: async (owner) => list(owner),
    insert: async (records) => {
      for (const record of records) {
        if (!list(record.owner).some(({ state }) => state === record.state))
          signingKeys.set(record.id, record)
      }
    },
    rotate: async (owner, currentId, next, now, keepUntil) => {
      if (signingKeys.get(currentId)?.state !== 'current') return false
      for (const { id, state } of list(owner)) {
        if (state === 'current') replace(signingKeys, id, { state: 'previous', keepUntil })
        if (state === 'next') replace(signingKeys, id, { state: 'current', activatedAt: now })
      }
      signingKeys.set(next.id, next)
      return true
    },
    prune: async (owner, now) => {
      for (const { id, keepUntil } of list(owner)) {
        if (keepUntil !== null && keepUntil <= now && !isNeeded(id, now)) signingKeys.delete(id)
      }
    },
    remove: async (owner, id) => {
      const key = signingKeys.get(id)
      return key?.owner === owner && key.state === 'previous' && signingKeys.delete(id)
    },
  })
}

function replace<T extends object>(
  table: Map<string, T>,
  id: string,
  changes: Partial<NoInfer<T>>,
): T | undefined {
  const record = table.get(id)
  if (record === undefined) return undefined
  const changed = Object.freeze({ ...record, ...changes })
  table.set(id, changed)
  return changed
}

function isListed({
  account,
  environment,
}: OwnedPage): (record: CredentialRecord | AccessTokenRecord) => boolean {
  return (record) =>
    record.status !== 'deleted' &&
    (account === undefined || record.account === account) &&
    (environment === undefined || record.environment === environment)
}

/** Maps keep the order of insertion, which is the order of creation. */
function slice<T>(
  table: ReadonlyMap<string, T>,
  { after, limit }: Page,
  isListed: (record: T) => boolean,
): readonly T[] {
  const ids = [...table.keys()]
  const start = after === undefined ? 0 : ids.indexOf(after) + 1
  if (after !== undefined && start === 0) return []
  return [...table.values()].slice(start).filter(isListed).slice(0, limit)
}

function earlier(a: number | null, b: number): number {
  return a === null ? b : Math.min(a, b)
}
