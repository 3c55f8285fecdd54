import { createHmac } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createResourceServer, type DecisionEvent, type ResourceServerOptions } from '@scopegate/core'
import { createFakeClock, createTestIssuer, type TestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { hashOf } from '../../../packages/core/src/hash.ts'
import { bearerRequest, describeDecision, startKeySetScenario } from '../../key-set-scenario.ts'
import { createJudge, type TokenJudge } from '../../token-verdicts.ts'

const clock = createFakeClock()
const issuer = await createTestIssuer({ now: clock.now })
const rsaIssuer = await createTestIssuer({ now: clock.now, algorithm: 'RS256' })
const profile = { issuer: issuer.issuer, audience: issuer.audience, keys: issuer.jwks }
const judgeWith = (more: object = {}): TokenJudge => createJudge({ ...profile, ...more }, clock)
const isKnown = ({ server }: TokenJudge, token: string): boolean =>
  server.authorizeNow(bearerRequest(token)) !== undefined

describe('a token that was verified', () => {
  it('is known from then on, and known once: 1,000 first requests at a time share one verification', async () => {
    const { issuer: own, keySet, createServer } = await startKeySetScenario()
    const server = createServer()
    const token = await own.mintToken()
    const decisions = await Promise.all(Array.from({ length: 1000 }, async () => await server.decide(token)))
    const verified = new Set(decisions.map((decision) => decision.allowed && decision.token))
    expect(verified.size).toBe(1)
    expect(verified).not.toContain(false)
    expect(server.verdictNow(token)).toBe('allowed')
    expect(keySet.requests).toMatchObject({ discovery: 1, jwks: 1 })
  })

  it('is not verified with others: parallel first requests of different tokens are each their own', async () => {
    const { server } = judgeWith()
    const tokens = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => await issuer.mintToken({ subject: `s${i % 100}` })),
    )
    const decisions = await Promise.all(
      tokens.map(async (token) => await server.authorize(bearerRequest(token))),
    )
    expect(decisions.map((decision) => decision.allowed && decision.token?.subject)).toEqual(
      tokens.map((_, i) => `s${i % 100}`),
    )
  })

  it('is judged by its own signature, also where the clock has another judged meanwhile', async () => {
    const { issuer: own, clock: time, createServer } = await startKeySetScenario()
    let meanwhile: string | undefined
    const server = createServer({
      now: () => {
        const token = meanwhile
        meanwhile = undefined
        if (token !== undefined) void server.decide(token)
        return time.now()
      },
    })
    await server.ready()
    const genuine = await own.mintToken()
    const forged = `${genuine.slice(0, genuine.lastIndexOf('.') + 1)}${'A'.repeat(86)}`
    await nextTurn()
    meanwhile = genuine
    expect(await server.verdict(forged)).toBe('401 token_signature')
    for (const next of [genuine, `${genuine}A`, `${genuine.slice(0, -4)}====`]) {
      meanwhile = next
      expect(await server.verdict(await own.mintToken({ subject: next }))).toBe('allowed')
    }
  })

  it('never answers for another, however alike', async () => {
    const judge = judgeWith()
    const claims = { jti: 'same', sub: 'same' }
    const tokens = await Promise.all(
      Array.from({ length: 500 }, async (_, i) => await issuer.mintToken({ claims, scope: `s${i}` })),
    )
    for (const token of tokens) await judge.allow(token)
    for (const [i, token] of tokens.entries()) {
      const decision = judge.server.authorizeNow(bearerRequest(token))
      expect(decision?.allowed && decision.token?.scopes).toEqual([`s${i}`])
    }
  })

  it('is not known by its signature alone', async () => {
    const judge = judgeWith()
    const [known, other] = [await issuer.mintToken(), await issuer.mintToken({ scope: 'admin' })]
    await judge.allow(known)
    const signature = known.slice(known.lastIndexOf('.'))
    const forged = `${other.slice(0, other.lastIndexOf('.'))}${signature}`
    expect(isKnown(judge, forged)).toBe(false)
    expect(await judge.verdict(forged)).toBe('401 token_signature')
    expect(isKnown(judge, known)).toBe(true)
  })

  it('is reported as known or not', async () => {
    const events: DecisionEvent[] = []
    const judge = judgeWith({ onDecision: (event: DecisionEvent) => void events.push(event) })
    const token = await issuer.mintToken()
    await judge.allow(token)
    await judge.allow(token)
    expect(events.map(({ cacheHit }) => cacheHit)).toEqual([false, true])
    expect(events[1]).toMatchObject({ keyId: issuer.keys[0]?.kid, profile: issuer.issuer, reason: 'allowed' })
    expect(JSON.stringify(events)).not.toContain(token)
  })

  it('is remembered without what it was allowed to do', async () => {
    const routes = [
      { method: 'GET', path: '/maps', scopes: 'query' },
      { method: 'POST', path: '/maps', scopes: 'write' },
    ]
    const options: object = { ...profile, now: clock.now, routes }
    const { authorize } = createResourceServer(options as ResourceServerOptions)
    const request = bearerRequest(await issuer.mintToken({ scope: 'query' }))
    for (let i = 0; i < 2; i++) {
      expect(describeDecision(await authorize(request))).toBe('allowed')
      expect(describeDecision(await authorize({ ...request, method: 'POST' }))).toBe('403 insufficient_scope')
    }
  })

  it('means nothing to another server', async () => {
    const [one, two] = [judgeWith(), judgeWith({ audience: 'https://other.example' })]
    const token = await issuer.mintToken()
    expect(await one.verdict(token)).toBe('allowed')
    expect(isKnown(two, token)).toBe(false)
    expect(await two.verdict(token)).toBe('401 token_audience')
    expect(await one.verdict(token)).toBe('allowed')
  })
})

