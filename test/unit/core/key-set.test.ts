import { createTestIssuer, createTestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { type KeySetScenario, startKeySetScenario, warmUp } from '../../key-set-scenario.ts'

const bogusKid = (): { header: { kid: string } } => ({ header: { kid: crypto.randomUUID() } })
const times = async <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  await Promise.all(Array.from({ length: count }, (_, index) => work(index)))

describe('fetching', () => {
  it('answers 100 concurrent first requests with one discovery and one JWK Set', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer()
    const verdicts = await times(100, async () => await server.verdict(await issuer.mintToken()))
    expect(new Set(verdicts)).toEqual(new Set(['allowed']))
    expect(keySet.requests).toEqual({ discovery: 1, jwks: 1, redirected: 0 })
  })

  it('fetches nothing at set-up, nor when asked for what can be had at once', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer()
    expect(server.verdictNow(await issuer.mintToken())).toBeUndefined()
    await new Promise(setImmediate)
    expect(keySet.requests).toMatchObject({ discovery: 0, jwks: 0 })
  })

  it('answers 1,000 requests from one set, without waiting where the token is known', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer()
    const token = await issuer.mintToken()
    for (let i = 0; i < 500; i++) {
      expect(await server.verdict(token)).toBe('allowed')
      expect(server.verdictNow(token)).toBe('allowed')
    }
    expect(keySet.requests).toMatchObject({ discovery: 1, jwks: 1 })
  })

  it('is ready once the keys are here, however often it is asked', async () => {
    const { keySet, createServer } = await startKeySetScenario()
    const server = createServer()
    await times(5, async () => await server.ready())
    await server.ready()
    expect(keySet.requests).toMatchObject({ discovery: 1, jwks: 1 })
  })

  it('spares the discovery where `jwksUri` is given', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer({ jwksUri: keySet.jwksUri })
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
    expect(keySet.requests).toMatchObject({ discovery: 0, jwks: 1 })
  })

  it('serves initial keys at once and replaces them by fetched ones behind the first request', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer({ initialKeys: issuer.jwks })
    const [old] = issuer.keys
    const oldToken = await issuer.mintToken()
    await issuer.rotateKey()
    issuer.withdrawKey(String(old?.kid))
    keySet.setFault('hang')
    expect(await server.verdict(oldToken)).toBe('allowed')
    await server.ready()

    const other = createServer({ initialKeys: { keys: old?.publicJwk ? [old.publicJwk] : [] } })
    keySet.setFault(undefined)
    expect(await other.verdict(oldToken)).toBe('allowed')
    await other.backgroundWork()
    expect(await other.verdict(oldToken)).toBe('401 token_key_unknown')
    expect(await other.verdict(await issuer.mintToken())).toBe('allowed')
  })

  it('lets initial keys serve through an outage for what is left of their age and the time of grace', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer({ initialKeys: issuer.jwks, keySet: { maxAge: 100, staleIfError: 50 } })
    keySet.setFault('error')
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
    await server.backgroundWork()
    clock.advance(69)
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
    await server.backgroundWork()
    clock.advance(1)
    expect(await server.verdict(await issuer.mintToken())).toBe('503 key_set_unavailable')
  })

  it('looks at no more keys than it is told to', async () => {
    const { issuer, createServer } = await startKeySetScenario({ algorithms: ['ES256', 'ES256', 'ES256'] })
    const server = createServer({ keySet: { maxKeys: 2 } })
    const verdicts = await times(3, async (index) => {
      return await server.verdict(await issuer.mintToken({ key: String(issuer.keys[index]?.kid) }))
    })
    expect(verdicts).toEqual(['allowed', 'allowed', '401 token_key_unknown'])
  })

  it('shares nothing between two servers', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    const [one, two] = [createServer(), createServer({ audience: 'https://other.example' })]
    const token = await issuer.mintToken()
    expect(await one.verdict(token)).toBe('allowed')
    expect(keySet.requests.jwks).toBe(1)
    expect(await two.verdict(token)).toBe('401 token_audience')
    expect(keySet.requests.jwks).toBe(2)
    expect(await one.verdict(token)).toBe('allowed')
    expect(two.verdictNow(token)).toBeUndefined()
  })
})

