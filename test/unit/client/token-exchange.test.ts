import {
  type ClientCredentials,
  createTokenManager,
  TokenError,
  type TokenManager,
  type TokenManagerOptions,
} from '@scopegate/client'
import { createDialect, rawBasic } from '@scopegate/client/dialects'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClock, type TestClock } from './test-clock.ts'
import { type Answer, grant, grantToken, startServer, type TestServer } from './token-endpoint.ts'

const credentials = { clientId: 'reader', clientSecret: 'secret-of-reader' }

let server: TestServer
let clock: TestClock
let waits: number[]

beforeEach(async () => {
  server = await startServer()
  clock = createClock()
  waits = []
})
afterEach(() => server.close())

function createManager(options: Partial<TokenManagerOptions> = {}): TokenManager {
  const wait = async (milliseconds: number): Promise<void> => {
    waits.push(milliseconds)
    clock.advance(milliseconds / 1000)
  }
  return createTokenManager({ tokenEndpoint: server.url, credentials, now: clock.now, wait, ...options })
}

async function failure(tokens: TokenManager): Promise<TokenError> {
  const error: unknown = await tokens.token().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(TokenError)
  return error as TokenError
}

/** The first answers in their order, then tokens. */
function answerFirst(...answers: readonly Answer[]): void {
  server.answer((request, n) => answers[n - 1] ?? grantToken(request, n))
}