describe('a token that was refused', () => {
  it('is judged again every time', async () => {
    const judge = judgeWith()
    const early = await issuer.mintToken({ claims: { nbf: clock.now() / 1000 + 7 } })
    const forged = `${early.slice(0, -5)}AAAAA`
    for (const token of [
      early,
      forged,
      await issuer.mintToken({ expiresIn: -10 }),
      await issuer.mintToken({ claims: { aud: 'x' } }),
    ]) {
      expect(await judge.verdict(token)).toMatch(/^401 /)
      expect(isKnown(judge, token)).toBe(false)
    }
    clock.advance(2)
    expect(await judge.verdict(early)).toBe('allowed')
    clock.advance(-2)
    expect(await judge.verdict(early)).toBe('401 token_not_yet_valid')
  })

  it('takes no room: a flood of them drives out no good one', async () => {
    const judge = judgeWith({ tokenCache: { maxEntries: 1 } })
    const good = await issuer.mintToken()
    await judge.allow(good)
    const rest = good.split('.').slice(1).join('.')
    for (let i = 0; i < 1000; i++) {
      const header = Buffer.from(`{"alg":"ES256","kid":"k${i}"}`).toString('base64url')
      await judge.server.authorize(bearerRequest(`${header}.${rest}`))
    }
    expect(isKnown(judge, good)).toBe(true)
  })
})

