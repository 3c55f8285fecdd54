import { createResourceServer, type ResourceServer } from '@scopegate/core'
import { createFakeClock, createTestIssuer } from '@scopegate/core/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { bearerRequest, describeDecision } from '../key-set-scenario.ts'

const clock = createFakeClock()

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A server whose fetches are answered by hand, in any order. */
async function createSlowScenario() {
  const issuer = await createTestIssuer({ now: clock.now })
  const pending: ((document: object) => void)[] = []
  const server = createResourceServer({
    issuer: issuer.issuer,
    audience: issuer.audience,
    jwksUri: 'https://issuer.example/jwks',
    keySet: { timeout: 60 },
    fetch: async () =>
      await new Promise((resolve) => {
        pending.push((document) => resolve(Response.json(document)))
      }),
    now: clock.now,
    routes: [{ method: 'GET', path: '/maps', access: 'authenticated' }],
  })
  return { issuer, pending, server }
}

const ask = async (server: ResourceServer, token: string): Promise<string> =>
  describeDecision(await server.authorize(bearerRequest(token)))

it('answers two requests by one fetch, each without the promise of the other', async () => {
  const { issuer, pending, server } = await createSlowScenario()
  const tokens = [await issuer.mintToken(), await issuer.mintToken()]
  const verdicts = Promise.all(tokens.map(async (token) => await ask(server, token)))
  await vi.advanceTimersByTimeAsync(500)
  expect(pending).toHaveLength(1)
  pending[0]?.(issuer.jwks)
  await vi.advanceTimersByTimeAsync(500)
  expect(await verdicts).toEqual(['allowed', 'allowed'])
})

it('answers a request although the one that fetches is never heard of again', async () => {
  const { issuer, pending, server } = await createSlowScenario()
  void ask(server, await issuer.mintToken())
  const verdict = ask(server, await issuer.mintToken())
  await vi.advanceTimersByTimeAsync(1100)
  expect(pending).toHaveLength(2)
  pending[1]?.(issuer.jwks)
  await vi.advanceTimersByTimeAsync(100)
  expect(await verdict).toBe('allowed')
})

it('does not let a slow fetch bring back a key that a later one no longer found', async () => {
  const { issuer, pending, server } = await createSlowScenario()
  const withdrawn = await issuer.mintToken()
  const before = { keys: [...issuer.jwks.keys] }
  const old = String(issuer.keys[0]?.kid)
  await issuer.rotateKey()
  issuer.withdrawKey(old)
  const first = ask(server, await issuer.mintToken())
  const second = ask(server, await issuer.mintToken())
  await vi.advanceTimersByTimeAsync(1100)
  pending[1]?.(issuer.jwks)
  await vi.advanceTimersByTimeAsync(100)
  expect(await second).toBe('allowed')
  pending[0]?.(before)
  await vi.advanceTimersByTimeAsync(100)
  expect(await first).toBe('allowed')
  expect(await ask(server, withdrawn)).toBe('401 token_key_unknown')
})
