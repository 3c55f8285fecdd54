import { type Kysely, sql } from 'kysely'

/** The tables, in the types that both back ends give back but for numbers, which Postgres gives as text. */
export interface Tables {
  readonly scopegate_schema: { readonly version: number }
  readonly scopegate_account: AccountTable
  readonly scopegate_origin: OriginTable
  readonly scopegate_credential: CredentialTable
  readonly scopegate_secret: SecretTable
  readonly scopegate_access_token: AccessTokenTable
  readonly scopegate_refresh_family: RefreshFamilyTable
  readonly scopegate_signing_key: SigningKeyTable
}

export interface AccountTable {
  readonly id: string
  readonly verified: number
  readonly active: number
  readonly token_signing: string
  readonly created_at: number
}

interface OriginTable {
  readonly account_id: string
  readonly origin: string
}

export interface CredentialTable {
  readonly client_id: string
  readonly account_id: string
  readonly name: string
  readonly scopes: string
  readonly user_id: string | null
  readonly environment: string
  readonly status: string
  readonly expires_at: number | null
  readonly metadata: string
  readonly created_at: number
}

interface SecretTable {
  readonly client_id: string
  /** 0 is the newest, 1 the one before. */
  readonly age: number
  readonly hash: string
  readonly expires_at: number | null
}

export interface AccessTokenTable {
  readonly id: string
  readonly account_id: string
  readonly name: string
  readonly scopes: string
  readonly user_id: string | null
  readonly environment: string
  readonly status: string
  readonly expires_at: number | null
  readonly metadata: string
  readonly key_id: string
  readonly created_at: number
}

export interface RefreshFamilyTable {
  readonly id: string
  /** Counts the families of one client: of two that began in the same millisecond, one is older. */
  readonly sequence: number
  readonly client_id: string
  readonly hash: string
  readonly scopes: string | null
  readonly audience: string
  readonly expires_at: number
  readonly created_at: number
}

export interface SigningKeyTable {
  readonly id: string
  readonly owner: string
  /** `current`, `next`, or the id of a previous key: an owner has one of each. */
  readonly slot: string
  readonly algorithm: string
  readonly public_key: string
  readonly private_key: string
  readonly created_at: number
  readonly activated_at: number | null
  readonly keep_until: number | null
}

/** One step of the schema. Steps are only ever added: what has run somewhere is never changed. */
type Migration = (db: Kysely<Tables>) => Promise<void>

const MIGRATIONS: readonly Migration[] = [createTables]

/**
 * Brings the schema up to date, in one transaction: killed half-way, it has not begun. `lock` keeps other processes that
 * start at the same time waiting.
 */
export async function migrate(
  db: Kysely<Tables>,
  lock: (db: Kysely<Tables>) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lock(trx)
    await trx.schema
      .createTable('scopegate_schema')
      .ifNotExists()
      .addColumn('version', 'integer', (column) => column.primaryKey())
      .execute()
    const done = await trx
      .selectFrom('scopegate_schema')
      .select(({ fn }) => fn.max('version').as('version'))
      .executeTakeFirst()
    for (let version = Number(done?.version ?? 0) + 1; version <= MIGRATIONS.length; version++) {
      await MIGRATIONS[version - 1]?.(trx)
      await trx.insertInto('scopegate_schema').values({ version }).execute()
    }
  })
}

async function createTables(db: Kysely<Tables>): Promise<void> {
  await createAccountTables(db)
  await createCredentialTables(db)
  await createAccessTokenTable(db)
  await createRefreshFamilyTable(db)
  await createSigningKeyTable(db)
}

async function createAccountTables(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('scopegate_account')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('verified', 'integer', (column) => column.notNull())
    .addColumn('active', 'integer', (column) => column.notNull())
    .addColumn('token_signing', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('scopegate_origin')
    .addColumn('account_id', 'text', (column) => column.notNull().references('scopegate_account.id'))
    .addColumn('origin', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('scopegate_origin_key', ['origin', 'account_id'])
    .execute()
}

async function createCredentialTables(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('scopegate_credential')
    .addColumn('client_id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) => column.notNull().references('scopegate_account.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'scopegate_credential', ['account_id', 'created_at', 'client_id'])
  await db.schema
    .createTable('scopegate_secret')
    .addColumn('client_id', 'text', (column) => column.notNull().references('scopegate_credential.client_id'))
    .addColumn('age', 'integer', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addPrimaryKeyConstraint('scopegate_secret_key', ['client_id', 'age'])
    .execute()
}

async function createAccessTokenTable(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('scopegate_access_token')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) => column.notNull().references('scopegate_account.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('environment', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('metadata', 'text', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'scopegate_access_token', ['account_id', 'created_at', 'id'])
}

async function createRefreshFamilyTable(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('scopegate_refresh_family')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('client_id', 'text', (column) => column.notNull().references('scopegate_credential.client_id'))
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text')
    .addColumn('audience', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'scopegate_refresh_family', ['client_id', 'sequence'])
}

async function createSigningKeyTable(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('scopegate_signing_key')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('slot', 'text', (column) => column.notNull())
    .addColumn('algorithm', 'text', (column) => column.notNull())
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('private_key', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('activated_at', 'bigint')
    .addColumn('keep_until', 'bigint')
    .addUniqueConstraint('scopegate_signing_key_slot', ['owner', 'slot'])
    .execute()
}

async function index(db: Kysely<Tables>, table: keyof Tables, columns: readonly string[]): Promise<void> {
  await sql`create index ${sql.ref(`${table}_order`)} on ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})`.execute(
    db,
  )
}
