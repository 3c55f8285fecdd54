import { createResourceServer } from '@scopegate/core'
import { createFakeClock, createTestIssuer } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { type Claims, compileClaimChecks, timesOf } from '../../../packages/core/src/claim-checks.ts'
import type { DenialReason } from '../../../packages/core/src/denial-reason.ts'
import type { ProfileOptions } from '../../../packages/core/src/token-profile-options.ts'
import { bearerRequest, describeDecision } from '../../key-set-scenario.ts'
import { createJudge, createStrictJudge, mintWithRawClaim, signAsIssuer } from '../../token-verdicts.ts'

const clock = createFakeClock()
const issuer = await createTestIssuer({ now: clock.now })
const seconds = clock.now() / 1000
const profile = { issuer: issuer.issuer, audience: issuer.audience, keys: issuer.jwks }
const ours = createStrictJudge(issuer, clock)
const verdictOn = async (name: string, value: string | undefined, judge = ours): Promise<string> =>
  await judge.verdict(await mintWithRawClaim(issuer, clock, name, value))

describe('exp, nbf and iat', () => {
  const malformed = [
    '"999"',
    `"${seconds + 300}"`,
    'null',
    'true',
    'false',
    '[]',
    `[${seconds + 300}]`,
    '{}',
    '""',
    '1e999',
    '-1e999',
    '1e300',
    '-1',
    '-0.5',
    `-${seconds}`,
    String(clock.now()),
    String(clock.now() + 300_000),
    '253402300800',
  ]
  it.each(['exp', 'nbf', 'iat'].flatMap((name) => malformed.map((value) => [name, value] as const)))(
    '%s is not %s',
    async (name, value) => {
      expect(await verdictOn(name, value)).toBe('401 token_claim')
    },
  )

  it.each<[value: string | undefined, verdict: string]>([
    [undefined, '401 token_claim'],
    ['0', '401 token_expired'],
    ['-0', '401 token_expired'],
    ['999', '401 token_expired'],
    ['2147483648', 'allowed'],
    ['4294967296', 'allowed'],
    ['253402300799', 'allowed'],
    [`${seconds}`, 'allowed'],
    [`${seconds - 4}`, 'allowed'],
    [`${seconds - 4.001}`, 'allowed'],
    [`${seconds - 5}`, '401 token_expired'],
    [`${seconds - 6}`, '401 token_expired'],
    [`${seconds + 0.25}`, 'allowed'],
    [`${seconds}.0e0`, 'allowed'],
  ])('exp %s: %s', async (value, verdict) => {
    expect(await verdictOn('exp', value)).toBe(verdict)
  })

  it.each(
    ['nbf', 'iat'].flatMap(
      (name) =>
        [
          [name, undefined, 'allowed'],
          [name, '0', 'allowed'],
          [name, '-0', 'allowed'],
          [name, `${seconds}`, 'allowed'],
          [name, `${seconds + 4.5}`, 'allowed'],
          [name, `${seconds + 5}`, 'allowed'],
          [name, `${seconds + 6}`, '401 token_not_yet_valid'],
          [name, `${seconds + 3600}`, '401 token_not_yet_valid'],
          [name, '253402300799', '401 token_not_yet_valid'],
        ] as const,
    ),
  )('%s %s: %s', async (name, value, verdict) => {
    expect(await verdictOn(name, value)).toBe(verdict)
  })

  it.each([
    ['nbf', 6, 'token_not_yet_valid'],
    ['iat', 6, 'token_not_yet_valid'],
    ['exp', -5, 'token_expired'],
  ])('with %s %i s from now it is %s, whatever else is wrong', async (name, from, reason) => {
    const token = await issuer.mintToken({ claims: { [name]: seconds + from, cnf: { jkt: 'x' } } })
    expect(await ours.verdict(token)).toBe(`401 ${reason}`)
  })

  it('refuses a token from the future by a fraction of a second', async () => {
    expect(await verdictOn('nbf', `${seconds + 5.25}`)).toBe('401 token_not_yet_valid')
  })

  it.each([
    [0, -0.5, '401 token_expired'],
    [0, 0, '401 token_expired'],
    [0, 0.5, 'allowed'],
    [300, -299, 'allowed'],
    [300, -300, '401 token_expired'],
  ])('keeps a tolerance of %i s: exp %d s from now is %s', async (clockTolerance, from, verdict) => {
    const judge = createJudge({ ...profile, clockTolerance }, clock)
    expect(await verdictOn('exp', `${seconds + from}`, judge)).toBe(verdict)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, '5', 301, null])(
    'takes no tolerance of %s',
    (clockTolerance) => {
      expect(() => createJudge({ ...profile, clockTolerance }, clock)).toThrow(/^clockTolerance/)
    },
  )
})

