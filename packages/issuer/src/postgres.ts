import { PostgresDialect } from 'kysely'
import { Pool, type PoolConfig } from 'pg'
import { parseOptions } from './parse-options.ts'
import { patientPool } from './patient-pool.ts'
import { openSqlStore } from './sql-store.ts'
import type { IssuerStore } from './store.ts'
import { postgresOptionsSchema } from './store-options.ts'

/** How to reach the Postgres server. */
export interface PostgresStoreOptions {
  /** `postgresql://user:password@host:5432/database`, and what else `pg` takes. Default: the `PG*` variables of `pg`. */
  readonly connectionString?: string
  /** Connections held at most, per process. Default 10. */
  readonly maxConnections?: number
  /** TLS options of `pg`. Default: as the connection string says. */
  readonly ssl?: PoolConfig['ssl']
}

const CONNECTION_TIMEOUT_MS = 5000
const STATEMENT_TIMEOUT_MS = 10_000
/** After the server's own limit, which costs no connection. */
const QUERY_TIMEOUT_MS = 12_000
/** Any number that no other program takes a lock on. */
const MIGRATION_LOCK = 'select pg_advisory_xact_lock(7283710928)'

/**
 * Connects to a Postgres server and brings its schema up to date; processes that start together take turns.
 *
 * @throws ConfigurationError naming the option that is wrong or unknown
 * @throws StoreUnavailableError where it cannot be reached
 * @example
 * const store = await openPostgresStore({ connectionString: 'postgresql://issuer@db.example/issuer' })
 */
export async function openPostgresStore(options: PostgresStoreOptions = {}): Promise<IssuerStore> {
  const { connectionString, maxConnections } = parseOptions<PostgresStoreOptions>(
    postgresOptionsSchema,
    options,
  )
  const pool = new Pool({
    connectionString,
    max: maxConnections ?? 10,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // Not the copy, which is frozen: pg hides the private key in it.
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
  })
  // A connection that the server ends is replaced, whether it is in use or not; without listeners it would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', (connection) => void connection.on('error', () => undefined))
  return await openSqlStore({
    dialect: new PostgresDialect({ pool: patientPool(pool, QUERY_TIMEOUT_MS) }),
    persistent: true,
    migrationLock: MIGRATION_LOCK,
  })
}
