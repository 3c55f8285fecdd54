import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../../examples/adoption/nestjs/app.ts'
import { createScene, type Scene } from './scene.ts'

let scene: Scene
let app: Awaited<ReturnType<typeof createApp>>
let url: string

beforeAll(async () => {
  scene = await createScene()
  app = await createApp(scene.tokens)
  await app.listen(0, '127.0.0.1')
  url = await app.getUrl()
})
afterAll(() => app.close())

it.each([
  ['no token', undefined, '/api/maps/a', 401],
  ['a token without the scope', 'write', '/api/maps/a', 403],
  ['a path that no rule names', 'query', '/api/other', 403],
  ['the right token', 'query', '/api/maps/a', 200],
  ['the right token in another spelling of the path', 'query', '/API/maps/a/', 200],
])('answers %s', async (_, scope, path, status) => {
  const headers = scope === undefined ? {} : await scene.bearer(scope)
  expect((await fetch(`${url}${path}`, { headers })).status).toBe(status)
})

it('gives controllers the token', async () => {
  const headers = await scene.bearer('query', { clientId: 'viewer' })
  expect(await (await fetch(`${url}/api/maps/a`, { headers })).json()).toEqual({ clientId: 'viewer' })
})