describe('maxLifetime', () => {
  const judge = createJudge({ ...profile, maxLifetime: 600 }, clock)

  it('is counted from iat to exp', async () => {
    expect(await judge.verdict(await issuer.mintToken({ expiresIn: 600 }))).toBe('allowed')
    expect(await judge.verdict(await issuer.mintToken({ expiresIn: 601 }))).toBe('401 token_lifetime')
    expect(await judge.verdict(await issuer.mintToken({ expiresIn: 600.5 }))).toBe('401 token_lifetime')
  })

  it('refuses a token that does not say when it was issued', async () => {
    expect(await judge.verdict(await issuer.mintToken({ claims: { iat: undefined } }))).toBe(
      '401 token_lifetime',
    )
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '600', null])('cannot be %s', (maxLifetime) => {
    expect(() => createJudge({ ...profile, maxLifetime }, clock)).toThrow(/^maxLifetime/)
  })
})

describe('aud', () => {
  const us = JSON.stringify(issuer.audience)
  it.each<[value: string | undefined, verdict: string]>([
    [us, 'allowed'],
    [`[${us}]`, 'allowed'],
    [`["https://other.example",${us}]`, 'allowed'],
    [undefined, '401 token_audience'],
    ['null', '401 token_audience'],
    ['""', '401 token_audience'],
    ['[]', '401 token_audience'],
    ['[""]', '401 token_audience'],
    [`[null,${us}]`, '401 token_audience'],
    [`[1,${us}]`, '401 token_audience'],
    [`[[${us}]]`, '401 token_audience'],
    [`{"0":${us}}`, '401 token_audience'],
    ['true', '401 token_audience'],
    ['1', '401 token_audience'],
    ['"*"', '401 token_audience'],
    [JSON.stringify(`${issuer.audience},https://other.example`), '401 token_audience'],
    [JSON.stringify(`${issuer.audience} https://other.example`), '401 token_audience'],
    [JSON.stringify(`${issuer.audience}/`), '401 token_audience'],
    [JSON.stringify(`${issuer.audience} `), '401 token_audience'],
    [JSON.stringify(issuer.audience.slice(0, -1)), '401 token_audience'],
    [JSON.stringify(issuer.audience.slice(1)), '401 token_audience'],
    [JSON.stringify(issuer.audience.toUpperCase()), '401 token_audience'],
  ])('%s: %s', async (value, verdict) => {
    expect(await verdictOn('aud', value)).toBe(verdict)
  })

  it('may be any of several of ours', async () => {
    const judge = createJudge({ ...profile, audience: ['https://api.example', 'api'] }, clock)
    for (const aud of ['api', 'https://api.example', ['x', 'api']]) {
      expect(await judge.verdict(await issuer.mintToken({ claims: { aud } }))).toBe('allowed')
    }
    expect(await judge.verdict(await issuer.mintToken({ claims: { aud: 'API' } }))).toBe('401 token_audience')
  })

  it('is compared code unit by code unit, not by what looks the same', async () => {
    const judge = createJudge({ ...profile, audience: 'caf\u00e9' }, clock)
    expect(await judge.verdict(await issuer.mintToken({ claims: { aud: 'caf\u00e9' } }))).toBe('allowed')
    expect(await judge.verdict(await issuer.mintToken({ claims: { aud: 'cafe\u0301' } }))).toBe(
      '401 token_audience',
    )
  })

  it.each([undefined, '', [], [''], null, 1])('cannot be configured as %j', (audience) => {
    expect(() => createJudge({ ...profile, audience }, clock)).toThrow(/^audience/)
  })

  it('may be given up where a fixed claim ties the token to us', async () => {
    const judge = createJudge({ ...profile, audience: null, claims: { token_use: 'access' } }, clock)
    expect(
      await judge.verdict(await issuer.mintToken({ claims: { aud: undefined, token_use: 'access' } })),
    ).toBe('allowed')
    expect(await judge.verdict(await issuer.mintToken({ claims: { token_use: 'id' } }))).toBe(
      '401 token_unrecognised',
    )
    expect(await judge.verdict(await issuer.mintToken())).toBe('401 token_unrecognised')
  })
})

