import { createTokenManager, type TokenManager, type TokenManagerOptions } from '@scopegate/client'
import { rawBasic } from '@scopegate/client/dialects'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClock, type TestClock } from './test-clock.ts'
import { type Answer, grant, grantToken, startServer, type TestServer } from './token-endpoint.ts'

const credentials = { clientId: 'reader', clientSecret: 'secret-of-reader' }
const down: Answer = { status: 503, body: '' }

describe('a token manager', () => {
  let server: TestServer
  let clock: TestClock

  beforeEach(async () => {
    server = await startServer()
    clock = createClock()
  })
  afterEach(() => server.close())

  function createManager(options: Partial<TokenManagerOptions> = {}): TokenManager {
    const { now } = clock
    return createTokenManager({
      tokenEndpoint: server.url,
      credentials,
      now,
      wait: async () => {},
      ...options,
    })
  }

  describe('exchanges once', () => {
    it('for a hundred callers at the same time', async () => {
      const tokens = createManager()
      const all = await Promise.all(Array.from({ length: 100 }, () => tokens.token()))
      expect(new Set(all)).toEqual(new Set(['token-1']))
      expect(server.received).toHaveLength(1)
    })

    it('for all calls while the token is good', async () => {
      const tokens = createManager()
      await tokens.token()
      clock.advance(2879)
      expect(await tokens.token()).toBe('token-1')
      expect(server.received).toHaveLength(1)
    })

    it('for each audience and each set of scopes, whatever the order of scopes', async () => {
      const tokens = createManager({ scope: 'query' })
      const wanted = [
        {},
        { scope: 'a b' },
        { scope: 'b a' },
        { audience: 'x' },
        { scope: 'a b', audience: 'x' },
      ]
      const all = await Promise.all(wanted.map((request) => tokens.token(request)))
      expect(all[1]).toBe(all[2])
      expect(new Set(all).size).toBe(4)
      const bodies = server.received.map(({ body }) => body.replace('grant_type=client_credentials', ''))
      expect(bodies.sort()).toEqual([
        '&scope=a+b',
        '&scope=a+b&audience=x',
        '&scope=query',
        '&scope=query&audience=x',
      ])
    })

    it('fails for all callers with the one failure, and exchanges again when asked again', async () => {
      server.answer(() => ({ status: 401, body: { error: 'invalid_client' } }))
      const tokens = createManager()
      const results = await Promise.allSettled([tokens.token(), tokens.token(), tokens.token()])
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
      expect(server.received).toHaveLength(1)
      server.answer(grantToken)
      clock.advance(1)
      expect(await tokens.token()).toBe('token-2')
    })
  })

  describe('refreshes ahead of expiry', () => {
    it.each([
      { lifetime: 5, early: 3.9, due: 4.1 },
      { lifetime: 1800, early: 1439, due: 1441 },
      { lifetime: 86_400, early: 69_000, due: 69_200 },
    ])(
      'by a fifth of a lifetime of $lifetime s, while the old token serves',
      async ({ lifetime, early, due }) => {
        server.answer((_, n) => grant(`token-${n}`, lifetime))
        const refreshes: Promise<unknown>[] = []
        const tokens = createManager({ waitUntil: (refresh) => refreshes.push(refresh) })
        await tokens.token()
        clock.advance(early)
        expect(await tokens.token()).toBe('token-1')
        expect(refreshes).toHaveLength(0)
        clock.advance(due - early)
        expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(['token-1', 'token-1'])
        await Promise.all(refreshes)
        expect(await tokens.token()).toBe('token-2')
        expect(server.received).toHaveLength(2)
      },
    )

    it('MF-13: measures a day from the start of the request, and has the new token a minute before the end', async () => {
      server.answer((_, n) => {
        clock.advance(30)
        return grant(`token-${n}`, 86_400)
      })
      const refreshes: Promise<unknown>[] = []
      const tokens = createManager({
        refreshAhead: 60 / 86_400,
        waitUntil: (refresh) => refreshes.push(refresh),
      })
      await Promise.all([tokens.token(), tokens.token()])
      clock.advance(86_400 - 60 - 30 - 1)
      await tokens.token()
      expect(refreshes).toHaveLength(0)
      clock.advance(1)
      await tokens.token()
      expect(refreshes).toHaveLength(1)
      await Promise.all(refreshes)
      expect(await tokens.token()).toBe('token-2')
    })

    it('waits for a new token once the old one is at its end', async () => {
      const tokens = createManager()
      await tokens.token()
      clock.advance(3596)
      expect(await tokens.token()).toBe('token-2')
    })

    it('keeps the old token where a refresh fails, and tries again half-way to the end', async () => {
      const refreshes: Promise<unknown>[] = []
      const tokens = createManager({ waitUntil: (refresh) => refreshes.push(refresh) })
      await tokens.token()
      server.answer(() => down)
      clock.advance(2900)
      expect(await tokens.token()).toBe('token-1')
      await Promise.all(refreshes)
      clock.advance(349)
      expect(await tokens.token()).toBe('token-1')
      expect(server.received).toHaveLength(2)
      clock.advance(2)
      await tokens.token()
      await Promise.all(refreshes)
      expect(server.received).toHaveLength(3)
    })

    it('lets no caller fail with a refresh: who has no token left gets attempts of its own', async () => {
      const tokens = createManager()
      await tokens.token()
      let release = (): void => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      server.answer(async (_, n) => {
        if (n > 2) return grant(`token-${n}`)
        await held
        return down
      })
      clock.advance(3500)
      await tokens.token()
      clock.advance(96)
      const waiting = [tokens.token(), tokens.token()]
      release()
      expect(await Promise.all(waiting)).toEqual(['token-3', 'token-3'])
    })

    it('does not wait for ever for an exchange that never settles', async () => {
      server.answer((_, n) => (n === 1 ? down : grantToken(_, n)))
      const tokens = createManager({ wait: () => new Promise(() => {}) })
      void tokens.token()
      await expect.poll(() => server.received.length).toBe(1)
      clock.advance(3600)
      expect(await tokens.token()).toBe('token-2')
    })
  })

  describe('with a wrong local clock', () => {
    const day = 86_400
    const in30Minutes = (): string => new Date(Date.now() + 1_800_000).toISOString()

    it.each([-day, -3600, 3600, day])('off by %i s, takes the time from the Date header', async (offset) => {
      server.answer((_, n) => ({ body: { token: `token-${n}`, expiresOn: in30Minutes() } }))
      clock = createClock(Date.now() + offset * 1000)
      const tokens = createManager({ dialect: rawBasic })
      await tokens.token()
      clock.advance(1400)
      expect(await tokens.token()).toBe('token-1')
      clock.advance(400)
      expect(await tokens.token()).toBe('token-2')
    })

    it.each([-day, day])(
      'off by %i s and with no readable Date header, takes it from iat',
      async (offset) => {
        const payload = btoa(JSON.stringify({ iat: Math.floor(Date.now() / 1000), sub: 'Zoë' }))
        const token = `e30.${payload.replaceAll('=', '')}.c2ln`
        server.answer(() => ({ body: { token, expiresOn: in30Minutes() } }))
        clock = createClock(Date.now() + offset * 1000)
        const tokens = createManager({ dialect: rawBasic, fetch: withoutDate })
        await tokens.token()
        clock.advance(1400)
        await tokens.token()
        expect(server.received).toHaveLength(1)
        clock.advance(400)
        await tokens.token()
        expect(server.received).toHaveLength(2)
      },
    )

    it('needs no clock for a lifetime in seconds', async () => {
      clock = createClock(0)
      const tokens = createManager()
      await tokens.token()
      clock.advance(2800)
      expect(await tokens.token()).toBe('token-1')
    })

    it('that is set back, gets a new token rather than keep the old one for ever', async () => {
      const tokens = createManager()
      await tokens.token()
      clock.advance(-day)
      expect(await tokens.token()).toBe('token-2')
    })
  })

  describe('told that a token was refused', () => {
    it('fetches a new one, once for all callers', async () => {
      const tokens = createManager()
      const refused = await tokens.token()
      clock.advance(60)
      tokens.invalidate(refused)
      tokens.invalidate(refused)
      expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(['token-2', 'token-2'])
      expect(server.received).toHaveLength(2)
    })

    it('keeps the newer token that has replaced it', async () => {
      const tokens = createManager()
      const refused = await tokens.token()
      clock.advance(60)
      tokens.invalidate(refused)
      await tokens.token()
      clock.advance(60)
      tokens.invalidate(refused)
      expect(await tokens.token()).toBe('token-2')
      expect(server.received).toHaveLength(2)
    })

    it('keeps the one that came in its place for half a minute: another would be refused too', async () => {
      const tokens = createManager()
      tokens.invalidate(await tokens.token())
      expect(await tokens.token()).toBe('token-2')
      clock.advance(29)
      tokens.invalidate('token-2')
      expect(await tokens.token()).toBe('token-2')
      clock.advance(2)
      tokens.invalidate('token-2')
      expect(await tokens.token()).toBe('token-3')
    })

    it('fetches one whatever the clock shows', async () => {
      const tokens = createManager({ now: () => 0 })
      tokens.invalidate(await tokens.token())
      expect(await tokens.token()).toBe('token-2')
    })

    it('leaves the tokens of other scopes alone', async () => {
      const tokens = createManager()
      const one = await tokens.token({ scope: 'one' })
      const other = await tokens.token({ scope: 'other' })
      clock.advance(60)
      tokens.invalidate(one)
      expect(await tokens.token({ scope: 'other' })).toBe(other)
    })
  })

  describe('a caller that aborts', () => {
    it('ends its own wait and nobody else’s', async () => {
      let release = (): void => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      server.answer(async (request, n) => {
        await held
        return grantToken(request, n)
      })
      const tokens = createManager()
      const controller = new AbortController()
      const impatient = tokens.token({ signal: controller.signal })
      const patient = tokens.token()
      controller.abort(new Error('had enough'))
      await expect(impatient).rejects.toThrow('had enough')
      release()
      expect(await patient).toBe('token-1')
      expect(server.received).toHaveLength(1)
    })

    it('before it asks, starts nothing', async () => {
      const tokens = createManager()
      await expect(tokens.token({ signal: AbortSignal.abort() })).rejects.toThrow()
      expect(server.received).toHaveLength(0)
    })
  })

  it('remembers no more than a hundred pairs of audience and scope', async () => {
    const tokens = createManager()
    const first = await tokens.token({ scope: 'scope-0' })
    const second = await tokens.token({ scope: 'scope-1' })
    for (let n = 2; n <= 100; n++) await tokens.token({ scope: `scope-${n}` })
    expect(await tokens.token({ scope: 'scope-1' })).toBe(second)
    expect(await tokens.token({ scope: 'scope-0' })).not.toBe(first)
  })
})

async function withoutDate(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  return new Response(response.body, { status: response.status })
}
