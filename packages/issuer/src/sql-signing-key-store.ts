import type { Kysely } from 'kysely'
import { toSigningKeyRecord, toSigningKeyRow } from './sql-rows.ts'
import type { Tables } from './sql-schema.ts'
import type { Instant, IssuerStore, SigningKeyRecord } from './store.ts'

/** The signing keys in SQL. */
export function sqlSigningKeyStore(db: Kysely<Tables>): IssuerStore['signingKeys'] {
  return {
    list: async (owner) => await list(db, owner),
    insert: async (records) =>
      await db.transaction().execute(async (trx) => {
        for (const record of records) await insert(trx, record)
      }),
    rotate: async (owner, currentId, next, now, keepUntil) =>
      await db
        .transaction()
        .execute(async (trx) => await rotate(trx, owner, currentId, next, now, keepUntil)),
    prune: async (owner, now) => await prune(db, owner, now),
    remove: async (owner, id) => await remove(db, owner, id),
  }
}

async function list(db: Kysely<Tables>, owner: string): Promise<readonly SigningKeyRecord[]> {
  const rows = await db
    .selectFrom('scopegate_signing_key')
    .selectAll()
    .where('owner', '=', owner)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(toSigningKeyRecord)
}

async function insert(db: Kysely<Tables>, record: SigningKeyRecord): Promise<void> {
  await db
    .insertInto('scopegate_signing_key')
    .values(toSigningKeyRow(record))
    .onConflict((conflict) => conflict.columns(['owner', 'slot']).doNothing())
    .execute()
}

async function rotate(
  db: Kysely<Tables>,
  owner: string,
  currentId: string,
  next: SigningKeyRecord,
  now: Instant,
  keepUntil: Instant,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('scopegate_signing_key')
    .set({ slot: currentId, keep_until: keepUntil })
    .where('owner', '=', owner)
    .where('id', '=', currentId)
    .where('slot', '=', 'current')
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) return false
  await db
    .updateTable('scopegate_signing_key')
    .set({ slot: 'current', activated_at: now })
    .where('owner', '=', owner)
    .where('slot', '=', 'next')
    .execute()
  await db.insertInto('scopegate_signing_key').values(toSigningKeyRow(next)).execute()
  return true
}

async function remove(db: Kysely<Tables>, owner: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('scopegate_signing_key')
    .where('owner', '=', owner)
    .where('id', '=', id)
    .where('slot', 'not in', ['current', 'next'])
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

async function prune(db: Kysely<Tables>, owner: string, now: Instant): Promise<void> {
  await db
    .deleteFrom('scopegate_signing_key')
    .where('owner', '=', owner)
    .where('keep_until', '<=', now)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('scopegate_access_token')
            .select('id')
            .whereRef('key_id', '=', 'scopegate_signing_key.id')
            .where('status', '=', 'active')
            .where(({ or, eb }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)])),
        ),
      ),
    )
    .execute()
}
