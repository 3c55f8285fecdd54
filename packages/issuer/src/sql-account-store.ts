import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { type AccountColumns, toAccountState } from './sql-rows.ts'
import type { AccountTable, Tables } from './sql-schema.ts'
import type { AccountChanges, AccountRecord, IssuerStore, Page } from './store.ts'

/** The account's columns as joins select them, too. */
export const ACCOUNT_COLUMNS = [
  'scopegate_account.id as account_id',
  'scopegate_account.verified as account_verified',
  'scopegate_account.active as account_active',
  'scopegate_account.token_signing as account_token_signing',
  'scopegate_account.created_at as account_created_at',
] as const

/** The accounts and their origins in SQL. */
export function sqlAccountStore(db: Kysely<Tables>): IssuerStore['accounts'] {
  return {
    insert: async (record) => await db.transaction().execute(async (trx) => await insert(trx, record)),
    find: async (id) => await find(db, id),
    list: async (page) => await list(db, page),
    update: async (id, changes) =>
      await db.transaction().execute(async (trx) => await update(trx, id, changes)),
    listOrigin: async (origin) => await listOrigin(db, origin),
  }
}

async function insert(db: Kysely<Tables>, record: AccountRecord): Promise<boolean> {
  const row: AccountTable = {
    id: record.id,
    verified: record.verified ? 1 : 0,
    active: record.active ? 1 : 0,
    token_signing: record.tokenSigning,
    created_at: record.createdAt,
  }
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('scopegate_account')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows !== 1n) return false
  await insertOrigins(db, record.id, record.origins)
  return true
}

async function find(db: Kysely<Tables>, id: string): Promise<AccountRecord | undefined> {
  const row = await db
    .selectFrom('scopegate_account')
    .select(ACCOUNT_COLUMNS)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && (await withOrigins(db, [row]))[0]
}

async function list(db: Kysely<Tables>, { after, limit }: Page): Promise<readonly AccountRecord[]> {
  let query = db.selectFrom('scopegate_account').select(ACCOUNT_COLUMNS)
  if (after !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, id) > (select created_at, id from scopegate_account where id = ${after})`,
    )
  }
  return await withOrigins(db, await query.orderBy('created_at').orderBy('id').limit(limit).execute())
}

async function update(
  db: Kysely<Tables>,
  id: string,
  changes: AccountChanges,
): Promise<AccountRecord | undefined> {
  const { numUpdatedRows } = await db
    .updateTable('scopegate_account')
    .set({
      id,
      ...(changes.verified === undefined ? {} : { verified: changes.verified ? 1 : 0 }),
      ...(changes.active === undefined ? {} : { active: changes.active ? 1 : 0 }),
      ...(changes.tokenSigning === undefined ? {} : { token_signing: changes.tokenSigning }),
    })
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return undefined
  if (changes.origins !== undefined) {
    await db.deleteFrom('scopegate_origin').where('account_id', '=', id).execute()
    await insertOrigins(db, id, changes.origins)
  }
  return await find(db, id)
}

async function insertOrigins(
  db: Kysely<Tables>,
  accountId: string,
  origins: readonly string[],
): Promise<void> {
  if (origins.length === 0) return
  const rows = origins.map((origin) => ({ account_id: accountId, origin }))
  await db.insertInto('scopegate_origin').values(rows).execute()
}

async function withOrigins(
  db: Kysely<Tables>,
  rows: readonly AccountColumns[],
): Promise<readonly AccountRecord[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.account_id)
  const origins = await db
    .selectFrom('scopegate_origin')
    .selectAll()
    .where('account_id', 'in', ids)
    .orderBy('origin')
    .execute()
  return rows.map((row) => {
    const own = origins.filter(({ account_id }) => account_id === row.account_id)
    return Object.freeze({
      ...toAccountState(row),
      origins: Object.freeze(own.map(({ origin }) => origin)),
    })
  })
}

async function listOrigin(db: Kysely<Tables>, origin: string): Promise<boolean> {
  const row = await db
    .selectFrom('scopegate_origin')
    .innerJoin('scopegate_account', 'scopegate_account.id', 'scopegate_origin.account_id')
    .select('origin')
    .where('origin', '=', origin)
    .where('verified', '=', 1)
    .where('active', '=', 1)
    .executeTakeFirst()
  return row !== undefined
}