describe('the memory of verified tokens', () => {
  it('holds so many, and forgets what was used least recently', async () => {
    const judge = judgeWith({ tokenCache: { maxEntries: 3 } })
    const [a, b, c, d] = (await Promise.all(
      Array.from({ length: 4 }, async () => await issuer.mintToken()),
    )) as [string, string, string, string]
    for (const token of [a, b, c]) await judge.allow(token)
    expect(isKnown(judge, a)).toBe(true)
    await judge.allow(d)
    expect([a, b, c, d].map((token) => isKnown(judge, token))).toEqual([true, false, true, true])
    expect(await judge.verdict(b)).toBe('allowed')
  })

  it('holds so many bytes', async () => {
    const judge = judgeWith({ tokenCache: { maxBytes: 32_768 } })
    const pad = 'x'.repeat(1500)
    const tokens = await Promise.all(
      Array.from({ length: 50 }, async () => await issuer.mintToken({ claims: { pad } })),
    )
    for (const token of tokens) expect(await judge.verdict(token)).toBe('allowed')
    const known = tokens.filter((token) => isKnown(judge, token))
    expect(known.length).toBeGreaterThan(0)
    expect(known.length * pad.length).toBeLessThan(32_768 / 2)
    expect(known).toEqual(tokens.slice(-known.length))
  })

  it('counts the whole header, which may be far longer than the token in it', async () => {
    const judge = judgeWith({ tokenCache: { maxBytes: 32_768 } })
    const tokens = await Promise.all(Array.from({ length: 10 }, async () => await issuer.mintToken()))
    for (const token of tokens) {
      const decision = await judge.server.authorize(bearerRequest(`${' '.repeat(8000)}${token}`))
      expect(decision.allowed).toBe(true)
    }
    const known = tokens.filter((token) => isKnown(judge, token))
    expect(known.length).toBeGreaterThan(0)
    expect(known.length * 8000).toBeLessThan(32_768)
  })

  it('lets a token through that is too large for it', async () => {
    const judge = judgeWith({ tokenCache: { maxBytes: 16_384 } })
    const small = await issuer.mintToken()
    await judge.allow(small)
    const large = await issuer.mintToken({ claims: { pad: 'x'.repeat(5000) } })
    expect((await judge.allow(large)).token?.token).toBe(large)
    expect(isKnown(judge, large)).toBe(false)
    expect(isKnown(judge, small)).toBe(true)
  })

  it.each([
    ['maxEntries', 0],
    ['maxEntries', 1.5],
    ['maxEntries', Number.NaN],
    ['maxEntries', Number.POSITIVE_INFINITY],
    ['maxBytes', 0],
    ['maxBytes', -1],
    ['maxBytes', '1000000'],
    ['ttl', 60],
  ])('cannot have %s %s', (name, value) => {
    expect(() => judgeWith({ tokenCache: { [name]: value } })).toThrow(new RegExp(`^tokenCache\\.${name}`))
  })
})

