import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../../examples/adoption/static-and-docs/app.ts'
import { createScene, type RunningApp, run, type Scene } from './scene.ts'

let scene: Scene
let app: RunningApp

beforeAll(async () => {
  scene = await createScene()
  app = await run(createApp(scene.tokens))
})
afterAll(() => app.close())

it('gives files and the docs page to anybody', async () => {
  expect(await (await app.fetch('/assets/docs.css')).text()).toMatch('navy')
  expect(await (await app.fetch('/docs')).text()).toMatch('How to use')
})

it('asks for a token on the API', async () => {
  expect((await app.fetch('/maps')).status).toBe(401)
  expect((await app.fetch('/maps', { headers: await scene.bearer('query') })).status).toBe(200)
})

it.each(['/assets/none.css', '/assets/../maps', '/assets/%2e%2e/app.ts', '/docs/more'])(
  'gives away nothing by %s',
  async (path) => {
    expect((await app.fetch(path)).status).toBeGreaterThanOrEqual(400)
  },
)
