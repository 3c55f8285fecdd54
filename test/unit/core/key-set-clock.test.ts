import { describe, expect, it } from 'vitest'
import { startKeySetScenario } from '../../key-set-scenario.ts'

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