describe('an endpoint that is unavailable', () => {
  it.each([408, 429, 500, 502, 503, 504])('with %i is tried again after a while', async (status) => {
    answerFirst({ status })
    expect(await createManager().token()).toBe('token-2')
    expect(waits[0]).toBeGreaterThanOrEqual(250)
    expect(waits[0]).toBeLessThanOrEqual(500)
  })

  it('is given up on after three attempts, each after a longer wait', async () => {
    server.answer(() => ({ status: 502, body: '<html>bad gateway</html>' }))
    const error = await failure(createManager())
    expect(error).toMatchObject({ code: 'ERR_TOKEN_UNAVAILABLE', status: 502, retryAfter: undefined })
    expect(server.received).toHaveLength(3)
    expect(waits).toHaveLength(2)
    expect(waits[1]).toBeGreaterThanOrEqual(500)
    expect(waits[1]).toBeLessThanOrEqual(1000)
  })

  it.each([429, 503])('with %i and Retry-After in seconds is left alone that long', async (status) => {
    answerFirst({ status, headers: { 'retry-after': '7' } })
    await createManager().token()
    expect(waits).toEqual([7000])
  })

  it('with Retry-After as a date is left alone until then by its own clock', async () => {
    const date = Date.UTC(2020, 0, 1)
    const headers = { date: new Date(date).toUTCString(), 'retry-after': new Date(date + 9000).toUTCString() }
    answerFirst({ status: 503, headers })
    await createManager().token()
    expect(waits).toEqual([9000])
  })

  it.each(['0', '-5', 'soon', new Date(0).toUTCString()])(
    'with Retry-After %j gets the usual wait',
    async (value) => {
      answerFirst({ status: 503, headers: { 'retry-after': value } })
      await createManager().token()
      expect(waits[0]).toBeGreaterThanOrEqual(250)
    },
  )

  it('with a long Retry-After fails at once, and is asked by no call until then', async () => {
    answerFirst({ status: 429, headers: { 'retry-after': '60' } })
    const tokens = createManager()
    expect(await failure(tokens)).toMatchObject({ status: 429, retryAfter: 60 })
    clock.advance(29)
    expect(await failure(tokens)).toMatchObject({ status: 429 })
    await expect(tokens.token({ scope: 'other' })).rejects.toMatchObject({ status: 429 })
    expect(server.received).toHaveLength(1)
    clock.advance(10)
    expect(await tokens.token()).toBe('token-2')
    expect(waits).toEqual([21_000])
  })

  it('with Retry-After is left alone by other scopes too, while the first call waits', async () => {
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    answerFirst({ status: 503, headers: { 'retry-after': '20' } })
    const wait = async (milliseconds: number): Promise<void> => {
      waits.push(milliseconds)
      await held
    }
    const tokens = createManager({ wait })
    const both = [tokens.token()]
    await expect.poll(() => waits).toEqual([20_000])
    clock.advance(5)
    both.push(tokens.token({ scope: 'other' }))
    await expect.poll(() => waits).toEqual([20_000, 15_000])
    expect(server.received).toHaveLength(1)
    release()
    expect(new Set(await Promise.all(both))).toEqual(new Set(['token-2', 'token-3']))
  })

  it('with Retry-After is asked at once with other credentials: those before may have been throttled for their failures', async () => {
    let clientSecret = 'old'
    answerFirst({ status: 429, headers: { 'retry-after': '60' } })
    const tokens = createManager({ credentials: () => ({ clientId: 'reader', clientSecret }) })
    expect(await failure(tokens)).toMatchObject({ status: 429 })
    expect(await failure(tokens)).toMatchObject({ status: 429 })
    expect(server.received).toHaveLength(1)
    clientSecret = 'new'
    expect(await tokens.token()).toBe('token-2')
  })

  it('is asked with the credentials of the moment when a pause is over', async () => {
    let clientSecret = 'old'
    answerFirst({ status: 429, headers: { 'retry-after': '60' } })
    const wait = async (): Promise<void> => {
      clientSecret = 'new'
    }
    const tokens = createManager({ credentials: () => ({ clientId: 'reader', clientSecret }), wait })
    expect(await failure(tokens)).toMatchObject({ status: 429 })
    clock.advance(45)
    expect(await tokens.token()).toBe('token-2')
    const sent = server.received.map(({ headers }) => atob(`${headers.authorization?.slice(6)}`))
    expect(sent).toEqual(['reader:old', 'reader:new'])
  })

  it('fails with what the clock throws, and leaves no rejection to itself', async () => {
    const tokens = createManager({
      now: () => {
        throw new Error('no clock')
      },
    })
    await expect(tokens.token()).rejects.toThrow('no clock')
    expect(server.received).toHaveLength(0)
  })

  it('is asked again after an hour, whatever Retry-After says', async () => {
    answerFirst({ status: 503, headers: { 'retry-after': '99999999999' } })
    const tokens = createManager()
    expect(await failure(tokens)).toMatchObject({ retryAfter: 3600 })
    clock.advance(3601)
    expect(await tokens.token()).toBe('token-2')
  })

  it('by hanging costs one time limit per attempt', async () => {
    server.answer((request, n) => (n === 1 ? 'hang' : grantToken(request, n)))
    expect(await createManager({ timeout: 0.05 }).token()).toBe('token-2')
  })

  it('by hanging for good fails', async () => {
    server.answer(() => 'hang')
    const error = await failure(createManager({ timeout: 0.02, attempts: 2 }))
    expect(error).toMatchObject({
      code: 'ERR_TOKEN_UNAVAILABLE',
      message: 'no answer in 0.02 s',
    })
    expect(server.received).toHaveLength(2)
  })

  it('to a fetch that heeds no signal fails too', async () => {
    const error = await failure(
      createManager({ timeout: 0.02, attempts: 1, fetch: () => new Promise(() => {}) }),
    )
    expect(error.code).toBe('ERR_TOKEN_UNAVAILABLE')
  })

  it('by listening nowhere fails with the system’s code', async () => {
    const closed = await startServer()
    await closed.close()
    const error = await failure(createManager({ tokenEndpoint: closed.url }))
    expect(error.message).toBe('the token endpoint could not be reached (ECONNREFUSED)')
    expect(waits).toHaveLength(2)
  })
})