describe('two tokens that are looked for by the same number', () => {
  const secret = 's'.repeat(32)
  const signed = (jti: string): string => {
    const claims = { iss: 'https://issuer.example', aud: 'https://api.example', exp: 4_102_444_800, jti }
    const [header, payload] = [{ alg: 'HS256' }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const input = `${header}.${payload}`
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
  }
  const numberOf = (token: string): number => hashOf(token, 0, token.length - 12) >> 1

  it('are both known, each as itself', async () => {
    const [one, other] = [signed('32557'), signed('58801')]
    expect(numberOf(one)).toBe(numberOf(other))
    const judge = createJudge(
      { issuer: 'https://issuer.example', audience: 'https://api.example', secret },
      clock,
    )
    for (let i = 0; i < 3; i++) {
      for (const token of [one, other]) {
        await judge.allow(token)
        const decision = judge.server.authorizeNow(bearerRequest(token))
        expect(decision?.allowed && decision.token?.token).toBe(token)
      }
    }
    expect(isKnown(judge, one)).toBe(true)
  })
})

describe('a token that came in one header', () => {
  it('is not known in another, nor taken for a token of the family that comes in that', async () => {
    const { server } = createJudge(
      {
        tokens: [
          { ...profile, kind: 'api', header: 'X-API-KEY' },
          { ...profile, kind: 'user', name: 'user', audience: 'https://users.example' },
        ],
      },
      clock,
    )
    const token = await issuer.mintToken()
    const inHeader = (name: string, value: string): Parameters<typeof server.authorize>[0] => ({
      ...bearerRequest(token),
      rawHeaders: ['Host', 'api.example', name, value],
    })
    expect(describeDecision(await server.authorize(inHeader('X-API-KEY', token)))).toBe('allowed')
    expect(server.authorizeNow(inHeader('X-API-KEY', token))?.allowed).toBe(true)
    expect(server.authorizeNow(inHeader('Authorization', `Bearer ${token}`))).toBeUndefined()
    expect(describeDecision(await server.authorize(inHeader('Authorization', `Bearer ${token}`)))).toBe(
      '401 token_audience',
    )
    expect(server.authorizeNow(inHeader('X-API-KEY', token))?.allowed).toBe(true)
  })
})

describe('a token that is too long', () => {
  it('has one character more than it may', async () => {
    const token = await issuer.mintToken()
    const exact = judgeWith({ maxTokenLength: token.length })
    const shorter = judgeWith({ maxTokenLength: token.length - 1 })
    expect(await exact.verdict(token)).toBe('allowed')
    expect(isKnown(exact, token)).toBe(true)
    expect(await shorter.verdict(token)).toBe('401 token_too_long')
  })

  it('is not looked at either where the origin must be asked about first', async () => {
    const asked: string[] = []
    const known = async (origin: string): Promise<boolean> => asked.push(origin) > 0
    const allows = async (): Promise<boolean> => true
    const { server } = judgeWith({ maxTokenLength: 1000, origins: { known, allows } })
    const token = await issuer.mintToken({ claims: { pad: 'x'.repeat(1000) } })
    const { rawHeaders, ...request } = bearerRequest(token)
    const fromPage = { ...request, rawHeaders: [...rawHeaders, 'Origin', 'https://app.example'] }
    expect(server.authorizeNow(fromPage)).toBeUndefined()
    expect(describeDecision(await server.authorize(fromPage))).toBe('401 token_too_long')
    expect(asked).toEqual(['https://app.example'])
  })
})

describe('another text for a token that is known', () => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

  /** Texts that a lenient decoder takes for the same bytes: other values of the bits that no byte uses. */
  const aliasesOf = (segment: string): string[] => {
    const unused = [0, 0, 4, 2][segment.length % 4] as number
    const last = ALPHABET.indexOf(segment.slice(-1))
    return Array.from(
      { length: 2 ** unused - 1 },
      (_, i) => `${segment.slice(0, -1)}${ALPHABET[last + i + 1]}`,
    )
  }

  it.each([
    ['ES256', issuer, 15],
    ['RS256', rsaIssuer, 15],
  ] as const)('is refused though it decodes alike, for %s', async (_, own, expected) => {
    const judge = createJudge({ issuer: own.issuer, audience: own.audience, keys: own.jwks }, clock)
    let signatureAliases = 0
    for (let length = 0; length < 3; length++) {
      const token = await own.mintToken({
        claims: { pad: 'x'.repeat(length) },
        header: { pad: 'x'.repeat(length) },
      })
      await judge.allow(token)
      const parts = token.split('.') as [string, string, string]
      for (const [at, part] of parts.entries()) {
        for (const alias of aliasesOf(part)) {
          const text = parts.with(at, alias).join('.')
          expect(Buffer.from(alias, 'base64url')).toEqual(Buffer.from(part, 'base64url'))
          expect(isKnown(judge, text)).toBe(false)
          expect(await judge.verdict(text)).toBe('401 token_malformed')
          if (at === 2) signatureAliases++
        }
      }
      expect(await judge.verdict(token)).toBe('allowed')
    }
    expect(signatureAliases).toBe(3 * expected)
  })

  it('is refused with padding, white space or the other alphabet', async () => {
    const judge = judgeWith()
    const token = await issuer.mintToken()
    await judge.allow(token)
    const texts = [
      `${token}=`,
      `${token}==`,
      `${token} `,
      ` ${token}`,
      `${token}\t`,
      `${token}\n`,
      token.replace('.', '=.'),
      token.replace('.', '. '),
    ]
    for (const text of texts) {
      const stripped = text.startsWith(' ')
      expect(isKnown(judge, text)).toBe(stripped)
      expect(await judge.verdict(text)).toBe(stripped ? 'allowed' : '401 token_malformed')
    }
  })

  it('that verifies by itself is a token of its own: the twin of an ES256 signature', async () => {
    const judge = judgeWith()
    const token = await issuer.mintToken()
    const twin = twinOf(token)
    const first = await judge.allow(token)
    expect(isKnown(judge, twin)).toBe(false)
    const second = await judge.allow(twin)
    expect(second.token).not.toBe(first.token)
    expect(second.token?.token).toBe(twin)
    expect((await judge.allow(token)).token).toBe(first.token)
  })

  /** (r, n - s) satisfies the equation that (r, s) does. */
  const twinOf = (token: string): string => {
    const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
    const [head, body, signature] = token.split('.') as [string, string, string]
    const bytes = Buffer.from(signature, 'base64url')
    const s = (n - BigInt(`0x${bytes.subarray(32).toString('hex')}`)).toString(16).padStart(64, '0')
    const twin = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s, 'hex')])
    return `${head}.${body}.${twin.toString('base64url')}`
  }
})

