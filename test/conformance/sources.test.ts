import {
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
  type RouteRule,
} from '@scopegate/core'
import { createFakeClock, createTestIssuer } from '@scopegate/core/testing'
import { sendRaw, valuesOf } from '@scopegate/example-harness'
import { describe, expect, it } from 'vitest'
import { HOSTS } from './hosts.ts'
import { ORIGIN } from './policy.ts'

/** How a source outside may behave. `answer` is what it says when it works. */
const FAILURES: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error('down')
  },
  rejects: async (): Promise<never> => await Promise.reject(new Error('down')),
  'never settles': async () => await new Promise<never>(() => undefined),
  'answers nonsense': () => ({ maybe: true }),
  'answers nothing': () => undefined,
}

const ROUTES: readonly RouteRule[] = [
  { method: 'GET', path: '/public', access: 'public' },
  { method: 'GET', path: '/maps', scopes: 'query' },
]
const SECRET = 'a shared secret that is thirty-two bytes or more'
const clock = createFakeClock()
const issuer = await createTestIssuer({ now: clock.now })
const hmac = await createTestIssuer({ algorithm: 'HS256', now: clock.now })
const LIMITS = { maxAge: 10, timeout: 0.05 }

const base = { issuer: issuer.issuer, audience: issuer.audience, keys: issuer.jwks }
const server = (options: object): ResourceServer =>
  createResourceServer({ ...base, routes: ROUTES, now: clock.now, ...options } as ResourceServerOptions)
const secretServer = (find: () => unknown): ResourceServer =>
  createResourceServer({
    issuer: hmac.issuer,
    audience: null,
    secret: { by: 'kid', find, ...LIMITS },
    routes: ROUTES,
    now: clock.now,
  } as ResourceServerOptions)

type Headers = readonly (readonly [string, string])[]

/** The answers of the three frameworks, which must be one and the same. */
async function answerOf(gate: () => ResourceServer, headers: Headers, target = '/maps', method = 'GET') {
  const answers = []
  for (const start of Object.values(HOSTS)) {
    const host = await start(gate(), ROUTES)
    try {
      const response = await sendRaw(host.port, { method, target, headers })
      const cors = valuesOf(response, 'access-control-allow-origin').join()
      const challenge = valuesOf(response, 'www-authenticate').join()
      const retryAfter = valuesOf(response, 'retry-after').join()
      answers.push({ status: response.status, cors, challenge, retryAfter, ran: host.ran.length })
    } finally {
      await host.close()
    }
  }
  for (const answer of answers) expect(answer).toEqual(answers[0])
  return answers[0]
}

const OUTAGE = { status: 503, cors: '', challenge: '', retryAfter: '5', ran: 0 }
const OK = { status: 200, cors: '', challenge: '', retryAfter: '', ran: 1 }
const REVOKED = expect.objectContaining({
  status: 401,
  challenge: expect.stringContaining('invalid_token'),
  ran: 0,
})
const FORBIDDEN = expect.objectContaining({ status: 403, ran: 0 })

const bearer = async (scope = 'query', by = issuer): Promise<Headers> => [
  ['Authorization', `Bearer ${await by.mintToken({ scope })}`],
]

describe('token status', () => {
  const withStatus = (isActive: () => unknown) => () => server({ status: { isActive, ...LIMITS } })

  it('lets an active token pass and refuses one that is not', async () => {
    expect(
      await answerOf(
        withStatus(() => true),
        await bearer(),
      ),
    ).toEqual(OK)
    expect(
      await answerOf(
        withStatus(async () => false),
        await bearer(),
      ),
    ).toEqual(REVOKED)
  })
  it.each(Object.entries(FAILURES))('%s: 503', async (_, isActive) => {
    expect(await answerOf(withStatus(isActive), await bearer())).toEqual(OUTAGE)
  })
  it('asks nothing of a public route, nor of a token that is bad anyway', async () => {
    let asked = 0
    const counting = withStatus(() => ++asked > 0)
    expect(await answerOf(counting, [], '/public')).toEqual(OK)
    expect(await answerOf(counting, [['Authorization', 'Bearer a.b.c']])).toEqual(REVOKED)
    expect(asked).toBe(0)
  })
})

describe('live grants', () => {
  const withGrants = (resolve: () => unknown) => () => server({ grants: { resolve, ...LIMITS } })

  it('stand in place of the scopes of the token', async () => {
    expect(
      await answerOf(
        withGrants(() => 'query'),
        await bearer('nothing'),
      ),
    ).toEqual(OK)
    expect(
      await answerOf(
        withGrants(async () => ['write']),
        await bearer('query'),
      ),
    ).toEqual(FORBIDDEN)
    expect(
      await answerOf(
        withGrants(() => ''),
        await bearer('query'),
      ),
    ).toEqual(FORBIDDEN)
  })
  it.each(Object.entries(FAILURES))('%s: 503', async (_, resolve) => {
    expect(await answerOf(withGrants(resolve), await bearer())).toEqual(OUTAGE)
  })
})

