import {
  createResourceServer,
  type ResourceRequest,
  type ResourceServer,
  type ResourceServerOptions,
} from '@scopegate/core'
import { createFakeClock, createTestIssuer } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { describeDecision } from '../key-set-scenario.ts'
import { MISBEHAVIOUR } from './misbehaviour.ts'
import { expectNoStrayRejections } from './stray-rejections.ts'

expectNoStrayRejections()

const clock = createFakeClock()
const issuer = await createTestIssuer({ now: clock.now })
const hmac = await createTestIssuer({ algorithm: 'HS256', now: clock.now })
const LIMITS = { timeout: 0.05, maxAge: 10 }
const JWKS_URI = 'https://issuer.example/jwks'
const ORIGIN = 'https://app.example'

type Callback = () => unknown

const create = (options: object): ResourceServer =>
  createResourceServer({
    issuer: issuer.issuer,
    audience: issuer.audience,
    routes: [{ method: 'GET', path: '/maps', access: 'authenticated' }],
    now: clock.now,
    ...options,
  } as ResourceServerOptions)
const given = (options: object): ResourceServer => create({ keys: issuer.jwks, ...options })
const fetched = (options: object): ResourceServer => create({ jwksUri: JWKS_URI, ...options })
const yes = (): boolean => true

/** A server whose callback of one kind misbehaves, and what is answered to a request that is good but for that. */
const KINDS: Readonly<
  Record<string, readonly [expected: string, build: (callback: Callback) => ResourceServer]>
> = {
  now: ['500 internal_error', (now) => given({ now })],
  fetch: ['503 key_set_unavailable', (fetch) => fetched({ fetch, keySet: { timeout: 0.05 } })],
  onDecision: ['allowed', (onDecision) => given({ onDecision })],
  status: ['503 status_unavailable', (isActive) => given({ status: { isActive, ...LIMITS } })],
  grants: ['503 grants_unavailable', (resolve) => given({ grants: { resolve, ...LIMITS } })],
  'secret find': [
    '503 key_set_unavailable',
    (find) => create({ issuer: hmac.issuer, secret: { by: 'kid', find, ...LIMITS } }),
  ],
  'origins allows': [
    '503 origins_unavailable',
    (allows) => given({ origins: { known: yes, allows, ...LIMITS } }),
  ],
  'origins known': ['allowed', (known) => given({ origins: { known, allows: yes, ...LIMITS } })],
}

async function requestFor(kind: string): Promise<ResourceRequest> {
  const token = await (kind === 'secret find' ? hmac : issuer).mintToken()
  const origin = kind.startsWith('origins') ? ['Origin', ORIGIN] : []
  return { method: 'GET', target: '/maps', rawHeaders: ['Authorization', `Bearer ${token}`, ...origin] }
}

describe.each(Object.entries(KINDS))('%s that misbehaves', (kind, [expected, build]) => {
  it.each(Object.entries(MISBEHAVIOUR))('%s', async (_, callback) => {
    const server = build(callback)
    const request = await requestFor(kind)
    expect(describeDecision(await server.authorize(request))).toBe(expected)
    const [first, second] = await Promise.all([server.authorize(request), server.authorize(request)])
    expect([first, second].map(describeDecision)).toEqual([expected, expected])
    const now = server.authorizeNow(request)
    if (now !== undefined) expect(describeDecision(now)).toBe(expected)
  })
})

describe('origins known, asked by a preflight or for a denial', () => {
  it.each(Object.entries(MISBEHAVIOUR))('%s', async (_, known) => {
    const server = given({ origins: { known, allows: yes, ...LIMITS } })
    const ask = async (method: string, more: readonly string[]): Promise<string> =>
      describeDecision(
        await server.authorize({ method, target: '/maps', rawHeaders: ['Origin', ORIGIN, ...more] }),
      )
    expect(await ask('OPTIONS', ['Access-Control-Request-Method', 'GET'])).toBe('503 origins_unavailable')
    expect(await ask('GET', [])).toBe('401 no_credentials')
  })
})

describe('waitUntil that misbehaves', () => {
  it.each(Object.entries(MISBEHAVIOUR))(
    '%s: keys are refreshed, and the request goes on',
    async (_, callback) => {
      let fetches = 0
      const server = fetched({
        fetch: async () => {
          fetches++
          return Response.json(issuer.jwks)
        },
      })
      await server.ready()
      clock.advance(500)
      const request = { ...(await requestFor('waitUntil')), waitUntil: callback as () => void }
      expect(describeDecision(await server.authorize(request))).toBe('allowed')
      await expect.poll(() => fetches).toBe(2)
      expect(describeDecision(await server.authorize(request))).toBe('allowed')
    },
  )
})

describe('renderError that misbehaves', () => {
  it.each(Object.entries(MISBEHAVIOUR))('%s: refused at set-up', (_, renderError) => {
    expect(() => given({ renderError })).toThrow()
  })
})
