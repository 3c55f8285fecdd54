import { createResourceServer, type ResourceServer, type ResourceServerOptions } from '@scopegate/core'
import { createFakeClock, createTestIssuer } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { describeDecision } from '../key-set-scenario.ts'
import { expectNoStrayRejections } from './stray-rejections.ts'

expectNoStrayRejections()

const HOUR = 3_600_000
const DECADE = 315_360_000_000

const NO_KEYS = '503 key_set_unavailable'

/**
 * What the clock says while it is wrong, and what is then said of a token that is good for five minutes. By a clock that
 * tells no time nothing fetched is fresh, so a token that was not seen before finds no published keys.
 */
const JUMPS: Readonly<
  Record<string, readonly [now: (time: number) => unknown, expected: string, unseen?: string]>
> = {
  'an hour ahead': [(time) => time + HOUR, '401 token_expired'],
  'ten years ahead': [(time) => time + DECADE, '401 token_expired'],
  'an hour behind': [(time) => time - HOUR, '401 token_not_yet_valid'],
  'ten years behind': [(time) => time - DECADE, '401 token_not_yet_valid'],
  'before 1970': [() => -1, '401 token_not_yet_valid'],
  'at the beginning': [() => 0, '401 token_not_yet_valid'],
  infinite: [() => Number.POSITIVE_INFINITY, '401 token_expired', NO_KEYS],
  'infinitely early': [() => Number.NEGATIVE_INFINITY, '401 token_not_yet_valid', NO_KEYS],
  'not a number': [() => Number.NaN, '500 internal_error', NO_KEYS],
  'an object that is like a number': [(time) => new Date(time), '500 internal_error', NO_KEYS],
  'a bigint': [(time) => BigInt(time), '500 internal_error', NO_KEYS],
  nothing: [() => undefined, '500 internal_error', NO_KEYS],
  throwing: [
    () => {
      throw new Error('no clock')
    },
    '500 internal_error',
    NO_KEYS,
  ],
}

const clock = createFakeClock()
const issuer = await createTestIssuer({ now: clock.now })
const hmac = await createTestIssuer({ algorithm: 'HS256', now: clock.now, issuer: 'https://hmac.example' })
const routes = [
  { method: 'GET', path: '/maps', access: 'authenticated' },
  { method: 'GET', path: '/public', access: 'public' },
] as const

interface Scene {
  readonly server: ResourceServer
  readonly setNow: (now: (time: number) => unknown) => void
}

/** With every sort of thing that is remembered for a time: keys, secrets, status, grants, origins. */
function createScene(): Scene {
  let now: (time: number) => unknown = (time) => time
  const options = {
    tokens: [
      {
        issuer: issuer.issuer,
        audience: issuer.audience,
        jwksUri: 'https://issuer.example/jwks',
        status: { isActive: () => true },
        grants: { resolve: () => 'query' },
      },
      { issuer: hmac.issuer, audience: hmac.audience, secret: { by: 'kid', find: () => hmac.secret } },
    ],
    origins: { known: () => true, allows: () => true },
    routes,
    fetch: async () => Response.json(issuer.jwks),
    now: () => now(clock.now()),
  } as unknown as ResourceServerOptions
  return {
    server: createResourceServer(options),
    setNow: (wrong) => {
      now = wrong
    },
  }
}

async function ask({ server }: Scene, token: string, target = '/maps'): Promise<string> {
  const rawHeaders = ['Authorization', `Bearer ${token}`, 'Origin', 'https://app.example']
  const request = { method: 'GET', target, rawHeaders }
  const verdict = describeDecision(await server.authorize(request))
  const now = server.authorizeNow(request)
  if (now !== undefined) expect(describeDecision(now)).toBe(verdict)
  return verdict
}

describe.each(Object.entries(JUMPS))('a clock that is %s', (_, [wrong, expected, unseen = expected]) => {
  it.each([
    ['of a published key', issuer],
    ['of a secret that was found', hmac],
  ])('admits no token %s, known or not, and leaves no trace once it is right', async (_name, by) => {
    const scene = createScene()
    const known = await by.mintToken()
    const fresh = await by.mintToken()
    expect(await ask(scene, known)).toBe('allowed')
    scene.setNow(wrong)
    expect(await ask(scene, known)).toBe(expected)
    expect(await ask(scene, fresh)).toBe(by === hmac ? expected : unseen)
    expect(await ask(scene, known, '/public')).toBe('allowed')
    scene.setNow((time) => time)
    expect(await ask(scene, known)).toBe('allowed')
    expect(await ask(scene, fresh)).toBe('allowed')
  })

  it('is no way to revive what has expired, or to be early', async () => {
    const scene = createScene()
    const expired = await issuer.mintToken({ expiresIn: -60 })
    const early = await issuer.mintToken({ claims: { nbf: clock.now() / 1000 + 60 } })
    const before = [await ask(scene, expired), await ask(scene, early)]
    scene.setNow(wrong)
    await ask(scene, expired)
    await ask(scene, early)
    scene.setNow((time) => time)
    expect([await ask(scene, expired), await ask(scene, early)]).toEqual(before)
    expect(before).toEqual(['401 token_expired', '401 token_not_yet_valid'])
  })
})
