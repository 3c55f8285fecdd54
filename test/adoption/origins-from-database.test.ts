import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../../examples/adoption/origins-from-database/app.ts'
import { openDatabase } from '../../examples/adoption/origins-from-database/open-database.ts'
import { createScene, preflight, type Scene } from './scene.ts'

let scene: Scene
let folder: string
let database: Awaited<ReturnType<typeof openDatabase>>

beforeAll(async () => {
  scene = await createScene()
  folder = await mkdtemp(join(tmpdir(), 'scopegate-origins-'))
  database = await openDatabase(join(folder, 'origins.db'))
  await database
    .insertInto('allowed_origins')
    .values([
      { account: 'maps', origin: 'https://maps.example' },
      { account: 'news', origin: 'https://news.example' },
    ])
    .execute()
})
afterAll(async () => {
  await database.destroy()
  await rm(folder, { recursive: true })
})

const request = async (origin: string, account?: string): Promise<Response> => {
  const headers = { origin, ...(await scene.bearer('query', { claims: { account } })) }
  return await createApp(scene.tokens, database).request('http://api.example/maps', {
    headers: { ...headers, host: 'api.example' },
  })
}

it('lets the pages of an account use its tokens, and no others', async () => {
  expect((await request('https://maps.example', 'maps')).status).toBe(200)
  expect((await request('https://news.example', 'maps')).status).toBe(403)
  expect((await request('https://maps.example')).status).toBe(403)
})

it.each([
  ['https://news.example', 204],
  ['https://evil.example', 403],
  ["https://maps.example' OR '1'='1", 403],
])('answers a preflight from %s by %i', async (origin, status) => {
  const app = createApp(scene.tokens, database)
  const init = preflight(origin, 'GET')
  const answer = await app.request('http://api.example/maps', {
    ...init,
    headers: { ...init.headers, host: 'api.example' },
  })
  expect(answer.status).toBe(status)
})

it('answers pages 503 while the table cannot be read', async () => {
  const other = await openDatabase(join(folder, 'other.db'))
  const app = createApp(scene.tokens, other)
  await other.schema.dropTable('allowed_origins').execute()
  const headers = {
    origin: 'https://maps.example',
    host: 'api.example',
    ...(await scene.bearer('query', { claims: { account: 'maps' } })),
  }
  expect((await app.request('http://api.example/maps', { headers: { ...headers } })).status).toBe(503)
  await other.destroy()
})