describe('keeping fresh', () => {
  it('fetches ahead of expiry, behind requests that do not wait for it', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer({ initialKeys: issuer.jwks })
    const token = await issuer.mintToken({ expiresIn: 10_000 })
    await server.verdict(token)
    await server.backgroundWork()
    keySet.setFault('hang')
    clock.advance(479)
    expect(server.verdictNow(token)).toBe('allowed')
    expect(keySet.requests.jwks).toBe(1)

    clock.advance(1)
    let fetched = false
    expect(await server.verdict(token)).toBe('allowed')
    const work = server.backgroundWork().then(() => {
      fetched = true
    })
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
    await times(100, async () => expect(await server.verdict(token)).toBe('allowed'))
    expect(server.verdictNow(token)).toBe('allowed')
    expect(fetched).toBe(false)
    await keySet.close()
    await work
    expect(server.verdictNow(token)).toBe('allowed')
  })

  it('goes on with the keys it has where the fresh set holds them too', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer()
    const token = await issuer.mintToken({ expiresIn: 100_000 })
    for (let refresh = 1; refresh <= 20; refresh++) {
      expect(await server.verdict(token)).toBe('allowed')
      await server.backgroundWork()
      expect(keySet.requests.jwks).toBe(refresh)
      expect(server.verdictNow(token)).toBe('allowed')
      clock.advance(480)
    }
  })

  it('waits for a fetch where the set is too old to serve, once for all who wait', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer()
    await server.ready()
    const kid = String(issuer.keys[0]?.kid)
    await issuer.rotateKey()
    issuer.withdrawKey(kid)
    clock.advance(600)
    const verdicts = await times(20, async () => await server.verdict(await issuer.mintToken({ key: kid })))
    expect(new Set(verdicts)).toEqual(new Set(['401 token_key_unknown']))
    expect(keySet.requests.jwks).toBe(2)
  })

  it('takes a rotated key and drops a withdrawn one, for tokens it has verified before too', async () => {
    const { clock, issuer, createServer } = await startKeySetScenario()
    const server = createServer()
    const kid = String(issuer.keys[0]?.kid)
    const old = await issuer.mintToken({ expiresIn: 10_000 })
    expect(await server.verdict(old)).toBe('allowed')
    await issuer.rotateKey()
    clock.advance(10)
    const young = await issuer.mintToken({ expiresIn: 10_000 })
    expect(await server.verdict(young)).toBe('allowed')
    expect(await server.verdict(old)).toBe('allowed')

    issuer.withdrawKey(kid)
    clock.advance(480)
    expect(await server.verdict(old)).toBe('allowed')
    await server.backgroundWork()
    expect(server.verdictNow(old)).toBeUndefined()
    expect(await server.verdict(old)).toBe('401 token_key_unknown')
    expect(await server.verdict(young)).toBe('allowed')
  })

  it('takes a withdrawn key back when it is published again', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer()
    const token = await issuer.mintToken({ expiresIn: 10_000 })
    expect(await server.verdict(token)).toBe('allowed')
    keySet.setFault('empty')
    clock.advance(600)
    expect(await server.verdict(token)).toBe('401 token_key_unknown')
    keySet.setFault(undefined)
    clock.advance(9)
    expect(await server.verdict(token)).toBe('401 token_key_unknown')
    clock.advance(1)
    expect(await server.verdict(token)).toBe('allowed')
  })

  it('does not take a key for another of the same name', async () => {
    const { clock, issuer, createServer } = await startKeySetScenario()
    const server = createServer()
    const kid = String(issuer.keys[0]?.kid)
    const token = await issuer.mintToken({ expiresIn: 10_000 })
    expect(await server.verdict(token)).toBe('allowed')
    issuer.withdrawKey(kid)
    await issuer.rotateKey({ kid })
    clock.advance(600)
    expect(await server.verdict(token)).toBe('401 token_signature')
  })

  it.each(['duplicateKid', 'brokenKey'] as const)(
    '%s: a bad entry never denies a good one',
    async (fault) => {
      const { issuer, keySet, createServer } = await startKeySetScenario({ algorithms: ['ES256', 'Ed25519'] })
      keySet.setFault(fault)
      const server = createServer()
      for (const { kid } of issuer.keys) {
        expect(await server.verdict(await issuer.mintToken({ key: kid }))).toBe('allowed')
      }
    },
  )

  it('takes both of two good keys that share a name', async () => {
    const { issuer, createServer } = await startKeySetScenario()
    const [first] = issuer.keys
    const second = await issuer.rotateKey({ kid: String(first?.kid) })
    const server = createServer()
    for (const key of [first, second]) {
      expect(await server.verdict(await issuer.mintToken(key ? { key } : {}))).toBe('allowed')
    }
    const stranger = await createTestKey({ kid: second.kid })
    expect(await server.verdict(await issuer.mintToken({ key: stranger }))).toBe('401 token_signature')
  })

  it('may be fetched more often than an unknown kid may ask for it', async () => {
    const { clock, issuer, createServer } = await startKeySetScenario()
    const server = createServer({ keySet: { maxAge: 5, cooldown: 60 } })
    for (let second = 0; second < 20; second++) {
      expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
      await server.backgroundWork()
      clock.advance(1)
    }
  })
})