describe('an endpoint that refuses', () => {
  it.each([400, 401, 403, 404])('with %i is asked once', async (status) => {
    server.answer(() => ({ status, body: { error: 'invalid_client', error_description: 'no' } }))
    expect(await failure(createManager())).toMatchObject({
      code: 'ERR_TOKEN_REFUSED',
      message: `the token endpoint answered ${status} (invalid_client)`,
      error: 'invalid_client',
      status,
    })
    expect(server.received).toHaveLength(1)
    expect(waits).toEqual([])
  })

  it.each([
    ['credentials', { status: 401, body: { error: 'invalid_client' } }],
    ['a scope', { status: 400, body: { error: 'invalid_scope' } }],
    ['by a reply without a token', { body: {} }],
  ])('%s is not asked for the same again within a second, and nobody waits for that', async (_, answer) => {
    server.answer(() => answer)
    const tokens = createManager()
    const error = await failure(tokens)
    clock.advance(0.999)
    expect(await failure(tokens)).toBe(error)
    expect(server.received).toHaveLength(1)
    expect(waits).toEqual([])
    server.answer(grantToken)
    clock.advance(0.001)
    expect(await tokens.token()).toBe('token-2')
  })

  it('a background refresh is not asked for the same again by those who need a token', async () => {
    const refreshes: Promise<unknown>[] = []
    const tokens = createManager({ waitUntil: (refresh) => refreshes.push(refresh) })
    await tokens.token()
    server.answer(() => ({ status: 401, body: { error: 'invalid_client' } }))
    clock.advance(3594.5)
    await tokens.token()
    await Promise.all(refreshes)
    clock.advance(0.6)
    await failure(tokens)
    expect(server.received).toHaveLength(2)
  })

  it('one scope is asked for others all the same', async () => {
    server.answer((request, n) =>
      request.body.includes('admin')
        ? { status: 400, body: { error: 'invalid_scope' } }
        : grantToken(request, n),
    )
    const tokens = createManager()
    await expect(tokens.token({ scope: 'admin' })).rejects.toMatchObject({ error: 'invalid_scope' })
    expect(await tokens.token({ scope: 'query' })).toBe('token-2')
  })

  it('is asked again at once where the clock was set back', async () => {
    answerFirst({ status: 401 })
    const tokens = createManager()
    await failure(tokens)
    clock.advance(-60)
    expect(await tokens.token()).toBe('token-2')
  })

  it.each([{}, { error: null }, { error: true }, { error: ['invalid_client'] }, { error: 'In Valid' }])(
    'without a code, as %j, gives an error without one',
    async (body) => {
      server.answer(() => ({ status: 400, body }))
      const error = await failure(createManager())
      expect(error.error).toBeUndefined()
      expect(error.message).toBe('the token endpoint answered 400 (no code)')
    },
  )

  it('by a redirect is not followed there: the secret would go along', async () => {
    const target = await startServer()
    server.answer(() => ({ status: 307, headers: { location: target.url } }))
    expect(await failure(createManager())).toMatchObject({ code: 'ERR_TOKEN_REFUSED', status: 307 })
    expect(target.received).toHaveLength(0)
    await target.close()
  })
})

