import { createResourceServer, type TokenProfileOptions } from '@scopegate/core'
import { protect } from '@scopegate/hono'
import { Hono } from 'hono'
import type { Kysely } from 'kysely'
import { type Database, readOrigins } from './origin-store.ts'

/** Each account has an allowlist of its own: a token that one account was given is of no use to pages of another. */
export function createApp(tokens: TokenProfileOptions, database: Kysely<Database>): Hono {
  const server = createResourceServer({
    tokens: [tokens],
    routes: [{ method: 'GET', path: '/maps', scopes: 'query' }],
    origins: readOrigins(database),
  })
  return new Hono().use(protect(server)).get('/maps', (c) => c.json({ maps: [] }))
}