describe('an unknown kid', () => {
  it('causes one fetch per cool-down, and 401 while the fetches succeed', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer()
    await server.ready()
    for (let round = 1; round <= 3; round++) {
      clock.advance(9.999)
      expect(await server.verdict(await issuer.mintToken(bogusKid()))).toBe('401 token_key_unknown')
      expect(keySet.requests.jwks).toBe(round)
      clock.advance(0.001)
      for (let i = 0; i < 5; i++) {
        expect(await server.verdict(await issuer.mintToken(bogusKid()))).toBe('401 token_key_unknown')
      }
      expect(keySet.requests.jwks).toBe(1 + round)
    }
  })

  it('causes no fetch right after one', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    expect(await createServer().verdict(await issuer.mintToken(bogusKid()))).toBe('401 token_key_unknown')
    expect(keySet.requests.jwks).toBe(1)
  })

  it('is 503 where the fetch it caused failed, and 401 again once one succeeds', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer()
    const known = await issuer.mintToken()
    await server.verdict(known)
    clock.advance(10)
    keySet.setFault('error')
    expect(await server.verdict(await issuer.mintToken(bogusKid()))).toBe('503 key_set_unavailable')
    expect(await server.verdict(await issuer.mintToken(bogusKid()))).toBe('503 key_set_unavailable')
    expect(await server.verdict(known)).toBe('allowed')
    keySet.setFault(undefined)
    clock.advance(1)
    expect(await server.verdict(await issuer.mintToken(bogusKid()))).toBe('401 token_key_unknown')
  })

  it('that was probed before it was real is admitted as soon as the cool-down allows', async () => {
    const { clock, issuer, createServer } = await startKeySetScenario()
    const server = createServer()
    await server.ready()
    const key = await createTestKey({ kid: 'to-come' })
    clock.advance(10)
    for (let i = 0; i < 50; i++) {
      expect(await server.verdict(await issuer.mintToken({ key }))).toBe('401 token_key_unknown')
    }
    await issuer.rotateKey({ kid: 'to-come' })
    const real = await issuer.mintToken()
    clock.advance(9.9)
    expect(await server.verdict(real)).toBe('401 token_key_unknown')
    clock.advance(0.1)
    expect(await server.verdict(real)).toBe('allowed')
  })

  it('is looked for among all keys where a token names none', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario({ algorithms: ['ES256', 'ES256'] })
    const server = createServer()
    for (const key of issuer.keys) {
      expect(await server.verdict(await issuer.mintToken({ key, header: { kid: undefined } }))).toBe(
        'allowed',
      )
    }
    const key = await createTestKey()
    expect(await server.verdict(await issuer.mintToken({ key, header: { kid: undefined } }))).toBe(
      '401 token_signature',
    )
    expect(keySet.requests.jwks).toBe(1)
  })
})

