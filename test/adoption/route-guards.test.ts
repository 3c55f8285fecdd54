import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../../examples/adoption/route-guards/app.ts'
import { createScene, type RunningApp, run, type Scene } from './scene.ts'

let scene: Scene
let app: RunningApp

beforeAll(async () => {
  scene = await createScene()
  app = await run(createApp(scene.tokens).callback())
})
afterAll(() => app.close())

it('leaves a route without a guard open', async () => {
  expect((await app.fetch('/health')).status).toBe(200)
})

it.each([
  ['GET', 'query', 200],
  ['GET', 'write', 403],
  ['POST', 'query', 403],
  ['POST', 'write', 201],
  ['POST', 'admin', 201],
])('answers %s with the scope %s by %i', async (method, scope, status) => {
  expect((await app.fetch('/maps', { method, headers: await scene.bearer(scope) })).status).toBe(status)
  expect((await app.fetch('/maps', { method })).status).toBe(401)
})