describe('secrets by look-up', () => {
  it('verifies with the secret that is found, and with none for a key id nobody knows', async () => {
    expect(await answerOf(() => secretServer(() => hmac.secret), await bearer('query', hmac))).toEqual(OK)
    expect(
      await answerOf(() => secretServer(() => [SECRET, hmac.secret]), await bearer('query', hmac)),
    ).toEqual(OK)
    expect(await answerOf(() => secretServer(() => SECRET), await bearer('query', hmac))).toEqual(REVOKED)
    expect(await answerOf(() => secretServer(() => undefined), await bearer('query', hmac))).toEqual(REVOKED)
  })
  const failures = Object.entries(FAILURES).filter(([name]) => name !== 'answers nothing')
  it.each([
    ...failures,
    ['answers an empty secret', (): unknown => ''] as const,
    ['answers a short one', (): unknown => 'short'] as const,
  ])('%s: 503', async (_, find) => {
    expect(await answerOf(() => secretServer(find), await bearer('query', hmac))).toEqual(OUTAGE)
  })
})

describe('origins of accounts', () => {
  const withOrigins = (known: () => unknown, allows: () => unknown) => () =>
    server({ origins: { known, allows, ...LIMITS } })
  const yes = () => true
  const no = async () => false
  const from = ['Origin', ORIGIN] as const
  const preflight: Headers = [from, ['Access-Control-Request-Method', 'GET']]
  const readable = { cors: ORIGIN }

  it('are asked of the account once the token is known, of all accounts before', async () => {
    expect(await answerOf(withOrigins(no, yes), [...(await bearer()), from])).toEqual({ ...OK, ...readable })
    expect(await answerOf(withOrigins(yes, no), [...(await bearer()), from])).toEqual(FORBIDDEN)
    expect(await answerOf(withOrigins(yes, no), preflight, '/maps', 'OPTIONS')).toMatchObject({
      status: 204,
      ...readable,
    })
    expect(await answerOf(withOrigins(no, yes), preflight, '/maps', 'OPTIONS')).toMatchObject({
      status: 403,
      cors: '',
    })
    expect(await answerOf(withOrigins(yes, no), [from])).toMatchObject({ status: 401, ...readable })
  })
  it.each(Object.entries(FAILURES))(
    '`allows` %s: 503 for what was allowed otherwise, and no other status changes',
    async (_, fails) => {
      expect(await answerOf(withOrigins(yes, fails), [...(await bearer()), from])).toEqual(OUTAGE)
      expect(await answerOf(withOrigins(yes, fails), [...(await bearer('x')), from])).toMatchObject({
        status: 403,
        cors: '',
      })
      expect(await answerOf(withOrigins(yes, fails), await bearer())).toEqual(OK)
    },
  )
  it.each(Object.entries(FAILURES))(
    '`known` %s: 503 for a preflight, no CORS headers on the rest',
    async (_, fails) => {
      expect(await answerOf(withOrigins(fails, yes), preflight, '/maps', 'OPTIONS')).toEqual(OUTAGE)
      expect(await answerOf(withOrigins(fails, yes), [from])).toMatchObject({ status: 401, cors: '' })
      expect(await answerOf(withOrigins(fails, yes), [from], '/public')).toEqual(OK)
    },
  )
})

describe('what is remembered', () => {
  const request = async (scope = 'query') => ({
    method: 'GET',
    target: '/maps',
    rawHeaders: (await bearer(scope)).flat(),
  })

  it('is asked again once it is too old, per token, also a no', async () => {
    const answers = new Map([['one', true]])
    let asked = 0
    const gate = server({
      status: {
        isActive: ({ clientId }: { clientId: string }) => {
          asked++
          return answers.get(clientId) ?? false
        },
        ...LIMITS,
      },
    })
    const one = {
      ...(await request()),
      rawHeaders: ['Authorization', `Bearer ${await issuer.mintToken({ scope: 'query', clientId: 'one' })}`],
    }
    const two = {
      ...(await request()),
      rawHeaders: ['Authorization', `Bearer ${await issuer.mintToken({ scope: 'query', clientId: 'two' })}`],
    }
    for (const _ of [1, 2, 3]) {
      expect((await gate.authorize(one)).allowed).toBe(true)
      expect((await gate.authorize(two)).allowed).toBe(false)
    }
    expect(asked).toBe(2)
    answers.set('one', false).set('two', true)
    clock.advance(9.9)
    expect((await gate.authorize(one)).allowed).toBe(true)
    clock.advance(0.2)
    expect(gate.authorizeNow(one)).toBe(undefined)
    expect((await gate.authorize(one)).allowed).toBe(false)
    expect((await gate.authorize(two)).allowed).toBe(true)
    expect(asked).toBe(4)
  })

  it('asks once for many requests at the same time, and no more than once per failure', async () => {
    let asked = 0
    const gate = server({
      grants: {
        resolve: async () => {
          asked++
          await new Promise((resolve) => setImmediate(resolve))
          return 'query'
        },
        ...LIMITS,
      },
    })
    const shared = await request('none')
    const decisions = await Promise.all(Array.from({ length: 100 }, async () => await gate.authorize(shared)))
    expect(decisions.every(({ allowed }) => allowed)).toBe(true)
    expect(asked).toBe(1)
  })

  it('lets a secret that was removed die within its age, for tokens already verified too', async () => {
    let secret: string | undefined = hmac.secret
    const gate = secretServer(() => secret)
    const one = { method: 'GET', target: '/maps', rawHeaders: (await bearer('query', hmac)).flat() }
    expect((await gate.authorize(one)).allowed).toBe(true)
    secret = undefined
    expect(gate.authorizeNow(one)?.allowed).toBe(true)
    clock.advance(10.1)
    expect((await gate.authorize(one)).allowed).toBe(false)
  })
})