describe('iss', () => {
  const us = JSON.stringify(issuer.issuer)
  it.each<string | undefined>([
    undefined,
    'null',
    '""',
    '1',
    `[${us}]`,
    `["https://evil.example",${us}]`,
    `{"0":${us}}`,
    JSON.stringify(`${issuer.issuer}/`),
    JSON.stringify(`${issuer.issuer} `),
    JSON.stringify(issuer.issuer.slice(0, -1)),
    JSON.stringify(`${issuer.issuer}.evil.example`),
    JSON.stringify(issuer.issuer.toUpperCase()),
    '"constructor"',
    '"__proto__"',
  ])('%s is no issuer of ours', async (value) => {
    expect(await verdictOn('iss', value)).toBe('401 token_unrecognised')
  })

  it.each([undefined, '', 1, []])('cannot be configured as %j', (name) => {
    expect(() => createJudge({ ...profile, issuer: name }, clock)).toThrow(/^issuer/)
  })
})

describe('claims that are text', () => {
  const names = ['sub', 'jti', 'client_id', 'azp']
  const values = ['1', 'null', '["a"]', '{"a":1}', 'true']
  it.each(names.flatMap((name) => values.map((value) => [name, value] as const)))(
    '%s is not %s',
    async (name, value) => {
      expect(await verdictOn(name, value)).toBe('401 token_claim')
    },
  )
})

describe('scopes', () => {
  const routes = [{ method: 'GET', path: '/maps', scopes: 'query' }] as const
  const server = createResourceServer({ ...profile, now: clock.now, routes })
  const verdict = async (claims: object): Promise<string> =>
    describeDecision(await server.authorize(bearerRequest(await issuer.mintToken({ claims: { ...claims } }))))

  it.each<[claims: object, verdict: string]>([
    [{ scope: 'query' }, 'allowed'],
    [{ scope: 'write query delete' }, 'allowed'],
    [{ scope: '  query  ' }, 'allowed'],
    [{ scope: ['query'] }, 'allowed'],
    [{ scp: 'query' }, 'allowed'],
    [{ scp: ['write', 'query'] }, 'allowed'],
    [{ scope: 'write', scp: 'query' }, '403 insufficient_scope'],
    [{}, '403 insufficient_scope'],
    [{ scope: '' }, '403 insufficient_scope'],
    [{ scope: [] }, '403 insufficient_scope'],
    [{ scope: ['query write'] }, '403 insufficient_scope'],
    [{ scope: 'Query' }, '403 insufficient_scope'],
    [{ scope: 'query:all' }, '403 insufficient_scope'],
    [{ scope: 'queryx xquery que*' }, '403 insufficient_scope'],
    [{ scope: '* **' }, '403 insufficient_scope'],
    [{ scope: 'query\u0000' }, '403 insufficient_scope'],
    [{ scope: 'query,write' }, '403 insufficient_scope'],
    [{ scope: 'query\twrite' }, '403 insufficient_scope'],
    [{ scope: 'query\u00a0write' }, '403 insufficient_scope'],
    [{ scopes: 'query', permissions: ['query'] }, '403 insufficient_scope'],
    [{ scope: null }, '401 token_claim'],
    [{ scope: 1 }, '401 token_claim'],
    [{ scope: true }, '401 token_claim'],
    [{ scope: { query: true } }, '401 token_claim'],
    [{ scope: ['query', 1] }, '401 token_claim'],
    [{ scope: [['query']] }, '401 token_claim'],
    [{ scp: { 0: 'query', length: 1 } }, '401 token_claim'],
    [{ scope: null, scp: 'query' }, '401 token_claim'],
  ])('%j: %s', async (claims, expected) => {
    expect(await verdict(claims)).toBe(expected)
  })

  it('are read from where the profile says, and from nowhere else', async () => {
    const read = { scopes: 'permissions' }
    const { authorize } = createResourceServer({ ...profile, now: clock.now, routes, read })
    const judge = async (claims: object): Promise<string> =>
      describeDecision(await authorize(bearerRequest(await issuer.mintToken({ claims: { ...claims } }))))
    expect(await judge({ permissions: ['query'] })).toBe('allowed')
    expect(await judge({ scope: 'query' })).toBe('403 insufficient_scope')
    expect(await judge({ permissions: 7, scope: 'query' })).toBe('401 token_claim')
  })

  it("are no one else's: what a hostile dependency puts on every object is not read", async () => {
    const polluted = [
      'scope',
      'scp',
      'aud',
      'iss',
      'exp',
      'sub',
      'alg',
      'kid',
      'typ',
      'cnf',
      'crit',
      'header',
      'jwk',
    ]
    const bare = await mintWithRawClaim(issuer, clock, 'sub', undefined)
    try {
      for (const name of polluted) {
        Object.defineProperty(Object.prototype, name, { value: 'query', configurable: true, writable: true })
      }
      expect(describeDecision(await server.authorize(bearerRequest(bare)))).toBe('403 insufficient_scope')
      const { token } = await createJudge(profile, clock).allow(bare)
      expect(token).toMatchObject({ scopes: [], subject: undefined, clientId: undefined, account: undefined })
    } finally {
      for (const name of polluted) Reflect.deleteProperty(Object.prototype, name)
    }
  })
})

