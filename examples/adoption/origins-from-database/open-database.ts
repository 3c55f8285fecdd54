import { pathToFileURL } from 'node:url'
import { type Client, createClient } from '@libsql/client'
import {
  type DatabaseConnection,
  type Driver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Database } from './origin-store.ts'

/** An embedded libSQL file. For Postgres give Kysely its `PostgresDialect` with a pool of `pg`: the queries stay. */
export async function openDatabase(file: string): Promise<Kysely<Database>> {
  const client = createClient({ url: pathToFileURL(file).href })
  await client.execute(
    'CREATE TABLE IF NOT EXISTS allowed_origins (account TEXT, origin TEXT, PRIMARY KEY (origin, account))',
  )
  return new Kysely<Database>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driverOf(client),
      createIntrospector: (database) => new SqliteIntrospector(database),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/** One statement at a time, no transactions: all that an allowlist needs. */
function driverOf(client: Client): Driver {
  const connection: DatabaseConnection = {
    executeQuery: async ({ sql, parameters }) => {
      const { rows } = await client.execute({ sql, args: parameters as string[] })
      return { rows: rows as never[] }
    },
    streamQuery: () => {
      throw new Error('not needed here')
    },
  }
  const nothing = async (): Promise<void> => undefined
  return {
    init: nothing,
    acquireConnection: async () => connection,
    releaseConnection: nothing,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    destroy: async () => client.close(),
  }
}
