import { createTokenManager, type TokenSource } from '@scopegate/client'
import { type AuthorizedFetch, createFetch } from '@scopegate/client/fetch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClock, type TestClock } from './test-clock.ts'
import { type Answer, grantToken, startServer, type TestServer } from './token-endpoint.ts'

const credentials = { clientId: 'reader', clientSecret: 'secret-of-reader' }
const invalidToken: Answer = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
  body: { error: 'invalid_token' },
}

describe('fetch with tokens', () => {
  let issuer: TestServer
  let api: TestServer
  let clock: TestClock
  let tokens: TokenSource
  let request: AuthorizedFetch

  beforeEach(async () => {
    issuer = await startServer()
    api = await startServer(() => ({ body: { ok: true } }))
    clock = createClock()
    tokens = createTokenManager({ tokenEndpoint: issuer.url, credentials, now: clock.now })
    request = createFetch(tokens, { api: api.origin })
  })
  afterEach(async () => {
    await issuer.close()
    await api.close()
  })

  /** Puts a token into the manager's hand that is not fresh any more. */
  async function holdToken(): Promise<string> {
    const token = await tokens.token()
    clock.advance(600)
    return token
  }

  function accept(token: string, otherwise: Answer = invalidToken): void {
    api.answer(({ headers }) => (headers.authorization === `Bearer ${token}` ? { body: 'ok' } : otherwise))
  }

  const sent = (): (string | undefined)[] => api.received.map(({ headers }) => headers.authorization)

  it('adds the token to what the caller sends', async () => {
    await request(`${api.origin}/maps?a=1`, { method: 'POST', headers: { 'x-trace': '7' }, body: 'a map' })
    await request(new URL('/maps', api.origin))
    await request(
      new Request(`${api.origin}/maps`, { method: 'PUT', headers: { 'x-trace': '8' }, body: 'b' }),
    )
    await request('/maps/7')
    expect(api.received).toMatchObject([
      {
        method: 'POST',
        url: '/maps?a=1',
        body: 'a map',
        headers: { 'x-trace': '7', authorization: 'Bearer token-1' },
      },
      { method: 'GET', url: '/maps', headers: { authorization: 'Bearer token-1' } },
      {
        method: 'PUT',
        url: '/maps',
        body: 'b',
        headers: { 'x-trace': '8', authorization: 'Bearer token-1' },
      },
      { method: 'GET', url: '/maps/7', headers: { authorization: 'Bearer token-1' } },
    ])
    expect(issuer.received).toHaveLength(1)
  })

  it('asks for the scope and audience it was given', async () => {
    await createFetch(tokens, { api: api.origin, scope: 'query', audience: 'maps' })('/')
    expect(issuer.received[0]?.body).toBe('grant_type=client_credentials&scope=query&audience=maps')
  })

  describe('on a 401', () => {
    it('MS-14: exchanges once and repeats once, body included', async () => {
      await holdToken()
      accept('token-2')
      const response = await request('/maps', { method: 'POST', body: 'a map' })
      expect(response.status).toBe(200)
      expect(api.received.map(({ body }) => body)).toEqual(['a map', 'a map'])
      expect(sent()).toEqual(['Bearer token-1', 'Bearer token-2'])
      expect(issuer.received).toHaveLength(2)
    })

    it('gives up after the second, with that answer', async () => {
      await holdToken()
      accept('none')
      const response = await request('/maps')
      expect([response.status, await response.json()]).toEqual([401, { error: 'invalid_token' }])
      expect(api.received).toHaveLength(2)
      expect(issuer.received).toHaveLength(2)
    })

    it('of a token that has only just been fetched, exchanges all the same: its client may be another by now', async () => {
      accept('token-2')
      expect((await request('/maps')).status).toBe(200)
      expect(sent()).toEqual(['Bearer token-1', 'Bearer token-2'])
    })

    it('of the token that replaced a refused one, exchanges nothing: another would fare no better', async () => {
      accept('none')
      expect((await request('/maps')).status).toBe(401)
      expect((await request('/maps')).status).toBe(401)
      expect(sent()).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-2'])
      expect(issuer.received).toHaveLength(2)
    })

    it('for a token that was replaced meanwhile, takes the newer one and exchanges nothing', async () => {
      const old = await holdToken()
      api.answer(async ({ headers }) => {
        if (headers.authorization !== `Bearer ${old}`) return { body: 'ok' }
        tokens.invalidate(old)
        await tokens.token()
        return invalidToken
      })
      expect((await request('/maps')).status).toBe(200)
      expect(sent()).toEqual(['Bearer token-1', 'Bearer token-2'])
      expect(issuer.received).toHaveLength(2)
    })

    it('of ten requests at once, exchanges once', async () => {
      await holdToken()
      accept('token-2')
      const all = await Promise.all(Array.from({ length: 10 }, () => request('/maps')))
      expect(all.map(({ status }) => status)).toEqual(Array(10).fill(200))
      expect(issuer.received).toHaveLength(2)
    })

    it('without a reason takes the token for the reason, once', async () => {
      await holdToken()
      accept('token-2', { status: 401, body: { msg: 'no' } })
      expect((await request('/maps')).status).toBe(200)
    })

    it.each(['insufficient_scope', 'insufficient_user_authentication', 'invalid_request'])(
      'for %s returns it: a new token would be no other',
      async (error) => {
        await holdToken()
        accept('none', { status: 401, headers: { 'www-authenticate': `Bearer realm="a", error="${error}"` } })
        expect((await request('/maps')).status).toBe(401)
        expect(api.received).toHaveLength(1)
        expect(issuer.received).toHaveLength(1)
      },
    )

    it('does not repeat a body that is gone, but has a new token for the next request', async () => {
      await holdToken()
      accept('token-2')
      const body = new Blob(['a map']).stream()
      const streamed = await request('/maps', { method: 'POST', body, duplex: 'half' } as RequestInit)
      expect([streamed.status, await streamed.json()]).toEqual([401, { error: 'invalid_token' }])
      expect(api.received).toHaveLength(1)
      expect((await request('/maps')).status).toBe(200)
    })

    it('does not repeat a Request with a body', async () => {
      await holdToken()
      accept('token-2')
      const post = new Request(`${api.origin}/maps`, { method: 'POST', body: 'a' })
      expect((await request(post)).status).toBe(401)
      expect(api.received).toHaveLength(1)
    })

    it('repeats a Request without one', async () => {
      await holdToken()
      accept('token-2')
      expect((await request(new Request(`${api.origin}/maps`))).status).toBe(200)
    })

    it.each([
      ['text', 'abc'],
      ['bytes', new TextEncoder().encode('abc')],
      ['a buffer', new TextEncoder().encode('abc').buffer],
      ['a blob', new Blob(['abc'])],
    ])('repeats %s', async (_, body) => {
      await holdToken()
      accept('token-2')
      await request('/maps', { method: 'POST', body })
      expect(api.received.map((received) => received.body)).toEqual(['abc', 'abc'])
    })

    it('throws where the new token cannot be had', async () => {
      await holdToken()
      accept('none')
      issuer.answer(() => ({ status: 400, body: { error: 'invalid_client' } }))
      await expect(request('/maps')).rejects.toMatchObject({ code: 'ERR_TOKEN_REFUSED' })
    })
  })

  describe('on a 403', () => {
    it.each(['insufficient_scope', 'invalid_token'])(
      'with %s returns it and asks for no token',
      async (error) => {
        await holdToken()
        accept('none', { status: 403, headers: { 'www-authenticate': `Bearer error="${error}"` } })
        expect((await request('/maps')).status).toBe(403)
        expect(api.received).toHaveLength(1)
        expect(await tokens.token()).toBe('token-1')
      },
    )

    it('MF-15: of a used-up quota keeps the token', async () => {
      await holdToken()
      accept('none', { status: 403, body: { msg: 'usage limit' } })
      expect(await (await request('/maps')).json()).toEqual({ msg: 'usage limit' })
      expect(issuer.received).toHaveLength(1)
    })
  })

  describe('keeps the token from', () => {
    let foreign: TestServer

    beforeEach(async () => {
      foreign = await startServer(grantToken)
    })
    afterEach(() => foreign.close())

    it('any other origin: an error, and no request', async () => {
      const urls = [
        foreign.url,
        `//${new URL(foreign.origin).host}/maps`,
        api.origin.replace('127.0.0.1', 'localhost'),
      ]
      for (const url of urls)
        await expect(request(url)).rejects.toMatchObject({ code: 'ERR_CONFIGURATION', key: 'api' })
      await expect(request(new Request(foreign.url))).rejects.toMatchObject({ key: 'api' })
      expect(foreign.received).toHaveLength(0)
      expect(issuer.received).toHaveLength(0)
    })

    it('where the API redirects to', async () => {
      api.answer(() => ({ status: 302, headers: { location: foreign.url } }))
      const response = await request('/maps', { redirect: 'follow' })
      expect([response.status, response.headers.get('location')]).toEqual([302, foreign.url])
      expect(foreign.received).toHaveLength(0)
    })

    it('a redirect that the caller wants to be an error', async () => {
      api.answer(() => ({ status: 302, headers: { location: foreign.url } }))
      await expect(request('/maps', { redirect: 'error' })).rejects.toThrow()
      await expect(request(new Request(`${api.origin}/`, { redirect: 'error' }))).rejects.toThrow()
    })

    it('a request with an Authorization of its own, which is sent as it is', async () => {
      accept('none')
      const headers = { Authorization: 'Basic abc' }
      expect((await request('/maps', { headers })).status).toBe(401)
      expect((await request(new Request(`${api.origin}/maps`, { headers }))).status).toBe(401)
      expect(sent()).toEqual(['Basic abc', 'Basic abc'])
      expect(issuer.received).toHaveLength(0)
    })
  })

  it('serves several origins of one API', async () => {
    const second = await startServer(() => ({ body: 'ok' }))
    const both = createFetch(tokens, { api: [api.origin, second.origin] })
    await both(`${second.origin}/maps`)
    expect(second.received[0]?.headers.authorization).toBe('Bearer token-1')
    await second.close()
  })

  it('passes an abort on, to the wait for a token too', async () => {
    issuer.answer(() => 'hang')
    const controller = new AbortController()
    const pending = request('/maps', { signal: controller.signal })
    controller.abort(new Error('had enough'))
    await expect(pending).rejects.toThrow('had enough')
    expect(api.received).toHaveLength(0)
  })

  it.each([
    ['http://api.example'],
    ['https://api.example/v1'],
    ['https://api.example?a'],
    ['https://a:b@api.example'],
    ['api.example'],
    [''],
  ])('refuses %j as an API', (url) => {
    expect(() => createFetch(tokens, { api: url })).toThrow(expect.objectContaining({ key: 'api' }))
  })

  it('takes plain http where that is allowed, by true and by no other word', () => {
    const api = 'http://api.internal'
    expect(() => createFetch(tokens, { api, allowHttp: true })).not.toThrow()
    expect(() => createFetch(tokens, { api, allowHttp: 'no' } as never)).toThrow(
      expect.objectContaining({ key: 'api' }),
    )
  })

  it('refuses an unknown option and an API of no origin', () => {
    expect(() => createFetch(tokens, { api: api.origin, retries: 3 } as never)).toThrow(
      'retries: is no option here',
    )
    expect(() => createFetch(tokens, { api: [] })).toThrow(expect.objectContaining({ key: 'api' }))
  })
})