describe('requiredClaims', () => {
  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty', 'jti2'])(
    '%s must be written in the token',
    async (name) => {
      const judge = createJudge({ ...profile, requiredClaims: [name] }, clock)
      expect(await judge.verdict(await issuer.mintToken())).toBe('401 token_claim')
      expect(await verdictOn(name, '"here"', judge)).toBe('allowed')
      expect(await verdictOn(name, 'null', judge)).toBe('401 token_claim')
    },
  )

  it.each<[type: string, good: string[], bad: string[]]>([
    ['any', ['0', 'false', '[]', '{}', '"x"'], ['null', '""']],
    ['string', ['"x"'], ['1', 'true', '[]', '{}', 'null', '""']],
    ['number', ['0', '1.5'], ['"1"', 'true', '[]', '{}', 'null']],
    ['boolean', ['true', 'false'], ['"true"', '1', '[]', '{}', 'null']],
    ['array', ['[]', '["x"]'], ['"x"', '1', '{}', 'null']],
    ['object', ['{}'], ['[]', '"x"', '1', 'null']],
    [
      'uuid',
      ['"0191d8a2-7c3e-7f00-8a6b-0123456789ab"', '"C0FFEE00-0000-4000-9000-ABCDEF012345"'],
      [
        '"0191d8a27c3e7f008a6b0123456789ab"',
        '"{0191d8a2-7c3e-7f00-8a6b-0123456789ab}"',
        '"0191d8a2-7c3e-7f00-8a6b-0123456789ab\\n"',
        '"urn:uuid:0191d8a2-7c3e-7f00-8a6b-0123456789ab"',
        '"0191d8a2-7c3e-7f00-8a6b-0123456789ag"',
        '["0191d8a2-7c3e-7f00-8a6b-0123456789ab"]',
        '"x"',
        '1',
        'null',
      ],
    ],
  ])('may be asked to be of type %s', async (type, good, bad) => {
    const judge = createJudge({ ...profile, requiredClaims: { tenant: type } }, clock)
    for (const value of good)
      expect([value, await verdictOn('tenant', value, judge)]).toEqual([value, 'allowed'])
    for (const value of bad)
      expect([value, await verdictOn('tenant', value, judge)]).toEqual([value, '401 token_claim'])
    expect(await verdictOn('tenant', undefined, judge)).toBe('401 token_claim')
  })

  it.each(['sub', 'client_id', 'iat', 'jti'])('rfc9068 demands %s', async (name) => {
    const judge = createJudge({ ...profile, rfc9068: true }, clock)
    expect(await judge.verdict(await issuer.mintToken())).toBe('allowed')
    expect(await judge.verdict(await issuer.mintToken({ claims: { [name]: undefined } }))).toBe(
      '401 token_claim',
    )
  })
})

