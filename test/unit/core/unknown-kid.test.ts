import { createTestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { type KeySetScenario, startKeySetScenario } from '../../key-set-scenario.ts'

const bogusKid = (): { header: { kid: string } } => ({ header: { kid: crypto.randomUUID() } })

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
