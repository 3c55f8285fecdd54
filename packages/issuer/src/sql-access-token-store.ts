import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { ACCOUNT_COLUMNS } from './sql-account-store.ts'
import { toAccessTokenRecord, toAccessTokenRow, toAccountState } from './sql-rows.ts'
import type { Tables } from './sql-schema.ts'
import type { AccessTokenRecord, AccountState, IssuerStore, OwnedPage } from './store.ts'

/** The records of directly minted access tokens in SQL. */
export function sqlAccessTokenStore(db: Kysely<Tables>): IssuerStore['accessTokens'] {
  return {
    insert: async (record) =>
      void (await db.insertInto('scopegate_access_token').values(toAccessTokenRow(record)).execute()),
    find: async (id) => await find(db, id),
    list: async (page) => await list(db, page),
    delete: async (id) => await remove(db, id),
  }
}

async function find(
  db: Kysely<Tables>,
  id: string,
): Promise<{ readonly token: AccessTokenRecord; readonly account: AccountState } | undefined> {
  const row = await db
    .selectFrom('scopegate_access_token')
    .innerJoin('scopegate_account', 'scopegate_account.id', 'scopegate_access_token.account_id')
    .selectAll('scopegate_access_token')
    .select(ACCOUNT_COLUMNS)
    .where('scopegate_access_token.id', '=', id)
    .executeTakeFirst()
  return row && { token: toAccessTokenRecord(row), account: toAccountState(row) }
}

async function list(
  db: Kysely<Tables>,
  { account, environment, after, limit }: OwnedPage,
): Promise<readonly AccessTokenRecord[]> {
  let query = db.selectFrom('scopegate_access_token').selectAll().where('status', '<>', 'deleted')
  if (account !== undefined) query = query.where('account_id', '=', account)
  if (environment !== undefined) query = query.where('environment', '=', environment)
  if (after !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, id) > (select created_at, id from scopegate_access_token where id = ${after})`,
    )
  }
  const rows = await query.orderBy('created_at').orderBy('id').limit(limit).execute()
  return rows.map(toAccessTokenRecord)
}

async function remove(db: Kysely<Tables>, id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('scopegate_access_token')
    .set({ status: 'deleted' })
    .where('id', '=', id)
    .where('status', '<>', 'deleted')
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