describe('a flood of 1,000 bogus kids', () => {
  /** The flood, a known token that was seen before and one that was not, between every 100. */
  const flood = async (
    { issuer }: KeySetScenario,
    server: ReturnType<KeySetScenario['createServer']>,
  ): Promise<Set<string>> => {
    const known = await issuer.mintToken()
    await server.verdict(known)
    const stranger = await createTestKey()
    const verdicts: string[] = []
    const attacks: Promise<unknown>[] = []
    for (let wave = 0; wave < 10; wave++) {
      for (let i = 0; i < 100; i++) {
        const token = await issuer.mintToken({ key: stranger, ...bogusKid() })
        attacks.push(server.verdict(token).then((verdict) => verdicts.push(verdict)))
      }
      expect(server.verdictNow(known)).toBe('allowed')
      expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
    }
    await Promise.all(attacks)
    expect(verdicts).toHaveLength(1000)
    return new Set(verdicts)
  }

  it('costs one fetch while the key source answers, and delays no real key', async () => {
    const scenario = await startKeySetScenario()
    const { clock, issuer, keySet } = scenario
    const server = scenario.createServer()
    await server.ready()
    clock.advance(10)
    expect(await flood(scenario, server)).toEqual(new Set(['401 token_key_unknown']))
    expect(keySet.requests).toMatchObject({ discovery: 1, jwks: 2 })
    await issuer.rotateKey()
    clock.advance(10)
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
    expect(keySet.requests.jwks).toBe(3)
  })

  it('costs one fetch while the key source fails, and delays no real key once it is back', async () => {
    const scenario = await startKeySetScenario()
    const { clock, issuer, keySet } = scenario
    const server = scenario.createServer({ jwksUri: keySet.jwksUri })
    await server.ready()
    clock.advance(10)
    keySet.setFault('error')
    expect(await flood(scenario, server)).toEqual(new Set(['503 key_set_unavailable']))
    expect(keySet.requests.jwks).toBe(2)
    await issuer.rotateKey()
    keySet.setFault(undefined)
    clock.advance(1)
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
  })

  it('costs one fetch while the key source hangs, and delays no real key once it is back', async () => {
    const scenario = await startKeySetScenario()
    const { clock, issuer, keySet } = scenario
    const server = scenario.createServer({ jwksUri: keySet.jwksUri })
    await server.ready()
    clock.advance(10)
    let hanging: (() => void) | undefined
    keySet.setFault((response) => {
      hanging = () => response.destroy()
    })
    const flooded = flood(scenario, server)
    await expect.poll(() => hanging).toBeDefined()
    expect(keySet.requests.jwks).toBe(2)
    hanging?.()
    expect(await flooded).toEqual(new Set(['503 key_set_unavailable']))
    expect(keySet.requests.jwks).toBe(2)
    await issuer.rotateKey()
    keySet.setFault(undefined)
    clock.advance(1)
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
  })

  it('costs one fetch per pause while it goes on for hours', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer({ jwksUri: keySet.jwksUri, keySet: { maxAge: 86_400 } })
    await server.ready()
    const token = await issuer.mintToken({ ...bogusKid(), expiresIn: 86_400 })
    for (let second = 1; second <= 1000; second++) {
      clock.advance(1)
      expect(await server.verdict(token)).toBe('401 token_key_unknown')
    }
    expect(keySet.requests.jwks).toBe(101)
    keySet.setFault('error')
    for (let second = 1; second <= 100; second++) {
      clock.advance(0.5)
      await server.verdict(token)
    }
    expect(keySet.requests.jwks).toBeLessThanOrEqual(101 + 50)
  })
})

describe('the clock', () => {
  const broken = {
    'not a number': () => Number.NaN,
    infinite: () => Number.POSITIVE_INFINITY,
    'infinitely early': () => Number.NEGATIVE_INFINITY,
    throwing: () => {
      throw new Error('no clock')
    },
    text: () => '1767225600000' as unknown as number,
  }

  it.each(Object.entries(broken))(
    '%s: nobody is admitted, and all is well once it is mended',
    async (_, bad) => {
      const { clock, issuer, createServer } = await startKeySetScenario()
      let now = bad
      const server = createServer({ now: () => now() })
      const token = await issuer.mintToken()
      expect(await server.verdict(token)).not.toBe('allowed')
      now = clock.now
      expect(await server.verdict(token)).toBe('allowed')
      now = bad
      expect(await server.verdict(token)).not.toBe('allowed')
      expect(server.verdictNow(token)).not.toBe('allowed')
      now = clock.now
      expect(await server.verdict(token)).toBe('allowed')
    },
  )

  it.each(Object.entries(broken))(
    '%s while keys are fetched: they are fetched again when it is mended',
    async (_, bad) => {
      const { clock, issuer, createServer } = await startKeySetScenario()
      let now: () => number = clock.now
      let breaks = true
      const breaking = async (url: string, init: RequestInit): Promise<Response> => {
        const response = await fetch(url, init)
        if (breaks) now = bad
        return response
      }
      const server = createServer({ now: () => now(), fetch: breaking })
      const token = await issuer.mintToken()
      expect(await server.verdict(token)).not.toBe('allowed')
      breaks = false
      now = clock.now
      expect(await server.verdict(token)).toBe('allowed')
    },
  )

  it.each([-60, -3600, -315_360_000])(
    'stepping %i seconds neither freezes the set nor forbids fetching',
    async (step) => {
      const { clock, issuer, keySet, createServer } = await startKeySetScenario()
      const server = createServer()
      await server.ready()
      clock.advance(step)
      const kid = String(issuer.keys[0]?.kid)
      const old = await issuer.mintToken({ expiresIn: 10_000 })
      expect(await server.verdict(old)).toBe('allowed')
      await server.backgroundWork()
      await issuer.rotateKey()
      expect(await server.verdict(await issuer.mintToken())).toBe(
        step === -60 ? 'allowed' : '401 token_key_unknown',
      )
      issuer.withdrawKey(kid)
      clock.advance(1200)
      expect(await server.verdict(old)).toBe('401 token_key_unknown')
      expect(keySet.requests.jwks).toBe(3)
    },
  )

  it('set back admits no token from its future', async () => {
    const { clock, issuer, createServer } = await startKeySetScenario()
    const server = createServer()
    const token = await issuer.mintToken({ expiresIn: 10_000 })
    expect(await server.verdict(token)).toBe('allowed')
    clock.advance(-6)
    expect(await server.verdict(token)).toBe('401 token_not_yet_valid')
    expect(server.verdictNow(token)).toBe('401 token_not_yet_valid')
    clock.advance(1)
    expect(server.verdictNow(token)).toBe('allowed')
  })
})

