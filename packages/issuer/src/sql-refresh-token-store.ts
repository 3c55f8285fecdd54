import type { Kysely } from 'kysely'
import { lockCredential } from './sql-credential-store.ts'
import { toRefreshFamilyRecord, toRefreshFamilyRow } from './sql-rows.ts'
import type { Tables } from './sql-schema.ts'
import type { Instant, IssuerStore, RefreshFamilyRecord } from './store.ts'

/** The families of refresh tokens in SQL. */
export function sqlRefreshTokenStore(db: Kysely<Tables>): IssuerStore['refreshTokens'] {
  return {
    insert: async (record, maxLive) =>
      await db.transaction().execute(async (trx) => await insert(trx, record, maxLive)),
    find: async (id) => await find(db, id),
    rotate: async (id, hash, next, expiresAt) => await rotate(db, id, hash, next, expiresAt),
    delete: async (id) =>
      void (await db.deleteFrom('scopegate_refresh_family').where('id', '=', id).execute()),
  }
}

async function insert(db: Kysely<Tables>, record: RefreshFamilyRecord, maxLive: number): Promise<void> {
  const { clientId, createdAt } = record
  if (!(await lockCredential(db, clientId))) return
  await db
    .deleteFrom('scopegate_refresh_family')
    .where('client_id', '=', clientId)
    .where('expires_at', '<=', createdAt)
    .execute()
  const newest = await db
    .selectFrom('scopegate_refresh_family')
    .select(({ fn }) => fn.max('sequence').as('sequence'))
    .where('client_id', '=', clientId)
    .executeTakeFirst()
  const row = toRefreshFamilyRow(record, Number(newest?.sequence ?? 0) + 1)
  await db.insertInto('scopegate_refresh_family').values(row).execute()
  await db
    .deleteFrom('scopegate_refresh_family')
    .where('client_id', '=', clientId)
    .where('id', 'not in', (from) =>
      from
        .selectFrom('scopegate_refresh_family')
        .select('id')
        .where('client_id', '=', clientId)
        .orderBy('sequence', 'desc')
        .limit(maxLive),
    )
    .execute()
}

async function find(db: Kysely<Tables>, id: string): Promise<RefreshFamilyRecord | undefined> {
  const row = await db
    .selectFrom('scopegate_refresh_family')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toRefreshFamilyRecord(row)
}

async function rotate(
  db: Kysely<Tables>,
  id: string,
  hash: string,
  next: string,
  expiresAt: Instant,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('scopegate_refresh_family')
    .set({ hash: next, expires_at: expiresAt })
    .where('id', '=', id)
    .where('hash', '=', hash)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
