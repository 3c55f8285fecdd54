import type { Dialect } from 'kysely'
import { Kysely, sql } from 'kysely'
import { StoreUnavailableError } from './errors.ts'
import { sqlAccessTokenStore } from './sql-access-token-store.ts'
import { sqlAccountStore } from './sql-account-store.ts'
import { sqlCredentialStore } from './sql-credential-store.ts'
import { sqlRefreshTokenStore } from './sql-refresh-token-store.ts'
import { migrate, type Tables } from './sql-schema.ts'
import { sqlSigningKeyStore } from './sql-signing-key-store.ts'
import type { IssuerStore } from './store.ts'

/** What differs between databases beside their driver. */
export interface SqlStoreOptions {
  readonly dialect: Dialect
  readonly persistent: boolean
  /** SQL that makes a second process that migrates wait for the first; a dialect whose transactions do so needs none. */
  readonly migrationLock?: string
}

/** Opens a store over any database that Kysely speaks and brings its schema up to date. */
export async function openSqlStore(options: SqlStoreOptions): Promise<IssuerStore> {
  const db = new Kysely<Tables>({ dialect: options.dialect })
  const lock = async (trx: Kysely<Tables>): Promise<void> => {
    if (options.migrationLock !== undefined) await sql.raw(options.migrationLock).execute(trx)
  }
  try {
    await migrate(db, lock)
  } catch (error) {
    await db.destroy()
    throw new StoreUnavailableError('the store could not be opened', { cause: error })
  }
  return Object.freeze<IssuerStore>({
    persistent: options.persistent,
    accounts: reporting(sqlAccountStore(db)),
    credentials: reporting(sqlCredentialStore(db)),
    accessTokens: reporting(sqlAccessTokenStore(db)),
    refreshTokens: reporting(sqlRefreshTokenStore(db)),
    signingKeys: reporting(sqlSigningKeyStore(db)),
    close: async () => await db.destroy(),
  })
}

type Method = (...args: never[]) => Promise<unknown>

/** The same methods, whose failures say that it was the store. */
function reporting<T extends object>(methods: T): T {
  const wrapped = Object.entries(methods as Record<string, Method>).map(([name, method]) => {
    const call = async (...args: never[]): Promise<unknown> => {
      try {
        return await method(...args)
      } catch (error) {
        throw new StoreUnavailableError('the store did not answer', { cause: error })
      }
    }
    return [name, call]
  })
  return Object.freeze(Object.fromEntries(wrapped)) as T
}