describe('the times of a token that is known', () => {
  const judge = judgeWith()
  const verdictNow = (token: string): string | undefined => {
    const decision = judge.server.authorizeNow(bearerRequest(token))
    return decision && describeDecision(decision)
  }

  it('are judged at every request, whichever way the clock goes', async () => {
    const start = clock.now()
    const nbf = start / 1000 - 100
    const token = await issuer.mintToken({ claims: { iat: nbf - 100, nbf }, expiresIn: 60 })
    expect(await judge.verdict(token)).toBe('allowed')
    for (const [seconds, verdict] of [
      [64.999, 'allowed'],
      [65, '401 token_expired'],
      [3600, '401 token_expired'],
      [-104.999, 'allowed'],
      [-105, 'allowed'],
      [-105.001, '401 token_not_yet_valid'],
      [-3600, '401 token_not_yet_valid'],
      [315_360_000, '401 token_expired'],
      [-315_360_000, '401 token_not_yet_valid'],
      [Number.NaN, '500 internal_error'],
      [Number.POSITIVE_INFINITY, '401 token_expired'],
      [Number.NEGATIVE_INFINITY, '401 token_not_yet_valid'],
      [0, 'allowed'],
    ] as const) {
      clock.set(start + seconds * 1000)
      expect([seconds, verdictNow(token)]).toEqual([seconds, verdict])
      expect([seconds, await judge.verdict(token)]).toEqual([seconds, verdict])
    }
    clock.set(start)
  })

  it('end where exp does, without iat and with tolerance of none', async () => {
    const start = clock.now()
    const strict = judgeWith({ clockTolerance: 0 })
    const token = await issuer.mintToken({ claims: { iat: undefined }, expiresIn: 2 })
    expect(await strict.verdict(token)).toBe('allowed')
    clock.advance(1.999)
    expect(await strict.verdict(token)).toBe('allowed')
    clock.advance(0.001)
    expect(await strict.verdict(token)).toBe('401 token_expired')
    clock.set(start)
  })

  it('may be fractions', async () => {
    const start = clock.now()
    const token = await issuer.mintToken({ claims: { exp: start / 1000 + 0.5 } })
    expect(await judge.verdict(token)).toBe('allowed')
    clock.advance(5.499)
    expect(verdictNow(token)).toBe('allowed')
    clock.advance(0.001)
    expect(verdictNow(token)).toBe('401 token_expired')
    clock.set(start)
  })
})

describe('what handlers are given', () => {
  it('cannot be changed, at any depth', async () => {
    const judge = judgeWith()
    const text = await issuer.mintToken({
      scope: 'query',
      claims: { nested: { list: [{ deep: 1 }] }, aud: [issuer.audience] },
    })
    const { token } = await judge.allow(text)
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen))
    expect(frozen(token)).toBe(true)
    // biome-ignore lint/suspicious/noExplicitAny: what a careless handler does
    const careless = token as any
    for (const change of [
      () => careless.scopes.push('admin'),
      () => (careless.scopes = ['admin']),
      () => (careless.claims.nested.list[0].deep = 2),
      () => careless.claims.aud.push('x'),
      () => delete careless.claims.exp,
      () => (careless.subject = 'root'),
      () => (careless.claims.added = 1),
      () => Object.setPrototypeOf(careless.claims, { scope: 'admin' }),
    ]) {
      expect(change).toThrow(TypeError)
    }
    expect((await judge.allow(text)).token).toMatchObject({
      scopes: ['query'],
      claims: { nested: { list: [{ deep: 1 }] } },
    })
  })

  it('gives the text of the token to whoever asks for it, and to nobody else', async () => {
    const text = await issuer.mintToken()
    const { token } = await judgeWith().allow(text)
    expect(token?.token).toBe(text)
    expect(Object.keys({ ...token })).not.toContain('token')
    expect(JSON.stringify(token)).not.toContain(text)
  })
})

describe('a key that is no longer trusted', () => {
  it('takes its tokens with it, known or not', async () => {
    const scenario = await startKeySetScenario()
    const server = scenario.createServer()
    const old = scenario.issuer.keys[0] as TestKey
    const token = await scenario.issuer.mintToken({ expiresIn: 10_000 })
    expect(await server.verdict(token)).toBe('allowed')
    await scenario.issuer.rotateKey()
    scenario.issuer.withdrawKey(old.kid)
    scenario.clock.advance(600)
    const verdicts = await Promise.all(Array.from({ length: 50 }, async () => await server.verdict(token)))
    expect(new Set(verdicts)).toEqual(new Set(['401 token_key_unknown']))
    expect(server.verdictNow(token)).toBeUndefined()
  })
})
