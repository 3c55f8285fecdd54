import { createResourceServer, type ResourceServerOptions } from '@scopegate/core'
import { createFakeClock, createTestIssuer, createTestKey, type TestIssuer } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { bearerRequest, describeDecision } from '../../key-set-scenario.ts'
import { createJudge } from '../../token-verdicts.ts'

const clock = createFakeClock()
const audience = 'https://api.example'
const issuerAt = async (issuer: string, algorithm: 'ES256' | 'HS256' = 'ES256'): Promise<TestIssuer> =>
  await createTestIssuer({ issuer, audience, algorithm, now: clock.now })
const [one, two, stranger] = [
  await issuerAt('https://one.example'),
  await issuerAt('https://two.example'),
  await issuerAt('https://stranger.example'),
]
const secretIssuer = await issuerAt('https://secret.example', 'HS256')
const profileOf = (issuer: TestIssuer, more: object = {}): object => ({
  issuer: issuer.issuer,
  audience,
  ...(issuer.secret === undefined ? { keys: issuer.jwks } : { secret: issuer.secret }),
  ...more,
})

describe('profiles of several issuers', () => {
  const judge = createJudge(
    { tokens: [profileOf(one), profileOf(two, { name: 'second' }), profileOf(secretIssuer)] },
    clock,
  )

  it('are told apart by the exact issuer', async () => {
    for (const [issuer, name] of [
      [one, 'https://one.example'],
      [two, 'second'],
      [secretIssuer, 'https://secret.example'],
    ] as const) {
      const { token } = await judge.allow(await issuer.mintToken())
      expect(token).toMatchObject({ issuer: issuer.issuer, profile: name })
    }
    expect(await judge.verdict(await stranger.mintToken())).toBe('401 token_unrecognised')
    expect(await judge.verdict(await one.mintToken({ claims: { iss: undefined } }))).toBe(
      '401 token_unrecognised',
    )
    expect(await judge.verdict(await one.mintToken({ claims: { iss: [one.issuer] } }))).toBe(
      '401 token_unrecognised',
    )
  })

  it('take no token signed with the key of another', async () => {
    const crossed = await one.mintToken({ claims: { iss: two.issuer } })
    const named = await one.mintToken({ claims: { iss: two.issuer }, header: { kid: two.keys[0]?.kid } })
    const withSecret = await secretIssuer.mintToken({ claims: { iss: one.issuer } })
    const withKey = await one.mintToken({ claims: { iss: secretIssuer.issuer } })
    for (const [token, verdict] of [
      [crossed, '401 token_key_unknown'],
      [named, '401 token_signature'],
      [withSecret, '401 token_algorithm'],
      [withKey, '401 token_algorithm'],
    ] as const) {
      expect(await judge.verdict(token)).toBe(verdict)
    }
  })
})

