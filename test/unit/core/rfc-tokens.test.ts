import { createTestIssuer, createTestKey, signToken, type TestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { describeDecision } from '../../key-set-scenario.ts'
import { bearer, createFetching, createServer, expectInvalid, verdict } from './advisories/scene.ts'
import { ask, configurationError, issuer, profile } from './server.ts'
import { ecKey, rsaKey } from './weak-keys.ts'

const server = createServer()
const key = issuer.keys[0] as TestKey
const header = { alg: 'ES256', kid: key.kid }
const now = Math.floor(Date.now() / 1000)
const claims = { iss: issuer.issuer, aud: issuer.audience, exp: now + 300 }

/** Refused with each of these in place of, or beside, what a good token says. */
async function refuseEach(list: readonly object[], part: 'claims' | 'header', by = server): Promise<void> {
  for (const more of list)
    await expectInvalid(by, await issuer.mintToken({ [part]: more }), JSON.stringify(more))
}

describe('RFC 7515, 7517, 7519, 8725: tokens and keys', () => {
  it('B201: takes compact JWS of three parts and no other form', async () => {
    const token = await issuer.mintToken()
    const [head, body, signature] = token.split('.')
    for (const text of [
      `${token}.AAAA.AAAA`,
      `${head}.${body}`,
      JSON.stringify({ payload: body }),
      `{${token}}`,
      `"${token}"`,
      `${head}.${body}.${signature}%3D`,
    ]) {
      await expectInvalid(server, text)
    }
    await expectInvalid(server, await signToken(key, { ...header, cty: 'JWT' }, token))
  })

  it('B202: takes the algorithms listed and the key made for each, never HMAC beside asymmetric ones', async () => {
    expect(configurationError({ ...profile, algorithms: ['ES256', 'HS256'] }).message).toMatch(/^algorithms/)
    await refuseEach([{ alg: 'RS256' }, { alg: 'none' }, { alg: 'HS256' }, { alg: 'es256' }], 'header')
    for (const more of [{ use: 'enc' }, { key_ops: ['sign'] }, { alg: 'ES384' }]) {
      const { jwk, key: signer } = ecKey(more)
      const { server: fetching } = createFetching(() => Response.json({ keys: [jwk, ...issuer.jwks.keys] }))
      await expectInvalid(fetching, await issuer.mintToken({ key: signer }))
    }
    const ed = await createTestIssuer({ algorithm: 'Ed25519' })
    const named = createServer({ keys: ed.jwks, algorithms: ['Ed25519'] })
    expect(await verdict(named, await ed.mintToken())).toBe('allowed')
    await expectInvalid(named, await ed.mintToken({ header: { alg: 'EdDSA' } }))
  })

  it('B203: understands no critical extension, no b64, and no member given twice', async () => {
    await refuseEach([{ crit: ['b64'], b64: false }, { crit: [] }, { b64: false }, { b64: true }], 'header')
    const twice = `{"alg":"none",${JSON.stringify(header).slice(1)}`
    await expectInvalid(server, await signToken(key, twice, claims))
    await expectInvalid(server, await signToken(key, header, `{"exp":1,${JSON.stringify(claims).slice(1)}`))
  })

  it('B204: reads typ without case and with or without application/, and demands at+jwt where RFC 9068 is on', async () => {
    const strict = createServer({ rfc9068: true })
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+jwt']) {
      expect(await verdict(strict, await issuer.mintToken({ header: { typ } }))).toBe('allowed')
    }
    await refuseEach(
      [{ typ: 'JWT' }, { typ: undefined }, { typ: 'at+jwt; x=1' }, { typ: 'dpop+jwt' }, { typ: 7 }],
      'header',
      strict,
    )
    await refuseEach([{ typ: 'logout+jwt' }, { typ: 'secevent+jwt' }], 'header')
  })

  it('B205: reads kid as text and follows no key reference of the token', async () => {
    await refuseEach(
      [7, null, ['k'], { a: 1 }, 'x'.repeat(2000), '__proto__', "' or 1=1", '../../dev/null'].map((kid) => ({
        kid,
      })),
      'header',
    )
    const { server: fetching, fetched } = createFetching()
    const evil = await createTestKey()
    const references = {
      jku: 'https://evil.example',
      x5u: 'https://evil.example',
      x5c: ['AA'],
      jwk: evil.publicJwk,
      x5t: 'AA',
    }
    await expectInvalid(fetching, await issuer.mintToken({ key: evil, header: references }))
    expect(fetched.some((url) => url.includes('evil'))).toBe(false)
  })

  it('B206: compares iss exactly, takes keys of that issuer only, and finds itself in aud exactly', async () => {
    await refuseEach(
      [
        { iss: `${issuer.issuer}/` },
        { iss: [issuer.issuer] },
        { aud: undefined },
        { aud: [] },
        { aud: [null, issuer.audience] },
      ],
      'claims',
    )
    expect(
      await verdict(
        server,
        await issuer.mintToken({ claims: { aud: ['https://a.example', issuer.audience] } }),
      ),
    ).toBe('allowed')
    await expectInvalid(server, await issuer.mintToken({ key: await createTestKey({ kid: key.kid }) }))
  })

  it('B207: ends on exp, begins on nbf, refuses iat of the future, times that are none, and a life too long', async () => {
    const exact = createServer({ clockTolerance: 0, now: () => now * 1000, maxLifetime: 300 })
    const at = async (times: object): Promise<string> =>
      await verdict(exact, await issuer.mintToken({ claims: { iat: now, ...times } }))
    expect(await at({ exp: now })).toBe('401 token_expired')
    expect(await at({ exp: now + 0.001 })).toBe('allowed')
    expect(await at({ exp: now + 300, nbf: now })).toBe('allowed')
    expect(await at({ exp: now + 300, nbf: now + 1 })).toBe('401 token_not_yet_valid')
    expect(await at({ exp: now + 300, iat: now + 1 })).toBe('401 token_not_yet_valid')
    expect(await at({ exp: now + 301 })).toBe('401 token_lifetime')
    expect(await at({ exp: undefined })).toBe('401 token_claim')
    expect(await at({ exp: String(now + 60) })).toBe('401 token_claim')
  })

  it('B208: reads strict UTF-8 without a byte order mark, an object at the top, and own members only', async () => {
    const good = JSON.stringify(claims)
    for (const payload of [
      `\ufeff${good}`,
      `[${good}]`,
      Buffer.concat([Buffer.from(good.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]),
    ]) {
      await expectInvalid(server, await signToken(key, header, payload))
    }
    const odd = await signToken(key, header, `{"__proto__":{"scope":"read"},${good.slice(1)}`)
    expect(await verdict(server, odd)).toBe('allowed')
    expect(await verdict(server, odd, '/read')).toBe('403 insufficient_scope')
    await expectInvalid(createServer({ requiredClaims: ['toString'] }), await issuer.mintToken())
  })

  it('B209: takes no short secret, no small RSA modulus or exponent, no key of another curve', () => {
    for (const [alg, bytes] of [
      ['HS256', 31],
      ['HS384', 47],
      ['HS512', 63],
    ] as const) {
      const options = { ...profile, keys: undefined, algorithms: [alg] }
      expect(configurationError({ ...options, secret: 's'.repeat(bytes) }).message).toMatch(/^secret/)
      createServer({ ...options, secret: 's'.repeat(bytes + 1) })
    }
    for (const weak of [
      rsaKey(1024),
      rsaKey(2048, 3),
      ecKey({ crv: 'P-384' }),
      ecKey({ crv: 'secp256k1' }),
    ]) {
      expect(configurationError({ ...profile, keys: { keys: [weak.jwk] } }).message).toMatch(
        /^keys\.keys\[0\]/,
      )
    }
  })

  it('B210: acts on no claim before the signature, but for the issuer that picks the profile', async () => {
    let asked = 0
    const spying = createServer({
      status: { isActive: () => ++asked > 0 },
      grants: { resolve: () => String(++asked) },
    })
    await expectInvalid(spying, await issuer.mintToken({ key: await createTestKey({ kid: key.kid }) }))
    await expectInvalid(
      spying,
      await issuer.mintToken({ expiresIn: -60, key: await createTestKey({ kid: key.kid }) }),
    )
    expect(asked).toBe(0)
  })

  it('B211: repeats nothing of a token, in no answer and no event', async () => {
    const events: unknown[] = []
    const watched = createServer({ onDecision: (event: unknown) => void events.push(event) })
    const mark = 'mark\u0000\r\n\u001b[31m'
    for (const mint of [
      { subject: mark },
      { claims: { iss: mark } },
      { header: { typ: mark } },
      { claims: { jti: mark, exp: 1 } },
    ]) {
      const decision = await ask(watched, 'GET /none', bearer(await issuer.mintToken(mint)))
      const other = await ask(watched, 'GET /read', bearer(await issuer.mintToken(mint)))
      expect(
        JSON.stringify([decision.headers, other.headers, other.allowed ? '' : other.body]),
      ).not.toContain('mark')
    }
    expect(events.length).toBeGreaterThan(7)
    expect(JSON.stringify(events)).not.toContain('mark')
  })

  it('B212: gives handlers client and subject apart', async () => {
    const decision = await ask(
      server,
      'GET /maps',
      bearer(await issuer.mintToken({ clientId: 'client', subject: 'user' })),
    )
    expect(decision.allowed && [decision.token?.clientId, decision.token?.subject]).toEqual([
      'client',
      'user',
    ])
  })
})

describe('RFC 9068: access tokens', () => {
  const strict = createServer({ rfc9068: true })

  it('B301: demands iss, exp, aud, sub, client_id, iat and jti, of their types, where it is on', async () => {
    expect(await verdict(strict, await issuer.mintToken())).toBe('allowed')
    for (const name of ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']) {
      await refuseEach([{ [name]: undefined }, { [name]: {} }, { [name]: '' }], 'claims', strict)
    }
  })

  it('B302: takes no ID token where it is on', async () => {
    await expectInvalid(
      strict,
      await issuer.mintToken({ header: { typ: 'JWT' }, claims: { nonce: 'n', at_hash: 'h' } }),
    )
  })

  it('B303: splits scope on single spaces, case kept, and refuses what is neither text nor a list of texts', async () => {
    for (const scope of ['read', 'a read', '  read  b', 'read read']) {
      expect(await verdict(server, await issuer.mintToken({ scope }), '/read')).toBe('allowed')
    }
    for (const scope of ['Read', 'read\tb', 'read\nb', 'a,read', '']) {
      expect(await verdict(server, await issuer.mintToken({ scope }), '/read')).toBe('403 insufficient_scope')
    }
    expect(
      await verdict(server, await issuer.mintToken({ claims: { scope: undefined, scp: ['read'] } }), '/read'),
    ).toBe('allowed')
    await refuseEach(
      [{ scope: 7 }, { scope: { read: true } }, { scope: ['read', 7] }, { scope: null }],
      'claims',
    )
  })

  it('B304: includes sets of scopes exactly, all or any of them as the rule says', async () => {
    const rules = createServer({
      routes: [
        { method: 'GET', path: '/all', scopes: 'a b' },
        { method: 'GET', path: '/any', scopes: { any: ['a', 'b'] } },
      ],
    })
    const held = await issuer.mintToken({ scope: 'a ab b:x *' })
    expect(await verdict(rules, held, '/all')).toBe('403 insufficient_scope')
    expect(await verdict(rules, held, '/any')).toBe('allowed')
    expect(await verdict(rules, await issuer.mintToken({ scope: 'ab *' }), '/any')).toBe(
      '403 insufficient_scope',
    )
  })

  it('B305: refuses a rule that asks nothing or can match nothing, and denies a route without a rule', async () => {
    const rules: readonly [key: string, rule: object][] = [
      ['routes[0]', { method: 'GET', path: '/' }],
      ['routes[0].scopes', { method: 'GET', path: '/', scopes: '' }],
      ['routes[0].scopes', { method: 'GET', path: '/', scopes: [] }],
      ['routes[0].scopes', { method: 'GET', path: '/', scopes: { all: [] } }],
      ['routes[0].method', { method: 'get', path: '/', scopes: 'a' }],
      ['routes[0].path', { method: 'GET', path: 'maps', scopes: 'a' }],
      ['routes[0].path', { method: 'GET', path: '/a//b', scopes: 'a' }],
    ]
    for (const [key, rule] of rules) {
      expect(
        configurationError({ ...profile, routes: [rule] }).message.startsWith(key),
        JSON.stringify(rule),
      ).toBe(true)
    }
    expect(describeDecision(await ask(server, 'GET /map', bearer(await issuer.mintToken())))).toBe(
      '403 no_rule',
    )
  })

  it('B306: reads no roles or groups as scopes unless it is told to', async () => {
    const token = await issuer.mintToken({
      claims: { roles: ['read'], groups: ['read'], entitlements: ['read'], permissions: ['read'] },
    })
    expect(await verdict(server, token, '/read')).toBe('403 insufficient_scope')
    expect(await verdict(createServer({ read: { scopes: 'permissions' } }), token, '/read')).toBe('allowed')
  })

  it('B307: takes RS256 without being told and never none', async () => {
    const rsa = await createTestIssuer({ algorithm: 'RS256' })
    const standard = createServer({ keys: rsa.jwks })
    expect(await verdict(standard, await rsa.mintToken())).toBe('allowed')
    await expectInvalid(standard, await rsa.mintToken({ header: { alg: 'none' } }))
    expect(configurationError({ ...profile, algorithms: ['none'] }).message).toMatch(/^algorithms/)
  })
})
