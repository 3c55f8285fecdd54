import { runInNewContext } from 'node:vm'
import { createResourceServer, type DecisionEvent, type ResourceServer } from '@scopegate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issuer, profile, request } from './server.ts'

const rule = { method: 'GET', path: '/a', scopes: 'a' } as const
const token = await issuer.mintToken({ scope: 'a', clientId: 'a-client-to-be-kept-secret' })
const bearer = { Authorization: `Bearer ${token}` }
const unhandled: unknown[] = []
const remember = (reason: unknown): number => unhandled.push(reason)

beforeAll(() => {
  process.on('unhandledRejection', remember)
})
afterAll(() => {
  process.off('unhandledRejection', remember)
})

describe('the event of a decision', () => {
  it('tells of what went on to its handler', async () => {
    const { server, events } = observed()
    await server.authorize(request('GET /a', bearer))
    expect(events).toEqual([
      {
        allowed: true,
        enforced: true,
        reason: 'allowed',
        status: undefined,
        rules: [rule],
        rule: undefined,
        profile: issuer.issuer,
        keyId: issuer.keys[0]?.kid,
        cacheHit: false,
        duration: expect.any(Number),
      },
    ])
    expect(Object.isFrozen(events[0])).toBe(true)
    expect(events[0]?.duration).toBeGreaterThanOrEqual(0)
  })

  it.each([
    ['GET /a', {}, { reason: 'no_credentials', status: 401, rule }],
    ['GET /a', { Authorization: 'Bearer x' }, { reason: 'token_malformed', status: 401, rule: undefined }],
    ['GET /none', bearer, { reason: 'no_rule', status: 403, rule: undefined }],
    ['GET //', bearer, { reason: 'malformed_target', status: 400, rule: undefined }],
    ['GET /b', bearer, { reason: 'insufficient_scope', status: 403, profile: issuer.issuer }],
    [
      'OPTIONS /a',
      { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET' },
      { reason: 'preflight', status: 204 },
    ],
  ])('tells of what was answered here: %s with %j', async (line, headers, expected) => {
    const { server, events } = observed()
    await server.authorize(request(line, headers))
    expect(events).toEqual([
      expect.objectContaining({ allowed: false, enforced: true, rules: [], ...expected }),
    ])
  })

  it('tells whose keys cannot be had, of new tokens and of known ones', async () => {
    let now = Date.now()
    let isDown = false
    const events: DecisionEvent[] = []
    const server = createResourceServer({
      tokens: [
        { ...profile, issuer: 'https://another.example' },
        {
          name: 'remote',
          issuer: issuer.issuer,
          audience: issuer.audience,
          jwksUri: 'https://keys.example',
          renderError: ({ status }) => ({ status, body: 'remote' }),
        },
      ],
      routes: [rule],
      now: () => now,
      fetch: async () => (isDown ? Response.error() : Response.json(issuer.jwks)),
      onDecision: (event) => void events.push(event),
    })
    const long = async () =>
      request('GET /a', {
        Authorization: `Bearer ${await issuer.mintToken({ scope: 'a', expiresIn: 10_000 })}`,
      })
    const known = await long()
    await server.authorize(known)
    isDown = true
    now += 4_300_000 // beyond what a set may still serve while it cannot be fetched
    for (const asked of [known, await long()])
      expect(await server.authorize(asked)).toMatchObject({ status: 503, body: 'remote' })
    expect(events.map(({ reason, profile }) => [reason, profile])).toEqual([
      ['allowed', 'remote'],
      ['key_set_unavailable', 'remote'],
      ['key_set_unavailable', 'remote'],
    ])
  })

  it('tells whether anything had to be waited for', async () => {
    const { server, events } = observed()
    await server.authorize(request('GET /a', bearer))
    await server.authorize(request('GET /a', bearer))
    server.authorizeNow(request('GET /a', bearer))
    expect(events.map(({ cacheHit }) => cacheHit)).toEqual([false, true, true])
  })

  it('tells how long it took, not how late it is', async () => {
    const { server, events } = observed()
    const before = performance.now()
    await server.authorize(request('GET /a', bearer))
    expect(events[0]?.duration).toBeLessThanOrEqual(performance.now() - before)
  })

  it('comes once for every decision, and never without one', async () => {
    const { server, events } = observed()
    expect(server.authorizeNow(request('GET /a', bearer))).toBeUndefined()
    expect(events).toHaveLength(0)
    await server.authorize(request('GET /a', bearer))
    expect(events).toHaveLength(1)
    expect(server.authorizeNow(request('GET /a', bearer))).toBeDefined()
    expect(events).toHaveLength(2)
    await server.authorize(null as never)
    expect(events).toHaveLength(3)
  })

  it('holds nothing of the token and nothing of the request', async () => {
    const { server, events } = observed()
    const odd = { ...bearer, Origin: 'https://origin-of-request.example', Host: 'host-of-request.example' }
    for (const line of ['GET /a?query-of-request', 'GET /path-of-request', 'METHODOFREQUEST /a', 'GET /b'])
      await server.authorize(request(line, odd))
    expect(events).toHaveLength(4)
    const text = JSON.stringify(events)
    expect(text).not.toMatch(/of-?request/i)
    for (const part of token.split('.')) expect(text).not.toMatch(part)
    expect(text).not.toMatch('a-client-to-be-kept-secret')
  })
})

describe('an observer', () => {
  const fail = (): never => {
    throw new Error('no')
  }
  const thenable = (then: unknown): object => Object.fromEntries([['then', then]])

  it.each<[string, () => unknown]>([
    ['throws', fail],
    ['rejects', async () => fail()],
    ['rejects in another realm', () => runInNewContext('Promise.reject(new Error("no"))')],
    ['answers with a promise that never settles', () => new Promise(() => {})],
    ['answers with a promise that cannot be caught', () => Object.assign(Promise.resolve(), { catch: 0 })],
    [
      'answers with something like a promise that rejects',
      () => thenable((_: unknown, no: () => void) => no()),
    ],
    ['answers with something like a promise that throws', () => thenable(fail)],
    ['answers with what cannot be looked at', () => Object.defineProperty({}, 'then', { get: fail })],
    ['answers with false', () => false],
    ['answers with a denial', () => ({ allowed: false })],
  ])('that %s changes nothing', async (_, onDecision) => {
    const plain = serverWith(undefined)
    const server = serverWith(onDecision)
    for (const [line, headers] of [
      ['GET /a', bearer],
      ['GET /a', {}],
      ['GET //', {}],
    ] as const) {
      const asked = request(line, headers)
      const expected = await plain.authorize(asked)
      expect(await server.authorize(asked)).toEqual(expected)
      expect(server.authorizeNow(asked)).toEqual(expected)
    }
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).toEqual([])
  })

  it('cannot change the decision that it is told of', async () => {
    const server = serverWith((event) => {
      expect(() => Object.assign(event, { allowed: true, status: 200 })).toThrow(TypeError)
      expect(() => (event.rules as unknown[]).push('x')).toThrow(TypeError)
    })
    expect(await server.authorize(request('GET /a', {}))).toMatchObject({ allowed: false, status: 401 })
    expect(await server.authorize(request('GET /a', bearer))).toMatchObject({ allowed: true, rules: [rule] })
  })

  it('is called for every decision of its own server only', async () => {
    const [one, other] = [observed(), observed()]
    await one.server.authorize(request('GET /a'))
    expect([one.events.length, other.events.length]).toEqual([1, 0])
  })
})

