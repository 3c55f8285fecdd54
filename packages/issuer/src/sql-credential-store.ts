import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { ACCOUNT_COLUMNS } from './sql-account-store.ts'
import { instant, toAccountState, toCredentialRecord, toCredentialRow } from './sql-rows.ts'
import type { Tables } from './sql-schema.ts'
import type {
  Client,
  CredentialChanges,
  CredentialRecord,
  Instant,
  IssuerStore,
  OwnedPage,
  SecretRecord,
} from './store.ts'

const NEWEST = 0
const PREVIOUS = 1

/** The credentials and the hashes of their secrets in SQL. */
export function sqlCredentialStore(db: Kysely<Tables>): IssuerStore['credentials'] {
  return {
    insert: async (record, secret) =>
      await db.transaction().execute(async (trx) => {
        await trx.insertInto('scopegate_credential').values(toCredentialRow(record)).execute()
        await insertSecret(trx, record.clientId, NEWEST, secret)
      }),
    findClient: async (clientId) => await findClient(db, clientId),
    list: async (page) => await list(db, page),
    update: async (clientId, changes) => await update(db, clientId, changes),
    rotate: async (clientId, secret, previousUntil) =>
      await db.transaction().execute(async (trx) => await rotate(trx, clientId, secret, previousUntil)),
    delete: async (clientId) => await db.transaction().execute(async (trx) => await remove(trx, clientId)),
  }
}

/** One query: what every exchange begins with. */
async function findClient(db: Kysely<Tables>, clientId: string): Promise<Client | undefined> {
  const rows = await db
    .selectFrom('scopegate_credential')
    .innerJoin('scopegate_account', 'scopegate_account.id', 'scopegate_credential.account_id')
    .leftJoin('scopegate_secret', 'scopegate_secret.client_id', 'scopegate_credential.client_id')
    .selectAll('scopegate_credential')
    .select(ACCOUNT_COLUMNS)
    .select(['scopegate_secret.hash as secret_hash', 'scopegate_secret.expires_at as secret_expires_at'])
    .where('scopegate_credential.client_id', '=', clientId)
    .orderBy('scopegate_secret.age')
    .execute()
  const [row] = rows
  if (row === undefined) return undefined
  const secrets = rows.flatMap(({ secret_hash: hash, secret_expires_at }) =>
    hash === null ? [] : [{ hash, expiresAt: instant(secret_expires_at) }],
  )
  return { credential: toCredentialRecord(row), account: toAccountState(row), secrets }
}

async function list(
  db: Kysely<Tables>,
  { account, environment, after, limit }: OwnedPage,
): Promise<readonly CredentialRecord[]> {
  let query = db.selectFrom('scopegate_credential').selectAll().where('status', '<>', 'deleted')
  if (account !== undefined) query = query.where('account_id', '=', account)
  if (environment !== undefined) query = query.where('environment', '=', environment)
  if (after !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, client_id) > (select created_at, client_id from scopegate_credential where client_id = ${after})`,
    )
  }
  const rows = await query.orderBy('created_at').orderBy('client_id').limit(limit).execute()
  return rows.map(toCredentialRecord)
}

async function update(
  db: Kysely<Tables>,
  clientId: string,
  { name, scopes, environment, expiresAt, metadata, status }: CredentialChanges,
): Promise<CredentialRecord | undefined> {
  const row = await db
    .updateTable('scopegate_credential')
    .set({
      client_id: clientId,
      ...(name === undefined ? {} : { name }),
      ...(scopes === undefined ? {} : { scopes: JSON.stringify(scopes) }),
      ...(environment === undefined ? {} : { environment }),
      ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
      ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
      ...(status === undefined ? {} : { status }),
    })
    .where('client_id', '=', clientId)
    .where('status', '<>', 'deleted')
    .returningAll()
    .executeTakeFirst()
  return row && toCredentialRecord(row)
}

async function rotate(
  db: Kysely<Tables>,
  clientId: string,
  secret: SecretRecord,
  previousUntil: Instant,
): Promise<{ readonly previousExpiresAt: Instant | null } | undefined> {
  if (!(await lockCredential(db, clientId))) return undefined
  await db
    .deleteFrom('scopegate_secret')
    .where('client_id', '=', clientId)
    .where('age', '=', PREVIOUS)
    .execute()
  const previous = await db
    .updateTable('scopegate_secret')
    .set(({ eb, ref }) => ({
      age: PREVIOUS,
      expires_at: eb
        .case()
        .when('expires_at', '<', previousUntil)
        .then(ref('expires_at'))
        .else(previousUntil)
        .end(),
    }))
    .where('client_id', '=', clientId)
    .returning('expires_at')
    .executeTakeFirst()
  await insertSecret(db, clientId, NEWEST, secret)
  return { previousExpiresAt: instant(previous?.expires_at ?? null) }
}

async function remove(db: Kysely<Tables>, clientId: string): Promise<boolean> {
  if (!(await lockCredential(db, clientId))) return false
  await db
    .updateTable('scopegate_credential')
    .set({ status: 'deleted' })
    .where('client_id', '=', clientId)
    .execute()
  await db.deleteFrom('scopegate_secret').where('client_id', '=', clientId).execute()
  await db.deleteFrom('scopegate_refresh_family').where('client_id', '=', clientId).execute()
  return true
}

/**
 * Makes other transactions on this credential wait, in every dialect: an update that changes nothing locks the row.
 * `false` where there is none or it is deleted.
 */
export async function lockCredential(db: Kysely<Tables>, clientId: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('scopegate_credential')
    .set({ client_id: clientId })
    .where('client_id', '=', clientId)
    .where('status', '<>', 'deleted')
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

async function insertSecret(
  db: Kysely<Tables>,
  clientId: string,
  age: number,
  { hash, expiresAt }: SecretRecord,
): Promise<void> {
  await db
    .insertInto('scopegate_secret')
    .values({ client_id: clientId, age, hash, expires_at: expiresAt })
    .execute()
}
