import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../../examples/adoption/fastify/app.ts'
import { createScene, preflight, type Scene } from './scene.ts'

const origin = 'https://app.example'
let scene: Scene
let app: ReturnType<typeof createApp>
let url: string

beforeAll(async () => {
  scene = await createScene()
  app = createApp(scene.tokens)
  app.addHook('onSend', async (_, reply) => void reply.header('x-app', 'here'))
  url = await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => app.close())

it.each([
  ['no token', undefined, '/maps/a', 401],
  ['a token without the scope', 'write', '/maps/a', 403],
  ['a path without a rule', 'query', '/other', 403],
  ['a target that two routers read in two ways', 'query', '/maps//a', 400],
  ['the right token', 'query', '/maps/a', 200],
])('answers %s', async (_, scope, path, status) => {
  const headers = scope === undefined ? {} : await scene.bearer(scope)
  expect((await fetch(`${url}${path}`, { headers })).status).toBe(status)
})

it('gives handlers the token, and challenges in the words of the contract', async () => {
  const headers = await scene.bearer('query', { clientId: 'viewer' })
  expect(await (await fetch(`${url}/maps/a`, { headers })).json()).toEqual({ clientId: 'viewer' })
  const refused = await fetch(`${url}/maps/a`, { headers: await scene.bearer('write') })
  expect(refused.headers.get('www-authenticate')).toMatch('error="insufficient_scope"')
  expect(await refused.json()).toMatchObject({ error: 'insufficient_scope' })
})

it('owns CORS', async () => {
  expect((await fetch(`${url}/maps/a`, preflight(origin, 'GET'))).status).toBe(204)
  const refused = await fetch(`${url}/maps/a`, { headers: { origin } })
  expect(refused.headers.get('access-control-allow-origin')).toBe(origin)
  expect(refused.headers.get('vary')).toMatch('Origin')
  expect(refused.headers.get('x-app')).toBe('here')
})

it('takes about twenty lines', async () => {
  const source = await readFile(
    new URL('../../examples/adoption/fastify/protect.ts', import.meta.url),
    'utf8',
  )
  const code = source.split('\n').filter((line) => line.trim() && !/^\s*(import|\/\*\*)/.test(line))
  expect(code.length).toBeLessThanOrEqual(25)
})