describe('monitor mode', () => {
  const monitored = (): ReturnType<typeof observed> => observed({ mode: 'monitor' })

  it('lets a request through that would be refused, and says so to everyone', async () => {
    const { server, events } = monitored()
    const decision = await server.authorize(request('GET /a'))
    expect(decision).toMatchObject({
      allowed: true,
      token: undefined,
      observed: { allowed: false, status: 401, reason: 'no_credentials' },
    })
    expect(decision.headers.set).toContainEqual(['Scopegate-Mode', 'monitor'])
    expect(decision.headers.set.every(Object.isFrozen)).toBe(true)
    expect(events).toEqual([
      expect.objectContaining({
        allowed: false,
        enforced: false,
        reason: 'no_credentials',
        status: 401,
        rule,
      }),
    ])
  })

  it('says nothing of what would be allowed anyway', async () => {
    const { server, events } = monitored()
    const decision = await server.authorize(request('GET /a', bearer))
    expect(decision).toMatchObject({ allowed: true, token: { clientId: 'a-client-to-be-kept-secret' } })
    expect(decision).not.toHaveProperty('observed')
    expect(decision.headers.set.map(([name]) => name)).not.toContain('Scopegate-Mode')
    expect(events).toEqual([expect.objectContaining({ allowed: true, enforced: true })])
  })

  it('answers preflights all the same, the granted and the refused', async () => {
    const { server } = monitored()
    const preflight = { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET' }
    expect(await server.authorize(request('OPTIONS /a', preflight))).toMatchObject({
      allowed: false,
      status: 204,
    })
    expect(await server.authorize(request('OPTIONS /none', preflight))).toMatchObject({
      allowed: true,
      observed: { reason: 'preflight_refused' },
    })
  })

  it('does not hand on a token that was not accepted', async () => {
    const { server } = monitored()
    const expired = await issuer.mintToken({ scope: 'a', expiresIn: -60 })
    const decision = await server.authorize(request('GET /a', { Authorization: `Bearer ${expired}` }))
    expect(decision).toMatchObject({ allowed: true, token: undefined, observed: { reason: 'token_expired' } })
  })

  it('still denies where deciding failed', async () => {
    const { server, events } = monitored()
    expect(await server.authorize(null as never)).toMatchObject({ allowed: false, status: 500 })
    expect(events).toEqual([expect.objectContaining({ allowed: false, enforced: true, status: 500 })])
  })
})

function observed(options: { mode?: 'monitor' } = {}): { server: ResourceServer; events: DecisionEvent[] } {
  const events: DecisionEvent[] = []
  return {
    server: serverWith((event) => {
      events.push(event)
    }, options),
    events,
  }
}

function serverWith(
  onDecision: ((event: DecisionEvent) => unknown) | undefined,
  options: { mode?: 'monitor' } = {},
): ResourceServer {
  return createResourceServer({
    ...profile,
    ...options,
    origins: ['https://a.example', 'https://origin-of-request.example'],
    routes: [rule, { method: 'GET', path: '/b', scopes: 'b' }],
    ...(onDecision && { onDecision: onDecision as (event: DecisionEvent) => void }),
  })
}
