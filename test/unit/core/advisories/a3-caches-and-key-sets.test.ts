import { createResourceServer } from '@scopegate/core'
import { createFakeClock, createTestIssuer, createTestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { describeDecision } from '../../../key-set-scenario.ts'
import { ask, configurationError, issuer, profile } from '../server.ts'
import { bearer, createFetching, createServer, expectInvalid, JWKS_URI, verdict } from './scene.ts'

const down = (): Response => new Response('down', { status: 500 })

describe('A3: token caches and key sets', () => {
  it('CVE-2026-35039: no two tokens share an entry, however alike they are', async () => {
    const server = createServer()
    const alike = { jti: 'same', sub: 'same', client_id: 'same' }
    const tokens = await Promise.all(
      Array.from({ length: 300 }, async (_, at) => {
        const scope = at % 2 === 0 ? `read s${at}` : `s${at}`
        return [scope, await issuer.mintToken({ scope, claims: alike })] as const
      }),
    )
    for (let round = 0; round < 2; round++) {
      for (const [scope, token] of tokens) {
        const decision = await server.authorize({
          method: 'GET',
          target: '/maps',
          rawHeaders: ['Host', 'api.example', 'Authorization', `Bearer ${token}`],
        })
        expect(decision.allowed && decision.token?.scopes.join(' ')).toBe(scope)
      }
    }
    const [[, first] = ['', ''], [, second] = ['', '']] = tokens
    const [head, , signature] = first.split('.')
    await expectInvalid(server, `${head}.${second.split('.')[1]}.${signature}`)
    for (const [scope, token] of tokens.slice(0, 20)) {
      expect(await verdict(server, token, '/read')).toBe(
        scope.startsWith('read') ? 'allowed' : '403 insufficient_scope',
      )
    }
  })

  it("CVE-2025-59936: a key is its issuer's, also where another has one of the same kid", async () => {
    const [one, two] = await Promise.all(
      ['https://one.example', 'https://two.example'].map(
        async (name) => await createTestIssuer({ issuer: name }),
      ),
    )
    if (one === undefined || two === undefined) throw new Error('two issuers were made')
    const [ofOne, ofTwo] = await Promise.all([createTestKey({ kid: 'k' }), createTestKey({ kid: 'k' })])
    const tokens = (
      [
        [one, ofOne],
        [two, ofTwo],
      ] as const
    ).map(([{ issuer, audience }, { publicJwk }]) => ({
      issuer,
      audience,
      keys: { keys: [publicJwk] },
    }))
    const createBoth = (): ReturnType<typeof createServer> =>
      createServer({ issuer: undefined, audience: undefined, keys: undefined, tokens })
    const good = [await one.mintToken({ key: ofOne }), await two.mintToken({ key: ofTwo })]
    const crossed = [await two.mintToken({ key: ofOne }), await one.mintToken({ key: ofTwo })]
    for (const order of [
      [...crossed, ...good, ...crossed],
      [...good, ...crossed],
    ]) {
      const server = createBoth()
      for (const token of order)
        expect(await verdict(server, token)).toBe(good.includes(token) ? 'allowed' : '401 token_signature')
    }
  })

  it('CVE-2025-59936: a foreign issuer causes no fetch', async () => {
    const { server, fetched } = createFetching()
    await expectInvalid(server, await issuer.mintToken({ claims: { iss: 'https://evil.example' } }))
    expect(fetched).toEqual([])
  })

  it('GHSA-675f-rq2r-jw82: a key that is published no longer is dead, for cached tokens too', async () => {
    const own = await createTestIssuer()
    const { server, clock, fetched } = createFetching(() => Response.json(own.jwks))
    const old = await own.mintToken({ expiresIn: 86_400 })
    expect(await verdict(server, old)).toBe('allowed')
    await own.rotateKey()
    own.withdrawKey(own.keys.at(-1)?.kid ?? '')
    clock.advance(601)
    expect(await verdict(server, old)).toBe('401 token_key_unknown')
    expect(await verdict(server, await own.mintToken({ expiresIn: 3600 }))).toBe('allowed')
    expect(fetched.length).toBeLessThan(5)
  })

  it.each<[state: string, respond: () => Response]>([
    ['answers', () => Response.json(issuer.jwks)],
    ['fails', down],
  ])(
    'CVE-2026-48524: 1,000 unknown kids cost few fetches and no good key, while the key source %s',
    async (_, respond) => {
      let answer = (): Response => Response.json(issuer.jwks)
      const { server, fetched, clock } = createFetching(() => answer())
      const token = await issuer.mintToken()
      expect(await verdict(server, token)).toBe('allowed')
      answer = respond
      const bogus = await createTestKey()
      for (let count = 0; count < 1000; count++) {
        if (count % 100 === 0) clock.advance(1)
        const forged = await issuer.mintToken({ key: bogus, header: { kid: `bogus-${count}` } })
        const decision = await server.authorize({
          method: 'GET',
          target: '/maps',
          rawHeaders: ['Host', 'a', 'Authorization', `Bearer ${forged}`],
        })
        expect(decision.allowed).toBe(false)
      }
      expect(fetched.length).toBeLessThan(15)
      expect(await verdict(server, token)).toBe('allowed')
    },
  )

  it.each([
    'http://issuer.example/jwks',
    'file:///etc/keys',
    'data:application/json,{"keys":[]}',
    'ftp://issuer.example/jwks',
    'https://user:pass@issuer.example/jwks',
    'https://issuer.example/jwks#x',
    '/jwks',
    '//issuer.example/jwks',
    '',
  ])('CVE-2026-48522: keys are not fetched from %j', (jwksUri) => {
    expect(configurationError({ ...profile, keys: undefined, jwksUri }).message).toMatch(/^jwksUri/)
  })

  it.each([301, 302, 303, 307, 308])('CVE-2026-48522: a redirect (%i) is not followed', async (status) => {
    // A platform that is told to follow would answer with what it found there.
    const { server, fetched } = createFetching((_, { redirect }) =>
      redirect === 'manual'
        ? new Response(null, { status, headers: { location: 'https://evil.example/jwks' } })
        : Response.json(issuer.jwks),
    )
    expect(await verdict(server, await issuer.mintToken())).toBe('503 key_set_unavailable')
    expect(new Set(fetched)).toEqual(new Set([JWKS_URI]))
  })

  it('CVE-2026-31837: no key is trusted that was not fetched', async () => {
    const { server } = createFetching(down)
    expect(await verdict(server, await issuer.mintToken())).toBe('503 key_set_unavailable')
    expect(await verdict(server, await issuer.mintToken({ key: await createTestKey() }))).toBe(
      '503 key_set_unavailable',
    )
  })

  it('hono verifyWithJwks: 1,000 requests cost two fetches at most, 100 first ones at a time a single one', async () => {
    const { server, fetched } = createFetching()
    const tokens = await Promise.all(Array.from({ length: 100 }, async () => await issuer.mintToken()))
    const asked = async (token: string): Promise<boolean> =>
      (
        await server.authorize({
          method: 'GET',
          target: '/maps',
          rawHeaders: ['Host', 'a', 'Authorization', `Bearer ${token}`],
        })
      ).allowed
    expect(await Promise.all(tokens.map(asked))).not.toContain(false)
    expect(fetched).toHaveLength(1)
    for (let round = 0; round < 9; round++) for (const token of tokens) expect(await asked(token)).toBe(true)
    expect(fetched.length).toBeLessThanOrEqual(2)
  })

  it('jose 9a1a913: fetches do not overlap, so an older set never lands on a newer one', async () => {
    const own = await createTestIssuer()
    let release: (() => void) | undefined
    const { server, fetched, clock } = createFetching(async () => {
      const set = own.jwks
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return Response.json(set)
    })
    const first = verdictOf(server, await own.mintToken({ expiresIn: 86_400 }))
    await own.rotateKey()
    clock.advance(700)
    const second = verdictOf(server, await own.mintToken({ expiresIn: 86_400 }))
    release?.()
    await first
    clock.advance(700)
    const third = verdictOf(server, await own.mintToken({ expiresIn: 86_400 }))
    await new Promise((resolve) => setImmediate(resolve))
    release?.()
    await Promise.all([second, third])
    expect(fetched.length).toBeLessThanOrEqual(3)
    expect(await third).toBe('allowed')
  })

  it('errorCacheTTL: neither a refusal nor an outage is remembered', async () => {
    let answer = down
    const { server, clock } = createFetching(() => answer())
    const later = await issuer.mintToken({ claims: { nbf: Math.floor(clock.now() / 1000) + 7 } })
    expect(await verdict(server, later)).toBe('503 key_set_unavailable')
    answer = () => Response.json(issuer.jwks)
    clock.advance(1)
    expect(await verdict(server, later)).toBe('401 token_not_yet_valid')
    clock.advance(3)
    expect(await verdict(server, later)).toBe('allowed')
  })

  it('Z3: a token dies in the cache when it expires, whichever way the clock goes', async () => {
    const clock = createFakeClock()
    const own = await createTestIssuer({ now: clock.now })
    const server = createServer({ keys: own.jwks, now: clock.now, clockTolerance: 0 })
    const token = await own.mintToken({ expiresIn: 2, claims: { iat: undefined } })
    expect(await verdict(server, token)).toBe('allowed')
    clock.advance(1.9)
    expect(await verdict(server, token)).toBe('allowed')
    clock.advance(0.1 + 0.9)
    expect(await verdict(server, token)).toBe('401 token_expired')
    clock.advance(3600)
    expect(await verdict(server, token)).toBe('401 token_expired')
    const issuedNow = await own.mintToken({ expiresIn: 60 })
    expect(await verdict(server, issuedNow)).toBe('allowed')
    clock.advance(-3600)
    expect(await verdict(server, issuedNow)).toBe('401 token_not_yet_valid')
    clock.set(Number.NaN)
    expect(await verdict(server, issuedNow)).toBe('500 internal_error')
  })

  it('A50: two servers in one process share nothing, and options are copied', async () => {
    const audience = ['https://api.example']
    const one = createResourceServer({
      ...profile,
      audience,
      routes: [{ method: 'GET', path: '/maps', access: 'authenticated' }],
    })
    const other = createServer({ audience: 'https://other.example' })
    const token = await issuer.mintToken()
    expect(await verdict(one, token)).toBe('allowed')
    await expectInvalid(other, token)
    audience[0] = 'https://other.example'
    expect(await verdict(one, token)).toBe('allowed')
  })

  it('A50: what a handler does to the claims changes no later request', async () => {
    const server = createServer()
    const token = await issuer.mintToken({ scope: 'write', claims: { roles: ['a', { b: [1] }] } })
    const first = await ask(server, 'GET /maps', bearer(token))
    if (!first.allowed || first.token === undefined) throw new Error('the token is good')
    const { claims, scopes } = first.token
    for (const tamper of [
      () => Object.assign(claims, { scope: 'read' }),
      () => (scopes as string[]).push('read'),
      () => (claims.roles as unknown[]).push('admin'),
      () => Object.defineProperty(first.token, 'scopes', { value: ['read'] }),
    ]) {
      expect(tamper).toThrow(TypeError)
    }
    expect(describeDecision(await ask(server, 'GET /read', bearer(token)))).toBe('403 insufficient_scope')
  })
})

async function verdictOf(server: ReturnType<typeof createServer>, token: string): Promise<string> {
  return describeDecision(
    await server.authorize({
      method: 'GET',
      target: '/maps',
      rawHeaders: ['Host', 'a', 'Authorization', `Bearer ${token}`],
    }),
  )
}
