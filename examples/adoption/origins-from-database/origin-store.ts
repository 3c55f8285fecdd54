import type { OriginSource } from '@scopegate/core'
import type { Kysely } from 'kysely'

/** One origin that the pages of one account are served from, as browsers send it: `https://app.example`. */
export interface Database {
  readonly allowed_origins: { readonly account: string; readonly origin: string }
}

/**
 * Allowlists in a table. Both questions carry text from whoever sent the request: it is only ever a bound parameter. Answers
 * are remembered for ten seconds, so a change is seen that soon; while the database is down, pages get 503.
 */
export function readOrigins(database: Kysely<Database>): OriginSource {
  const rowsOf = (origin: string) =>
    database.selectFrom('allowed_origins').select('account').where('origin', '=', origin)
  return {
    known: async (origin) => (await rowsOf(origin).executeTakeFirst()) !== undefined,
    allows: async (origin, { account }) => {
      if (account === undefined) return false
      return (await rowsOf(origin).where('account', '=', account).executeTakeFirst()) !== undefined
    },
    maxAge: 10,
  }
}
