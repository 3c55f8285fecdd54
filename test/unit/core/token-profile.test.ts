import type { AccessToken } from '@scopegate/core'
import { createFakeClock, createTestIssuer } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { createJudge, type TokenJudge } from '../../token-verdicts.ts'

const clock = createFakeClock()
const issuer = await createTestIssuer({ now: clock.now })
const profile = { issuer: issuer.issuer, audience: issuer.audience, keys: issuer.jwks }

function judgeWith(options: object): TokenJudge {
  return createJudge({ ...profile, ...options }, clock)
}

/** The access token that a handler gets for a token with these claims. */
async function readWith(options: object, claims: Readonly<Record<string, unknown>>): Promise<AccessToken> {
  const { token } = await judgeWith(options).allow(await issuer.mintToken({ claims }))
  if (token === undefined) throw new Error('there is no token')
  return token
}

describe('a profile is called', () => {
  it.each([
    [{ name: 'a', kind: 'b' }, 'a'],
    [{ kind: 'b' }, 'b'],
    [{}, issuer.issuer],
    [{ issuer: null }, 'default'],
  ])('by its name, its kind or its issuer, in this order: %j', async (options, name) => {
    expect(await readWith(options, {})).toMatchObject({ profile: name })
  })
})

describe('the type of a token', () => {
  const strict = { rfc9068: true }
  const own = { typ: 'X' }
  const several = { typ: ['application/a', 'b'] }
  it.each<[typ: unknown, ...accepts: [usual: boolean, strict: boolean, own: boolean, several: boolean]]>([
    [undefined, true, false, false, false],
    ['JWT', true, false, false, false],
    ['jwt', true, false, false, false],
    ['application/jwt', true, false, false, false],
    ['at+jwt', true, true, false, false],
    ['application/at+jwt', true, true, false, false],
    ['APPLICATION/AT+JWT', true, true, false, false],
    ['x', false, false, true, false],
    ['application/X', false, false, true, false],
    ['xapplication/x', false, false, false, false],
    ['a', false, false, false, true],
    ['Application/B', false, false, false, true],
    ['id+jwt', false, false, false, false],
    ['', false, false, false, false],
    ['undefined', false, false, false, false],
  ])('%j may be taken', async (typ, ...accepts) => {
    const token = await issuer.mintToken({ header: { typ } })
    for (const [index, options] of [{}, strict, own, several].entries())
      expect(await judgeWith(options).verdict(token)).toBe(accepts[index] ? 'allowed' : '401 token_type')
  })
})

describe('what a token says', () => {
  it('is read from the usual claims', async () => {
    const claims = { scope: 'a b', client_id: 'c', sub: 's', account: 't' }
    const expiresAt = clock.now() / 1000 + 300
    expect(await readWith({ kind: 'k' }, claims)).toMatchObject({
      scopes: ['a', 'b'],
      clientId: 'c',
      subject: 's',
      account: 't',
      kind: 'k',
      issuer: issuer.issuer,
      expiresAt,
      claims: { ...claims, iss: issuer.issuer, aud: issuer.audience, exp: expiresAt },
    })
  })

  it('is read from the second choice, where the first is absent', async () => {
    const claims = { scp: ['a'], client_id: undefined, azp: 'z' }
    expect(await readWith({}, claims)).toMatchObject({ scopes: ['a'], clientId: 'z' })
  })

  it('is read from the claims that were chosen, and from no others', async () => {
    const claims = {
      scope: 'a',
      client_id: 'c',
      sub: 's',
      account: 't',
      roles: ['r'],
      app: 'x',
      id: 'y',
      org: 'z',
    }
    const read = { scopes: 'roles', clientId: ['none', 'app'], subject: 'id', account: 'org' }
    expect(await readWith({ read }, claims)).toMatchObject({
      scopes: ['r'],
      clientId: 'x',
      subject: 'y',
      account: 'z',
    })
    const absent = { scopes: 'none', clientId: 'none', subject: 'none', account: 'none' }
    expect(await readWith({ read: absent }, claims)).toMatchObject({
      scopes: [],
      clientId: undefined,
      subject: undefined,
      account: undefined,
    })
  })

  it('is text or nothing', async () => {
    expect(await readWith({}, { account: 1 })).toMatchObject({ account: undefined })
    expect(await readWith({ issuer: null }, { iss: undefined })).toMatchObject({ issuer: undefined })
  })

  it('is frozen, and keeps its text out of logs', async () => {
    const text = await issuer.mintToken({ scope: 'a' })
    const { token } = await judgeWith({}).allow(text)
    expect(token?.token).toBe(text)
    expect(JSON.stringify(token)).not.toContain(text.split('.')[2])
    expect(Object.keys(token ?? {})).not.toContain('token')
    expect([Object.isFrozen(token), Object.isFrozen(token?.scopes), Object.isFrozen(token?.claims)]).toEqual([
      true,
      true,
      true,
    ])
  })
})

describe('a fixed claim', () => {
  it('is one of its own, every one of them, in value and type', async () => {
    const judge = judgeWith({ claims: { use: 'access', level: 1, constructor: 'x' } })
    const good = { use: 'access', level: 1, constructor: 'x' }
    expect(await judge.verdict(await issuer.mintToken({ claims: good }))).toBe('allowed')
    for (const claims of [{ use: 'id' }, { level: '1' }, { level: undefined }, { constructor: undefined }]) {
      const verdict = await judge.verdict(await issuer.mintToken({ claims: { ...good, ...claims } }))
      expect(verdict).toMatch(/^401 token_(claim|unrecognised)$/)
    }
  })
})