describe('profiles of one issuer', () => {
  const judge = createJudge(
    {
      tokens: [
        profileOf(one, { kind: 'user', claims: { token_use: 'access' } }),
        profileOf(one, { kind: 'machine', claims: { token_use: 'm2m' }, maxLifetime: 60 }),
        profileOf(two, { kind: 'partner' }),
      ],
    },
    clock,
  )
  const mint = async (token_use: unknown, expiresIn = 60): Promise<string> =>
    await one.mintToken({ claims: { token_use }, expiresIn })

  it('are told apart by a fixed claim, and each asks its own', async () => {
    expect((await judge.allow(await mint('access', 3600))).token).toMatchObject({
      kind: 'user',
      profile: 'user',
    })
    expect((await judge.allow(await mint('m2m'))).token).toMatchObject({
      kind: 'machine',
      profile: 'machine',
    })
    expect(await judge.verdict(await mint('m2m', 3600))).toBe('401 token_lifetime')
  })

  it.each(['id', undefined, null, ['access'], 'ACCESS', true])(
    'take no token whose claim is %j',
    async (token_use) => {
      expect(await judge.verdict(await mint(token_use))).toBe('401 token_unrecognised')
    },
  )

  it('bind the kinds that a route names', async () => {
    const tokens = [
      profileOf(one, { kind: 'user', claims: { token_use: 'access' } }),
      profileOf(one, { kind: 'machine', claims: { token_use: 'm2m' } }),
    ]
    const options: object = {
      tokens,
      now: clock.now,
      routes: [{ method: 'GET', path: '/maps', tokens: 'machine' }],
    }
    const { authorize } = createResourceServer(options as ResourceServerOptions)
    expect(describeDecision(await authorize(bearerRequest(await mint('m2m'))))).toBe('allowed')
    expect(describeDecision(await authorize(bearerRequest(await mint('access'))))).toBe('403 token_kind')
  })

  it('cannot be told apart by nothing', () => {
    expect(() => createJudge({ tokens: [profileOf(one), profileOf(one, { name: 'again' })] }, clock)).toThrow(
      /^tokens\[1\]\.issuer/,
    )
    const same = [profileOf(one, { claims: { a: 1 } }), profileOf(one, { name: 'again', claims: { b: 1 } })]
    expect(() => createJudge({ tokens: same }, clock)).toThrow(/^tokens\[1\]\.issuer/)
    expect(() =>
      createJudge({ tokens: [profileOf(one), profileOf(two, { name: one.issuer })] }, clock),
    ).toThrow(/^tokens\[1\]\.name/)
  })
})

describe('a profile that gave the issuer up', () => {
  const judge = createJudge(
    { tokens: [profileOf(stranger, { issuer: null, name: 'any' }), profileOf(one)] },
    clock,
  )

  it('is asked for tokens that no other profile names', async () => {
    expect((await judge.allow(await stranger.mintToken())).token?.profile).toBe('any')
    expect((await judge.allow(await stranger.mintToken({ claims: { iss: undefined } }))).token).toMatchObject(
      { issuer: undefined },
    )
    expect((await judge.allow(await one.mintToken())).token?.profile).toBe(one.issuer)
  })

  it('is not asked for those that another names', async () => {
    expect(await judge.verdict(await stranger.mintToken({ claims: { iss: one.issuer } }))).toBe(
      '401 token_key_unknown',
    )
  })

  it('takes no issuer that is no text', async () => {
    expect(await judge.verdict(await stranger.mintToken({ claims: { iss: [one.issuer] } }))).toBe(
      '401 token_claim',
    )
    expect(await judge.verdict(await stranger.mintToken({ claims: { iss: 1 } }))).toBe('401 token_claim')
  })
})

