import express from 'express'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../../examples/adoption/sub-apps/app.ts'
import { createMapsRouter } from '../../examples/adoption/sub-apps/maps-router.ts'
import { createScene, type RunningApp, run, type Scene } from './scene.ts'

let scene: Scene
let app: RunningApp

beforeAll(async () => {
  scene = await createScene()
  app = await run(createApp(scene.tokens))
})
afterAll(() => app.close())

it.each(['/eu/v1', '/us/v1'])('guards the router mounted on %s by its own rules', async (base) => {
  const headers = await scene.bearer('query')
  const answer = await app.fetch(`${base}/maps`, { headers })
  expect(await answer.json()).toEqual({ region: base })
  expect((await app.fetch(`${base}/maps`)).status).toBe(401)
  expect((await app.fetch(`${base}/maps`, { method: 'POST', headers })).status).toBe(403)
})

it('guards a whole app under its prefix', async () => {
  expect((await app.fetch('/admin/users', { headers: await scene.bearer('admin') })).status).toBe(200)
  expect((await app.fetch('/admin/users', { headers: await scene.bearer('query') })).status).toBe(403)
  expect((await app.fetch('/admin/other', { headers: await scene.bearer('admin') })).status).toBe(403)
})

it('refuses everything of a router that was mounted elsewhere than it was told', async () => {
  const astray = await run(express().use('/v2', createMapsRouter('/v1', scene.tokens)))
  expect((await astray.fetch('/v2/maps', { headers: await scene.bearer('query') })).status).toBe(403)
  await astray.close()
})