describe('a reply', () => {
  it('without an expiry names the fields it has, and no value', async () => {
    server.answer(() => ({ body: { access_token: 'a-secret-token', expiresAt: '2030-01-01T00:00:00Z' } }))
    const error = await failure(createManager())
    expect(error).toMatchObject({
      code: 'ERR_TOKEN_REPLY',
      message: 'the token endpoint sent no usable "expires_in" among ["access_token","expiresAt"]',
    })
    expect(server.received).toHaveLength(1)
  })

  it.each([0, -1, '', 'soon', null, true, { seconds: 60 }])('that expires in %j is none', async (value) => {
    server.answer(() => ({ body: { access_token: 'token', expires_in: value } }))
    const { message } = await failure(createManager())
    expect(message).toBe('the token endpoint sent no usable "expires_in" among ["access_token","expires_in"]')
  })

  it('may give the seconds as digits', async () => {
    server.answer(() => ({ body: { access_token: 'token', expires_in: '3600' } }))
    expect(await createManager().token()).toBe('token')
  })

  it.each(['yesterday', '2020-01-01T00:00:00.000Z', 1_800_000_000])(
    'that expires on %j is none',
    async (value) => {
      server.answer(() => ({ body: { token: 'token', expiresOn: value } }))
      const error = await failure(createManager({ dialect: rawBasic }))
      expect(error.message).toContain('no usable "expiresOn"')
    },
  )

  it.each([{}, { access_token: '' }, { access_token: 7 }, { access_token: 'a\nb' }, { access_token: 'ö' }])(
    'without a token that can be sent, as %j, is none',
    async (body) => {
      server.answer(() => ({ body: { ...body, expires_in: 60 } }))
      expect((await failure(createManager())).message).toContain('no usable "access_token"')
    },
  )

  it('of a type that is not Bearer is none', async () => {
    server.answer(() => ({ body: { access_token: 'token', expires_in: 60, token_type: 'DPoP' } }))
    expect((await failure(createManager())).message).toContain('no usable "token_type"')
  })

  it.each(['<html>', '', '"text"', 'null', '[]', '7'])('that is %j is none', async (body) => {
    server.answer(() => ({ body }))
    expect(await failure(createManager())).toMatchObject({ code: 'ERR_TOKEN_REPLY' })
  })

  it('over 64 KiB is not read', async () => {
    server.answer(() => ({ body: { access_token: 'token', expires_in: 60, padding: 'x'.repeat(66_000) } }))
    expect((await failure(createManager())).message).toContain('among []')
  })
})

describe('credentials from a function', () => {
  it('that change while an exchange is under way are used at once', async () => {
    let current: ClientCredentials = credentials
    server.answer(({ headers }, n) => {
      const isOld = headers.authorization === `Basic ${btoa('reader:secret-of-reader')}`
      current = { clientId: 'reader', clientSecret: 'next-secret' }
      return isOld ? { status: 401, body: { error: 'invalid_client' } } : grantToken({ headers } as never, n)
    })
    const tokens = createManager({ credentials: async () => current })
    expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(['token-2', 'token-2'])
    expect(waits).toEqual([])
  })

  it('that change after they were refused are used by the next call, without a wait', async () => {
    let current: ClientCredentials = credentials
    answerFirst({ status: 401, body: { error: 'invalid_client' } })
    const tokens = createManager({ credentials: () => current })
    await failure(tokens)
    current = { clientId: 'reader', clientSecret: 'next-secret' }
    expect(await tokens.token()).toBe('token-2')
    expect(waits).toEqual([])
  })

  it('that were refused once are tried again where another failure follows', async () => {
    answerFirst({ status: 401 }, { status: 503 })
    const tokens = createManager({ credentials: () => credentials })
    await failure(tokens)
    clock.advance(1)
    expect(await tokens.token()).toBe('token-3')
  })

  it('that stay the same are not tried twice', async () => {
    server.answer(() => ({ status: 401 }))
    await failure(createManager({ credentials: () => credentials }))
    expect(server.received).toHaveLength(1)
  })

  it('that change for ever are tried as often as there are attempts', async () => {
    let n = 0
    server.answer(() => ({ status: 401 }))
    await failure(
      createManager({ credentials: () => ({ clientId: 'reader', clientSecret: `secret-${n++}` }) }),
    )
    expect(server.received).toHaveLength(3)
  })

  it('are asked for only when a token is', async () => {
    let calls = 0
    const tokens = createManager({
      credentials: () => {
        calls++
        return credentials
      },
    })
    expect(calls).toBe(0)
    await tokens.token()
    await tokens.token()
    expect(calls).toBe(1)
  })

  it('whose source fails give the caller its error', async () => {
    const tokens = createManager({ credentials: () => Promise.reject(new Error('the vault is sealed')) })
    await expect(tokens.token()).rejects.toThrow('the vault is sealed')
  })

  it('whose source hangs are given up on', async () => {
    const tokens = createManager({ timeout: 0.02, credentials: () => new Promise(() => {}) })
    expect((await failure(tokens)).code).toBe('ERR_TOKEN_UNAVAILABLE')
  })

  it('that are empty are an error and are not sent', async () => {
    const tokens = createManager({ credentials: () => ({ clientId: 'reader', clientSecret: '' }) })
    await expect(tokens.token()).rejects.toMatchObject({ code: 'ERR_CONFIGURATION', key: 'credentials' })
    expect(server.received).toHaveLength(0)
  })
})