describe('scopes', () => {
  const verdictFor = async (options: object, scope: string): Promise<string> => {
    const routes = [{ method: 'GET', path: '/maps', scopes: 'maps.read' }]
    return await judgeWith({ routes, ...options }).verdict(await issuer.mintToken({ scope }))
  }

  it('cover others with a star where a profile says what parts them', async () => {
    expect(await verdictFor({ wildcardSeparator: '.' }, 'maps.*')).toBe('allowed')
    expect(await verdictFor({ wildcardSeparator: ':' }, 'maps.*')).toBe('403 insufficient_scope')
    expect(await verdictFor({}, 'maps.*')).toBe('403 insufficient_scope')
  })

  it('bring others along where a profile says so', async () => {
    expect(await verdictFor({ implies: { admin: ['maps.read'] } }, 'admin')).toBe('allowed')
    expect(await verdictFor({}, 'admin')).toBe('403 insufficient_scope')
  })
})

describe('the tolerance of a clock', () => {
  it.each([
    [{}, 5],
    [{ clockTolerance: 0 }, 0],
    [{ clockTolerance: 60 }, 60],
  ])('is five seconds, or as said: %j', async (options, seconds) => {
    const judge = judgeWith(options)
    const expired = async (ago: number): Promise<string> =>
      await judge.verdict(await issuer.mintToken({ expiresIn: -ago }))
    expect(await expired(seconds)).toBe('401 token_expired')
    expect(await expired(seconds - 1)).toBe('allowed')
  })
})

describe('the header of a profile', () => {
  it('is that of bearer tokens, or the one that was chosen in any case', async () => {
    const { server } = judgeWith({ header: 'X-Api-Token' })
    const text = await issuer.mintToken()
    const asked = async (name: string, value: string): Promise<boolean> =>
      (await server.authorize({ method: 'GET', target: '/maps', rawHeaders: ['Host', 'x', name, value] }))
        .allowed
    expect(await asked('x-api-token', text)).toBe(true)
    expect(await asked('Authorization', `Bearer ${text}`)).toBe(false)
    expect(await judgeWith({}).verdict(text)).toBe('allowed')
  })
})

describe('the status of a token', () => {
  it.each<[answer: unknown, verdict: string]>([
    [true, 'allowed'],
    [false, '401 token_revoked'],
    [undefined, '503 status_unavailable'],
    ['true', '503 status_unavailable'],
    [1, '503 status_unavailable'],
  ])('%j is %s', async (answer, verdict) => {
    const seen: AccessToken[] = []
    const isActive = (token: AccessToken): unknown => {
      seen.push(token)
      return answer
    }
    const text = await issuer.mintToken({ subject: 'me' })
    expect(await judgeWith({ status: { isActive } }).verdict(text)).toBe(verdict)
    expect(seen[0]).toMatchObject({ subject: 'me', token: text })
  })
})

describe('the grants of a token', () => {
  const routes = [{ method: 'GET', path: '/maps', scopes: 'a' }]

  it.each<[answer: unknown, verdict: string]>([
    ['a', 'allowed'],
    [['b', 'a'], 'allowed'],
    ['b', '403 insufficient_scope'],
    ['', '403 insufficient_scope'],
    [[], '403 insufficient_scope'],
    [undefined, '503 grants_unavailable'],
    [[1], '503 grants_unavailable'],
    [{ a: true }, '503 grants_unavailable'],
  ])('%j are %s', async (answer, verdict) => {
    const judge = judgeWith({ routes, grants: { resolve: () => answer } })
    expect(await judge.verdict(await issuer.mintToken({ scope: 'a' }))).toBe(verdict)
  })

  it('stand in place of what the token names, and in nothing else of it', async () => {
    const text = await issuer.mintToken({ scope: 'named', subject: 'me' })
    const granted = ['a']
    const judge = judgeWith({ routes, kind: 'k', grants: { resolve: () => granted } })
    const { token } = await judge.allow(text)
    granted.push('later')
    expect(token).toMatchObject({
      scopes: ['a'],
      subject: 'me',
      kind: 'k',
      claims: { scope: 'named' },
      token: text,
    })
    expect(Object.keys(token ?? {})).not.toContain('token')
    expect([Object.isFrozen(token), Object.isFrozen(token?.scopes)]).toEqual([true, true])
  })

  it('bring what they imply', async () => {
    const judge = judgeWith({ routes, implies: { admin: ['a'] }, grants: { resolve: () => 'admin' } })
    expect(await judge.verdict(await issuer.mintToken())).toBe('allowed')
  })
})

it('has the look that a profile gives it: a denial of its tokens', async () => {
  const { server } = judgeWith({ renderError: () => ({ contentType: 'text/plain', body: 'no' }) })
  const asked = { method: 'GET', target: '/maps', rawHeaders: ['Host', 'x', 'Authorization', 'Bearer x'] }
  expect(await server.authorize(asked)).toMatchObject({ status: 401, body: 'no' })
})