describe('shared secrets', () => {
  it('may be two while one replaces the other', async () => {
    const next = await createTestKey({ algorithm: 'HS256' })
    const other = await createTestKey({ algorithm: 'HS256' })
    const judge = createJudge(profileOf(secretIssuer, { secret: [secretIssuer.secret, next.secret] }), clock)
    expect(await judge.verdict(await secretIssuer.mintToken())).toBe('allowed')
    expect(await judge.verdict(await secretIssuer.mintToken({ header: { kid: undefined } }))).toBe('allowed')
    expect(await judge.verdict(await secretIssuer.mintToken({ key: next }))).toBe('allowed')
    expect(await judge.verdict(await secretIssuer.mintToken({ key: other }))).toBe('401 token_signature')
  })

  it.each(['HS256', 'HS384', 'HS512'] as const)(
    'verify %s and nothing that is not listed',
    async (algorithm) => {
      const key = await createTestKey({ algorithm })
      const judge = createJudge(
        profileOf(secretIssuer, { secret: key.secret, algorithms: [algorithm] }),
        clock,
      )
      expect(await judge.verdict(await secretIssuer.mintToken({ key }))).toBe('allowed')
      for (const alg of ['HS256', 'HS384', 'HS512', 'RS256', 'none']) {
        const verdict = await judge.verdict(await secretIssuer.mintToken({ key, header: { alg } }))
        expect(verdict).toBe(alg === algorithm ? 'allowed' : '401 token_algorithm')
      }
    },
  )

  it('are the bytes of the text, and copied', async () => {
    const bytes = new TextEncoder().encode(secretIssuer.secret)
    const judge = createJudge(profileOf(secretIssuer, { secret: bytes }), clock)
    bytes.fill(0)
    expect(await judge.verdict(await secretIssuer.mintToken())).toBe('allowed')
  })

  it('bind a token to one algorithm: a longer hash of the same secret is another signature', async () => {
    const judge = createJudge(profileOf(secretIssuer, { algorithms: ['HS256', 'HS512'] }), clock)
    expect(await judge.verdict(await secretIssuer.mintToken())).toBe('allowed')
    expect(await judge.verdict(await secretIssuer.mintToken({ header: { alg: 'HS512' } }))).toBe(
      '401 token_signature',
    )
  })

  it('never verify a token signed with nothing', async () => {
    const judge = createJudge(profileOf(secretIssuer), clock)
    const empty = new Uint8Array(32)
    const key = {
      kid: '',
      algorithm: 'HS256',
      publicJwk: undefined,
      secret: undefined,
      sign: async () => empty,
    } as const
    expect(await judge.verdict(await secretIssuer.mintToken({ key }))).toBe('401 token_signature')
  })
})

describe('options of a profile that need each other', () => {
  const secret = 's'.repeat(32)
  const find = (): string => secret
  const status = { isActive: () => true }
  const refusal = (...tokens: readonly object[]): string | undefined => {
    try {
      createJudge({ tokens }, clock)
      return undefined
    } catch (error) {
      return (error as { key?: string }).key
    }
  }
  const bare = { issuer: one.issuer, audience: null }

  it.each<[string, object, string | undefined]>([
    ['no audience, but a claim in its place', { ...bare, keys: one.jwks, claims: { use: 'a' } }, undefined],
    [
      'no audience, but secrets that are found by the token',
      { ...bare, secret: { by: 'kid', find } },
      undefined,
    ],
    ['no audience, and one secret for all', { ...bare, secret }, 'tokens[0].audience'],
    ['no audience, and several secrets', { ...bare, secret: [secret] }, 'tokens[0].audience'],
    ['no audience, and keys', { ...bare, keys: one.jwks }, 'tokens[0].audience'],
    ['RFC 9068', profileOf(one, { rfc9068: true }), undefined],
    ['a type', profileOf(one, { typ: 'JWT' }), undefined],
    ['a type, and RFC 9068 not asked for', profileOf(one, { typ: 'JWT', rfc9068: false }), undefined],
    ['RFC 9068 and a type', profileOf(one, { typ: 'at+jwt', rfc9068: true }), 'tokens[0].typ'],
    ['no expiry, but a status', profileOf(one, { expiry: 'optional', status }), undefined],
    ['no expiry', profileOf(one, { expiry: 'optional' }), 'tokens[0].expiry'],
    ['a longest life', profileOf(one, { maxLifetime: 60, status }), undefined],
    ['a longest life, and an expiry', profileOf(one, { maxLifetime: 60, expiry: 'required' }), undefined],
  ])('are judged together: %s', (_, options, key) => {
    expect(refusal(options)).toBe(key)
  })

  it('tell two profiles of one issuer apart by the header', () => {
    const other = { name: 'b', header: 'X-Token' }
    expect(refusal(profileOf(one), profileOf(one, other))).toBeUndefined()
    expect(refusal(profileOf(one, { header: 'x-token' }), profileOf(one, other))).toBe('tokens[1].issuer')
    expect(refusal(profileOf(one), profileOf(one, { name: 'b', header: 'Authorization' }))).toBe(
      'tokens[1].issuer',
    )
  })
})
