import { createTokenManager } from '@scopegate/client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const credentials = { clientId: 'reader', clientSecret: 'secret-of-reader' }
const sleep = async (seconds: number): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

it('serves all who waited from the first token, where the endpoint takes longer than they wait for each other', async () => {
  let exchanges = 0
  const fetch = async (): Promise<Response> => {
    exchanges++
    await sleep(5)
    return Response.json({ access_token: 'token', expires_in: 3600 })
  }
  const tokens = createTokenManager({ tokenEndpoint: 'https://issuer.example/token', credentials, fetch })
  const all = Promise.all(Array.from({ length: 12 }, () => tokens.token()))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(new Set(await all)).toEqual(new Set(['token']))
  // One every two seconds, until the first is answered.
  expect(exchanges).toBe(3)
})
