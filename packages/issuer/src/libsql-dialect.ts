import type { Client, InValue, Transaction } from '@libsql/client'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { retryWhileBusy } from './retry-while-busy.ts'

interface LibsqlConnection extends DatabaseConnection {
  transaction: Transaction | undefined
}

/** Kysely over a libSQL client. One statement or transaction runs at a time: an in-memory database has one connection. */
export function libsqlDialect(client: Client): Dialect {
  return {
    createAdapter: (): DialectAdapter => new SqliteAdapter(),
    createDriver: (): Driver => createDriver(client),
    createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db),
    createQueryCompiler: (): QueryCompiler => new SqliteQueryCompiler(),
  }
}

function createDriver(client: Client): Driver {
  const acquire = createMutex()
  const releases = new WeakMap<DatabaseConnection, () => void>()
  const end = async (connection: DatabaseConnection, how: 'commit' | 'rollback'): Promise<void> => {
    const { transaction } = connection as LibsqlConnection
    ;(connection as LibsqlConnection).transaction = undefined
    await transaction?.[how]()
  }
  return {
    init: async () => undefined,
    acquireConnection: async () => {
      const release = await acquire()
      const connection = createConnection(client)
      releases.set(connection, release)
      return connection
    },
    beginTransaction: async (connection) => {
      // `write` is BEGIN IMMEDIATE: two processes never read the same state and then both write.
      ;(connection as LibsqlConnection).transaction = await retryWhileBusy(
        client,
        async () => await client.transaction('write'),
      )
    },
    commitTransaction: async (connection) => await end(connection, 'commit'),
    rollbackTransaction: async (connection) => await end(connection, 'rollback'),
    releaseConnection: async (connection) => releases.get(connection)?.(),
    destroy: async () => client.close(),
  }
}

function createConnection(client: Client): LibsqlConnection {
  const connection: LibsqlConnection = {
    transaction: undefined,
    executeQuery: async <Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> => {
      const args = parameters as InValue[]
      const { transaction } = connection
      // Inside a transaction the lock is ours already.
      const result = await (transaction?.execute({ sql, args }) ??
        retryWhileBusy(client, async () => await client.execute({ sql, args })))
      const rows: readonly unknown[] = result.rows
      return { rows: rows as Row[], numAffectedRows: BigInt(result.rowsAffected) }
    },
    streamQuery: () => {
      throw new Error('streaming is not used')
    },
  }
  return connection
}

/** First come, first served. */
function createMutex(): () => Promise<() => void> {
  let last: Promise<void> = Promise.resolve()
  return async () => {
    const before = last
    let release: () => void = () => undefined
    last = new Promise((resolve) => {
      release = resolve
    })
    await before
    return release
  }
}
