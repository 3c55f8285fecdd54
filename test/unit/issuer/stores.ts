import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryStore, type IssuerStore } from '@scopegate/issuer'
import { openLibsqlStore } from '@scopegate/issuer/libsql'
import { openPostgresStore } from '@scopegate/issuer/postgres'
import { Client } from 'pg'

/** A database of one test, and the way to open it again, as another process would. */
export interface TestDatabase {
  open(): Promise<IssuerStore>
  drop(): Promise<void>
}

/** A back end that the contract is tested on; `skip` says why it cannot be here. */
export interface TestBackEnd {
  readonly name: string
  readonly skip: boolean
  create(): Promise<TestDatabase>
}

const databaseUrl = process.env.DATABASE_URL

export const memory: TestBackEnd = {
  name: 'memory',
  skip: false,
  create: async () => ({ open: async () => createMemoryStore(), drop: async () => undefined }),
}

export const libsqlInMemory: TestBackEnd = {
  name: 'libSQL :memory:',
  skip: false,
  create: async () => ({
    open: async () => await openLibsqlStore({ file: ':memory:' }),
    drop: async () => undefined,
  }),
}

export const libsqlFile: TestBackEnd = {
  name: 'libSQL file',
  skip: false,
  create: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scopegate-issuer-'))
    return {
      open: async () => await openLibsqlStore({ file: join(folder, 'issuer.db') }),
      drop: async () => await rm(folder, { recursive: true }),
    }
  },
}

interface PostgresDatabase extends TestDatabase {
  /** As a restart of the server does, to this database's connections alone. */
  endConnections(): Promise<void>
}

interface PostgresBackEnd extends TestBackEnd {
  create(): Promise<PostgresDatabase>
}

export const postgres: PostgresBackEnd = {
  name: databaseUrl === undefined ? 'Postgres (no DATABASE_URL)' : 'Postgres',
  skip: databaseUrl === undefined,
  create: async () => {
    const schema = `test_${crypto.randomUUID().replaceAll('-', '')}`
    await query(`create schema ${schema}`)
    const url = new URL(databaseUrl ?? '')
    url.searchParams.set('options', `-c search_path=${schema}`)
    url.searchParams.set('application_name', schema)
    const connections = `from pg_stat_activity where application_name = '${schema}'`
    return {
      open: async () => await openPostgresStore({ connectionString: url.href }),
      drop: async () => await query(`drop schema ${schema} cascade`),
      endConnections: async () => await query(`select pg_terminate_backend(pid) ${connections}`),
    }
  },
}

export const backEnds: readonly TestBackEnd[] = [memory, libsqlInMemory, libsqlFile, postgres]
export const persistentBackEnds: readonly TestBackEnd[] = [libsqlFile, postgres]

async function query(sql: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
