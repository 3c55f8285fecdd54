import { createTestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { KeySetUnavailableError } from '../../../packages/core/src/errors.ts'
import { importKeyRing, type KeyRing } from '../../../packages/core/src/key-ring.ts'
import {
  createLocalKeySet,
  createRemoteKeySet,
  type RemoteKeySetOptions,
} from '../../../packages/core/src/key-set.ts'
import { KEY_SET_DEFAULTS } from '../../../packages/core/src/key-set-options.ts'
import { startKeySetScenario } from '../../key-set-scenario.ts'

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
    const server = createServer({ initialKeys: issuer.jwks, keySet: { timeout: 0.05 } })
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

  it('is ready with initial keys through an outage, but not where no fetch can ever succeed', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    keySet.setFault('error')
    await createServer({ initialKeys: issuer.jwks }).ready()
    keySet.setFault(undefined)
    let isMisspelt = true
    const fetch = async (url: string, init: RequestInit): Promise<Response> =>
      isMisspelt && url.includes('/.well-known/')
        ? Response.json({ issuer: `${issuer.issuer}/`, jwks_uri: keySet.jwksUri })
        : await globalThis.fetch(url, init)
    const misspelt = createServer({ initialKeys: issuer.jwks, fetch })
    for (const _ of ['at first', 'and again'])
      await expect(misspelt.ready()).rejects.toMatchObject({ code: 'ERR_CONFIGURATION', key: 'issuer' })
    expect(await misspelt.verdict(await issuer.mintToken())).toBe('allowed')
    isMisspelt = false
    clock.advance(2)
    await misspelt.ready()
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

describe('a key set that is given', () => {
  it('is loaded once, and at hand from then on', async () => {
    let loads = 0
    const keySet = createLocalKeySet(async (): Promise<KeyRing> => {
      loads++
      return await importKeyRing([], [])
    })
    expect(keySet.peek()).toBeUndefined()
    const [ring, again] = await Promise.all([keySet.current(), keySet.refreshed()])
    expect(again).toBe(ring)
    expect(keySet.peek()).toBe(ring)
    await keySet.current()
    expect(loads).toBe(1)
  })
})

describe('keys that could not be had', () => {
  const fetching = (options: Partial<RemoteKeySetOptions>): Promise<KeyRing> =>
    createRemoteKeySet({
      fetchKeys: async () => [],
      algorithms: ['ES256'],
      policy: KEY_SET_DEFAULTS,
      initialKeys: undefined,
      now: () => 0,
      ...options,
    }).current()

  it('are an outage, with what caused it', async () => {
    const cause = new Error('no network')
    await expect(fetching({ fetchKeys: () => Promise.reject(cause) })).rejects.toMatchObject({
      name: 'KeySetUnavailableError',
      message: 'the key set could not be fetched',
      cause,
    })
  })

  it('are the outage that fetching tells of, as it is', async () => {
    const outage = new KeySetUnavailableError('too large')
    await expect(fetching({ fetchKeys: () => Promise.reject(outage) })).rejects.toBe(outage)
  })

  it('are an outage also while the clock does not work', async () => {
    await expect(fetching({ now: () => Number.NaN })).rejects.toMatchObject({
      name: 'KeySetUnavailableError',
      message: 'the key set has not been fetched yet',
    })
  })
})
