import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { StoreUnavailableError } from './errors.ts'
import { withinTime } from './within-time.ts'

type Connection = Pick<PoolClient, 'query' | 'release'>

/** The part of a pool of `pg` that is used. */
export interface PgPool extends Pick<Pool, 'end'> {
  connect(): Promise<Connection>
}

/**
 * The same pool, in which no query lasts for ever: where packets are lost, nobody hears of the limit that the server keeps.
 * A connection that still owes an answer is ended, as the next query would wait behind it.
 */
export function patientPool(pool: PgPool, longestQuery: number): PostgresPool {
  return {
    connect: async () => patientConnection(await pool.connect(), longestQuery),
    end: async () => await pool.end(),
  }
}

function patientConnection(connection: Connection, longestQuery: number): PostgresPoolClient {
  let late: StoreUnavailableError | undefined
  const query = async (text: string, values: unknown[]): Promise<unknown> => {
    // The rollback, for one.
    if (late) throw late
    try {
      return await withinTime(async () => await connection.query(text, values), longestQuery)
    } catch (error) {
      if (error instanceof StoreUnavailableError) late = error
      throw error
    }
  }
  return {
    query: query as PostgresPoolClient['query'],
    release: () => connection.release(late),
  }
}