describe('a refresh token', () => {
  const dialect = createDialect({
    request: { body: 'json', fields: { clientId: 'clientId', clientSecret: 'secret' } },
    reply: {
      token: 'access_token',
      refreshToken: 'refresh_token',
      expiresIn: 'expires_in',
      expiresAt: 'expires',
    },
    refresh: { url: 'token/refresh', body: 'json', fields: { refreshToken: 'refreshToken' } },
  })
  const withRefresh = (n: number): Answer => ({
    body: { ...(grant(`token-${n}`).body as object), refresh_token: `refresh-${n}`, expires: 'ignored' },
  })

  it('is used instead of the credentials, once, and replaced by the next', async () => {
    server.answer((_, n) => withRefresh(n))
    const tokens = createManager({ dialect })
    for (let n = 1; n <= 3; n++) {
      expect(await tokens.token()).toBe(`token-${n}`)
      clock.advance(3600)
    }
    expect(server.received.map(({ url, body }) => [url, JSON.parse(body)])).toEqual([
      ['/token', { clientId: 'reader', secret: 'secret-of-reader' }],
      ['/token/refresh', { refreshToken: 'refresh-1' }],
      ['/token/refresh', { refreshToken: 'refresh-2' }],
    ])
  })

  it('that is refused is followed by an exchange, in the background too', async () => {
    server.answer(({ url }, n) => (url === '/token' ? withRefresh(n) : { status: 401 }))
    const refreshes: Promise<unknown>[] = []
    const tokens = createManager({ dialect, waitUntil: (refresh) => refreshes.push(refresh) })
    await tokens.token()
    clock.advance(3000)
    await tokens.token()
    await Promise.all(refreshes)
    expect(await tokens.token()).toBe('token-3')
  })

  it('whose fate is unknown is never sent again', async () => {
    server.answer(({ url }, n) => (url === '/token' ? withRefresh(n) : { status: 503 }))
    const tokens = createManager({ dialect })
    await tokens.token()
    clock.advance(3600)
    expect(await tokens.token()).toBe('token-3')
    expect(server.received.map(({ url }) => url)).toEqual(['/token', '/token/refresh', '/token'])
  })

  it('that came to nothing in the background is not sent again either', async () => {
    server.answer(({ url }, n) => (url === '/token' ? withRefresh(n) : { status: 503 }))
    const refreshes: Promise<unknown>[] = []
    const tokens = createManager({ dialect, waitUntil: (refresh) => refreshes.push(refresh) })
    await tokens.token()
    clock.advance(3000)
    await tokens.token()
    await Promise.all(refreshes)
    clock.advance(600)
    await tokens.token()
    expect(server.received.map(({ url }) => url)).toEqual(['/token', '/token/refresh', '/token'])
  })

  it('of another client is not used', async () => {
    let current: ClientCredentials = credentials
    server.answer((_, n) => withRefresh(n))
    const tokens = createManager({ dialect, credentials: () => current })
    await tokens.token()
    current = { clientId: 'writer', clientSecret: 'secret-of-writer' }
    clock.advance(3600)
    await tokens.token()
    expect(server.received.map(({ url }) => url)).toEqual(['/token', '/token'])
  })
})