describe('fixed claims', () => {
  it.each<[wanted: string | number | boolean, good: string, bad: string[]]>([
    [
      'access',
      '"access"',
      ['"Access"', '["access"]', '{"0":"access"}', 'null', '"access "', '"id"', undefined as never],
    ],
    [1, '1', ['"1"', 'true', '[1]', '1.5', undefined as never]],
    [true, 'true', ['"true"', '1', '[true]', undefined as never]],
    [false, 'false', ['0', '""', 'null', undefined as never]],
    [0, '0', ['false', '""', 'null', '"0"', undefined as never]],
  ])('%j is met by %s alone', async (wanted, good, bad) => {
    const judge = createJudge({ ...profile, claims: { token_use: wanted } }, clock)
    expect(await verdictOn('token_use', good, judge)).toBe('allowed')
    for (const value of bad)
      expect([value, await verdictOn('token_use', value, judge)]).toEqual([value, '401 token_unrecognised'])
  })

  it('are not inherited', async () => {
    const judge = createJudge({ ...profile, claims: { constructor: 'x' } }, clock)
    expect(await judge.verdict(await issuer.mintToken())).toBe('401 token_unrecognised')
  })
})

describe('a token bound to a key', () => {
  it.each(['{"jkt":"x"}', '{"x5t#S256":"x"}', '{"jwk":{}}', '{}', 'null', '"x"', '[]'])(
    'is no bearer token: cnf %s',
    async (cnf) => {
      expect(await verdictOn('cnf', cnf)).toBe('401 token_binding')
    },
  )
})

describe('claims that are no business of ours', () => {
  it('are passed on as they are', async () => {
    const odd = '"\\u0000":1,"":2,"a b":null,"toString":3,"n":1e400,"s":"\\ud800"'
    const { iss, aud } = { iss: issuer.issuer, aud: issuer.audience }
    const token = await signAsIssuer(issuer, `{"iss":"${iss}","aud":"${aud}","exp":${seconds + 60},${odd}}`)
    const decision = await createJudge(profile, clock).allow(token)
    expect(decision.token?.claims).toMatchObject({
      '\u0000': 1,
      '': 2,
      'a b': null,
      toString: 3,
      s: '\ud800',
    })
  })
})

describe('the checks of a profile', () => {
  const now = 1_000_000_000
  const claims = { iss: 'https://issuer.example', aud: 'api', exp: now / 1000 + 60, kind: 'machine' }
  const options: ProfileOptions = { issuer: claims.iss, audience: 'api', claims: { kind: 'machine' } }

  it('let a token pass that has all that is asked', () => {
    expect(firstFault(options, claims)).toBeUndefined()
    expect(firstFault({ ...options, issuer: null }, { ...claims, iss: 'https://other.example' })).toBe(
      undefined,
    )
  })

  it.each([
    ['another issuer', { iss: 'https://other.example' }, 'token_issuer'],
    ['the issuer with a slash', { iss: 'https://issuer.example/' }, 'token_issuer'],
    ['no issuer', { iss: undefined }, 'token_issuer'],
    ['another value of a fixed claim', { kind: 'user' }, 'token_claim'],
    ['no fixed claim', { kind: undefined }, 'token_claim'],
    ['a list for a fixed claim', { kind: ['machine'] }, 'token_claim'],
  ])('refuse a token with %s by themselves, whatever chose the profile', (_, changes, reason) => {
    expect(firstFault(options, { ...claims, ...changes })).toBe(reason)
  })

  it('ask for an expiry unless that was given up, and hold a token to the one it has', () => {
    const expired = { ...claims, exp: now / 1000 - 60 }
    const endless = { ...claims, exp: undefined }
    expect(firstFault(options, endless)).toBe('token_claim')
    expect(firstFault({ ...options, expiry: 'optional' }, endless)).toBeUndefined()
    expect(firstFault({ ...options, expiry: 'optional' }, expired)).toBe('token_expired')
  })

  function firstFault(asked: ProfileOptions, given: object): DenialReason | undefined {
    const written: Claims = JSON.parse(JSON.stringify(given))
    return compileClaimChecks(asked, 0)
      .map((check) => check(written, now, timesOf(written)))
      .find((reason) => reason !== undefined)
  }
})