describe('an injected fetch', () => {
  const faults: Record<string, (url: string, init: RequestInit) => Promise<Response>> = {
    rejects: async () => await Promise.reject(new TypeError('fetch failed')),
    'rejects with nothing': async () => await Promise.reject(undefined),
    throws: () => {
      throw new Error('at once')
    },
    'gives nothing': async () => undefined as unknown as Response,
    'gives something else': async () => ({ status: 200 }) as Response,
    'gives an opaque redirect': async () => Response.error(),
    'gives a body that fails': async () =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('broken')) })),
    'never settles': async () => await new Promise<never>(() => undefined),
    'ignores its signal in the body': async () =>
      new Response(new ReadableStream({ pull: async () => await new Promise(() => undefined) })),
  }

  it.each(Object.entries(faults))('that %s is an outage', async (_, faulty) => {
    const { clock, issuer, createServer } = await startKeySetScenario()
    let current = faulty
    const server = createServer({
      fetch: async (...args) => await current(...args),
      keySet: { timeout: 0.1 },
    })
    const token = await issuer.mintToken()
    expect(await server.verdict(token)).toBe('503 key_set_unavailable')
    await expect(server.ready()).rejects.toMatchObject({ code: 'ERR_KEY_SET_UNAVAILABLE' })
    current = fetch
    clock.advance(1)
    await warmUp(server, clock)
    expect(await server.verdict(token)).toBe('allowed')
  })

  it('is asked for JSON, without credentials in the URL and without following redirects', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    const calls: [string, RequestInit][] = []
    const server = createServer({
      fetch: async (url, init) => {
        calls.push([url, init])
        return await fetch(url, init)
      },
    })
    await server.ready()
    expect(calls.map(([url]) => url)).toEqual([
      `${issuer.issuer}/.well-known/openid-configuration`,
      keySet.jwksUri,
    ])
    for (const [, init] of calls)
      expect(init).toMatchObject({
        method: 'GET',
        redirect: 'manual',
        headers: { accept: 'application/json' },
      })
  })

  it('is never called with what a token says', async () => {
    const { issuer, createServer } = await startKeySetScenario()
    const asked: string[] = []
    const server = createServer({
      fetch: async (url, init) => {
        asked.push(url)
        return await fetch(url, init)
      },
    })
    const evil = await createTestIssuer({ issuer: 'https://evil.example', audience: issuer.audience })
    expect(await server.verdict(await evil.mintToken())).toBe('401 token_unrecognised')
    expect(asked).toEqual([])
    const jwk = evil.keys[0]?.publicJwk
    const header = {
      jwk,
      jku: 'https://evil.example/jwks',
      x5u: 'https://evil.example/cert',
      x5c: ['AAAA'],
      x5t: 'AA',
    }
    const forged = await evil.mintToken({ claims: { iss: issuer.issuer }, header })
    expect(await server.verdict(forged)).toBe('401 token_key_unknown')
    expect(asked.filter((url) => !url.startsWith(issuer.issuer))).toEqual([])
  })
})
