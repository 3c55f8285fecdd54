import { closeSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Client, createClient } from '@libsql/client'
import { StoreUnavailableError } from './errors.ts'
import { libsqlDialect } from './libsql-dialect.ts'
import { parseOptions } from './parse-options.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import { openSqlStore } from './sql-store.ts'
import type { IssuerStore } from './store.ts'
import { libsqlOptionsSchema } from './store-options.ts'

/** Where the embedded database is. */
export interface LibsqlStoreOptions {
  /**
   * The path of the database file, made (readable for its owner alone) where there is none; `:memory:` keeps nothing
   * beyond the process. Several processes of one machine may share a file; for several machines take Postgres.
   */
  readonly file: string
}

const IN_MEMORY = ':memory:'

/**
 * Opens an embedded libSQL database and brings its schema up to date. A change is on disk before its promise resolves.
 *
 * @throws ConfigurationError naming the option that is wrong, missing or unknown
 * @throws StoreUnavailableError where it cannot be opened
 * @example
 * const store = await openLibsqlStore({ file: './issuer.db' })
 */
export async function openLibsqlStore(options: LibsqlStoreOptions): Promise<IssuerStore> {
  const { file } = parseOptions<LibsqlStoreOptions>(libsqlOptionsSchema, options)
  const persistent = file !== IN_MEMORY
  const client = await openClient(persistent ? file : undefined)
  return await openSqlStore({ dialect: libsqlDialect(client), persistent })
}

async function openClient(file: string | undefined): Promise<Client> {
  try {
    if (file === undefined) return createClient({ url: IN_MEMORY })
    const client = createClient({ url: fileUrl(file), concurrency: 1 })
    // The journal mode is a property of the file: readers then never wait for a writer. SQLite's default keeps every commit
    // on disk before it is acknowledged.
    await retryWhileBusy(client, async () => await client.execute('PRAGMA journal_mode = WAL'))
    return client
  } catch (cause) {
    throw new StoreUnavailableError('the store could not be opened', { cause })
  }
}

function fileUrl(file: string): string {
  closeSync(openSync(file, 'a', 0o600))
  return pathToFileURL(resolve(file)).href
}
