import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createTokenIssuer, type IssuerStore } from '@scopegate/issuer'
import { openLibsqlStore } from '@scopegate/issuer/libsql'
import { openPostgresStore } from '@scopegate/issuer/postgres'
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'

const writer = fileURLToPath(new URL('issuer-writer.ts', import.meta.url))
const databaseUrl = process.env.DATABASE_URL

/** What was acknowledged of one credential: the secrets that must work. */
interface Acknowledged {
  readonly clientId: string
  readonly works: readonly string[]
}

/** Runs the writer and kills it in the middle of its writes, after so many acknowledgements. */
async function writeUntilKilled(
  backEnd: string,
  where: string,
  lines: number,
): Promise<Map<string, Acknowledged>> {
  const args = ['--import', 'tsx', '-C', '@scopegate/source', writer, backEnd, where]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const acknowledged = new Map<string, Acknowledged>()
  let seen = 0
  for await (const line of createInterface(child.stdout)) {
    const entry = JSON.parse(line) as Acknowledged
    acknowledged.set(entry.clientId, entry)
    if (++seen === lines) child.kill('SIGKILL')
  }
  expect((await exited)[1]).toBe('SIGKILL')
  return acknowledged
}

async function expectIntact(store: IssuerStore, acknowledged: Map<string, Acknowledged>): Promise<void> {
  const issuer = createTokenIssuer({
    issuer: 'https://issuer.example',
    audience: 'https://api.example',
    store,
    signing: { encryptionKey: new Uint8Array(32) },
  })
  for (const { clientId, works } of acknowledged.values()) {
    for (const secret of works) expect(await exchange(issuer, clientId, secret)).toBe(200)
  }
  const listed = await store.credentials.list({ limit: 100_000 })
  expect(listed.length).toBeGreaterThanOrEqual(acknowledged.size)
  for (const { clientId } of listed) {
    const { secrets = [] } = (await store.credentials.findClient(clientId)) ?? {}
    expect(secrets.length === 1 || secrets.length === 2).toBe(true)
    expect(secrets[0]?.expiresAt).toBeNull()
  }
}

async function exchange(
  { handle }: ReturnType<typeof createTokenIssuer>,
  id: string,
  secret: string,
): Promise<number> {
  const response = await handle(
    new Request('https://issuer.example/oauth/token', {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    }),
  )
  return response.status
}

describe('kill -9 in the middle of writes', () => {
  it('loses nothing that was acknowledged and leaves no half-made credential in a libSQL file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scopegate-crash-'))
    const file = join(folder, 'issuer.db')
    for (const lines of [1, 60]) {
      const acknowledged = await writeUntilKilled('libsql', file, lines)
      const store = await openLibsqlStore({ file })
      await expectIntact(store, acknowledged)
      await store.close()
    }
    await rm(folder, { recursive: true })
  }, 60_000)

  it.skipIf(databaseUrl === undefined)(
    'nor in Postgres',
    async () => {
      const schema = `crash_${crypto.randomUUID().replaceAll('-', '')}`
      const admin = new Client({ connectionString: databaseUrl })
      await admin.connect()
      await admin.query(`create schema ${schema}`)
      const url = new URL(databaseUrl ?? '')
      url.searchParams.set('options', `-c search_path=${schema}`)
      for (const lines of [1, 60]) {
        const acknowledged = await writeUntilKilled('postgres', url.href, lines)
        const store = await openPostgresStore({ connectionString: url.href })
        await expectIntact(store, acknowledged)
        await store.close()
      }
      await admin.query(`drop schema ${schema} cascade`)
      await admin.end()
    },
    60_000,
  )
})
