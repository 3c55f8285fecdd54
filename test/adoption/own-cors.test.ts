import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { besideCors, insteadOfCors } from '../../examples/adoption/own-cors/app.ts'
import { createScene, preflight, type RunningApp, run, type Scene } from './scene.ts'

const origin = 'https://app.example'
const foreign = 'https://evil.example'
let scene: Scene
let before: RunningApp
let after: RunningApp

beforeAll(async () => {
  scene = await createScene()
  before = await run(besideCors(scene.tokens))
  after = await run(insteadOfCors(scene.tokens))
})
afterAll(() => Promise.all([before.close(), after.close()]))

const readableFor = (response: Response): string | null => response.headers.get('access-control-allow-origin')

describe.each([
  ['beside cors()', () => before],
  ['in the place of cors()', () => after],
])('a gate %s', (_, app) => {
  it('lets pages ask, and read the answer, a refusal too', async () => {
    const asked = await app().fetch('/maps', preflight(origin, 'GET'))
    expect([asked.status, readableFor(asked)]).toEqual([204, origin])
    const allowed = await app().fetch('/maps', { headers: { ...(await scene.bearer('query')), origin } })
    expect([allowed.status, readableFor(allowed)]).toEqual([200, origin])
    const refused = await app().fetch('/maps', { headers: { origin } })
    expect([refused.status, readableFor(refused)]).toEqual([401, origin])
  })

  it('is not asked for anything by callers that are no pages', async () => {
    expect((await app().fetch('/maps', { headers: await scene.bearer('query') })).status).toBe(200)
    expect((await app().fetch('/maps', { headers: await scene.bearer('write') })).status).toBe(403)
  })
})

describe('what `origins` add', () => {
  it('is that a page of another origin is refused, not only kept from reading', async () => {
    const headers = { ...(await scene.bearer('query')), origin: foreign }
    expect((await before.fetch('/maps', { headers })).status).toBe(200)
    expect((await after.fetch('/maps', { headers })).status).toBe(403)
    expect((await after.fetch('/maps', preflight(foreign, 'GET'))).status).toBe(403)
  })

  it('is that a preflight is told the methods that the path has', async () => {
    const asked = await after.fetch('/maps', preflight(origin, 'GET'))
    expect(asked.headers.get('access-control-allow-methods')).toMatch(/^GET(, HEAD)?$/)
  })
})
