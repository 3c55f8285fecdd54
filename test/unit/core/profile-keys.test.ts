import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { ConfigurationError, createResourceServer, type ResourceServerOptions } from '@scopegate/core'
import { createTestIssuer, createTestKey } from '@scopegate/core/testing'
import { exportSPKI, importJWK } from 'jose'
import { describe, expect, it } from 'vitest'

const issuer = await createTestIssuer({ algorithm: 'RS256' })
const [jwk] = issuer.jwks.keys
const base = { issuer: 'https://issuer.example', audience: 'https://api.example' }
const spki = await exportSPKI((await importJWK({ ...jwk }, 'RS256')) as Parameters<typeof exportSPKI>[0])

const pkcs1 = createPublicKey(spki).export({ type: 'pkcs1', format: 'der' })
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  type: 'spki',
  format: 'der',
})

function setUp(more: object): unknown {
  return createResourceServer({ ...base, ...more } as ResourceServerOptions)
}

function refusalOf(more: object): ConfigurationError {
  try {
    setUp(more)
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('where keys may be fetched from', () => {
  const refused = [
    'http://keys.example/jwks',
    'http://127.0.0.1.evil.example/jwks',
    'http://localhost.evil.example/jwks',
    'http://10.0.0.1/jwks',
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:127.0.0.1]/jwks',
    'http://0.0.0.0/jwks',
    'https://user:secret@keys.example/jwks',
    'https://user@keys.example/jwks',
    'http://user@localhost/jwks',
    'https://:secret@keys.example/jwks',
    'ftp://localhost/jwks',
    'https://keys.example/jwks#fragment',
    'https://keys.example/jwks#',
    'file:///etc/passwd',
    'data:application/json,{"keys":[]}',
    'ftp://keys.example/jwks',
    'javascript:alert(1)',
    'blob:https://keys.example/1',
    '//keys.example/jwks',
    'keys.example/jwks',
    '/jwks',
    '',
  ]
  it.each(refused)('is not %j, as `jwksUri`', (jwksUri) => {
    expect(refusalOf({ jwksUri }).key).toBe('jwksUri')
  })

  it.each(refused)('is not %j, as an issuer to discover them by', (url) => {
    expect(refusalOf({ issuer: url }).key).toBe('issuer')
  })

  it.each([
    'https://keys.example/jwks',
    'https://keys.example:8443/jwks?tenant=1',
    'http://localhost/jwks',
    'http://localhost:8080/jwks',
    'http://127.0.0.1:8080/jwks',
    'http://127.1.2.3/jwks',
    'http://127.100.200.250/jwks',
    'http://[::1]:8080/jwks',
  ])('may be %j', (jwksUri) => {
    expect(() => setUp({ jwksUri })).not.toThrow()
  })

  it('is no matter for an issuer that is not asked for them', () => {
    for (const name of ['urn:issuer', 'http://issuer.example', 'https://issuer.example/?a=b', 'issuer']) {
      expect(() => setUp({ issuer: name, keys: issuer.jwks })).not.toThrow()
      expect(() => setUp({ issuer: name, jwksUri: 'https://keys.example' })).not.toThrow()
    }
    expect(refusalOf({ issuer: 'https://issuer.example/?a=b' }).key).toBe('issuer')
  })

  it('must be said where no issuer is', () => {
    expect(refusalOf({ issuer: null }).key).toBe('issuer')
    expect(() => setUp({ issuer: null, jwksUri: 'https://keys.example' })).not.toThrow()
  })
})

describe('the source of keys', () => {
  const secret = 's'.repeat(32)
  it.each<[key: string, options: object]>([
    ['keys', { secret, keys: issuer.jwks }],
    ['jwksUri', { keys: issuer.jwks, jwksUri: 'https://keys.example' }],
    ['jwksUri', { secret, jwksUri: 'https://keys.example' }],
    ['initialKeys', { keys: issuer.jwks, initialKeys: issuer.jwks }],
    ['initialKeys', { secret, initialKeys: issuer.jwks }],
    ['keySet', { keys: issuer.jwks, keySet: {} }],
    ['keySet', { secret, keySet: { maxAge: 60 } }],
    ['keys.keys', { keys: { keys: [] } }],
    ['initialKeys.keys', { initialKeys: { keys: [] } }],
    ['keys', { keys: [] }],
    ['keys', { keys: null }],
    ['keys', { keys: JSON.stringify(issuer.jwks) }],
    ['keys.keys[0].kty', { keys: { keys: [{}] } }],
    ['keys.keys[0]', { keys: { keys: ['x'] } }],
    ['keys.keys[0]', { keys: issuer.jwks, algorithms: ['ES256'] }],
    ['keys.keys[0]', { keys: { keys: [{ ...jwk, alg: 'RS1' }] } }],
  ])('is refused at %s', (key, options) => {
    expect(refusalOf(options).key).toBe(key)
  })

  it('is copied: what is changed afterwards changes nothing', async () => {
    const keys = { keys: issuer.jwks.keys.map((entry) => ({ ...entry })) }
    const server = createResourceServer({
      ...base,
      keys,
      routes: [{ method: 'GET', path: '/', access: 'authenticated' }],
    })
    keys.keys[0] = { kty: 'RSA', n: 'AA', e: 'AQ' }
    keys.keys.length = 0
    const rawHeaders = ['Host', 'a', 'Authorization', `Bearer ${await issuer.mintToken()}`]
    expect(await server.authorize({ method: 'GET', target: '/', rawHeaders })).toMatchObject({
      allowed: true,
    })
  })
})

describe('keys that are given', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const good = publicKey.export({ format: 'jwk' })
  const offCurve = { ...good, y: good.x }

  it.each([
    [[offCurve], 0],
    [[good, offCurve], 1],
  ])('are refused when the server is made ready, if their numbers make no key', async (keys, index) => {
    const server = createResourceServer({ ...base, keys: { keys } } as ResourceServerOptions)
    await expect(server.ready()).rejects.toMatchObject({
      message: `keys.keys[${index}]: could not be imported: it makes no key`,
      code: 'ERR_CONFIGURATION',
    })
  })

  it('are a fault of the server, if none of them could be imported', async () => {
    const routes = [{ method: 'GET', path: '/', access: 'authenticated' }]
    const options: object = { ...base, keys: { keys: [offCurve] }, algorithms: ['ES256'], routes }
    const token = await (await createTestIssuer(base)).mintToken()
    const rawHeaders = ['Host', 'a', 'Authorization', `Bearer ${token}`]
    const server = createResourceServer(options as ResourceServerOptions)
    expect(await server.authorize({ method: 'GET', target: '/', rawHeaders })).toMatchObject({
      allowed: false,
      status: 500,
      reason: 'internal_error',
    })
  })

  it('are imported when the server is made ready', async () => {
    const server = createResourceServer({ ...base, keys: { keys: [good] } } as ResourceServerOptions)
    await expect(server.ready()).resolves.toBeUndefined()
  })
})

describe('a shared secret', () => {
  it.each([
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as const)('for %s has at least %i bytes', (algorithm, least) => {
    const algorithms = [algorithm]
    expect(refusalOf({ secret: 's'.repeat(least - 1), algorithms }).key).toBe('secret')
    expect(refusalOf({ secret: new Uint8Array(least - 1).fill(7), algorithms }).key).toBe('secret')
    expect(refusalOf({ secret: ['s'.repeat(least), 's'], algorithms }).key).toMatch(/^secret/)
    expect(() => setUp({ secret: 's'.repeat(least), algorithms })).not.toThrow()
    expect(() => setUp({ secret: 'é'.repeat(least / 2), algorithms })).not.toThrow()
  })

  it('is as long as the longest of several algorithms asks', () => {
    expect(refusalOf({ secret: 's'.repeat(63), algorithms: ['HS256', 'HS512'] }).key).toBe('secret')
  })

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['no bytes', new Uint8Array(0)],
    ['null', null],
    ['an empty list', []],
    ['a list of nothing', ['']],
    ['an object', {}],
    ['a number', 1],
    ['a public key', jwk],
    ['a public key as JSON', JSON.stringify(jwk)],
    ['a key set as JSON', JSON.stringify(issuer.jwks, null, 2)],
    ['keys as JSON', JSON.stringify(issuer.jwks.keys)],
    ['a public key in PEM', spki],
    ['a public key in PEM behind white space', ` \n${spki}`],
    ['a public key in PEM behind a NUL', `\0${spki}`],
    ['a public key in PEM with Windows line ends', spki.replaceAll('\n', '\r\n')],
    ['a public key in PEM as bytes', new TextEncoder().encode(spki)],
    ['a certificate', `-----BEGIN CERTIFICATE-----\n${'A'.repeat(64)}\n-----END CERTIFICATE-----`],
    ['an OpenSSH key', `ssh-rsa ${'A'.repeat(64)} someone@example`],
    ['an OpenSSH elliptic key', `ecdsa-sha2-nistp256 ${'A'.repeat(64)} someone@example`],
    ['a public key in DER', Buffer.from(spki.replace(/-.*-|\n/g, ''), 'base64')],
    ['a public key in DER, as text', spki.replace(/-----.*-----|\n/g, '')],
    ['an RSA public key in PKCS #1 DER', pkcs1],
    ['an elliptic public key in DER', ecKey],
    ['an elliptic public key in DER, as text', ecKey.toString('base64')],
    ['an elliptic public key in DER, as text for URLs', ecKey.toString('base64url')],
  ])('is not %s', (_, secret) => {
    expect(refusalOf({ secret }).key).toMatch(/^secret/)
  })
})

describe('a shared secret that is random', () => {
  it('is never taken for a key', () => {
    for (let length = 32; length < 300; length += 9) {
      const bytes = crypto.getRandomValues(new Uint8Array(length))
      for (const secret of [
        bytes,
        Buffer.from(bytes).toString('base64'),
        Buffer.from(bytes).toString('hex'),
      ]) {
        expect(() => setUp({ secret })).not.toThrow()
      }
    }
  })

  it('is not taken for one by its first bytes alone', () => {
    for (const start of [[0x30], [0x30, 0x82], [0x30, 30], [0x30, 0x82, 0, 29, 0x30], [0x30, 30, 0x04]]) {
      expect(() =>
        setUp({ secret: Uint8Array.from([...start, ...new Array(32 - start.length).fill(0x31)]) }),
      ).not.toThrow()
    }
  })
})

describe('algorithms', () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const)(
    'are %s and others where none is listed',
    async (algorithm) => {
      const { publicJwk } = await createTestKey({ algorithm })
      expect(() => setUp({ keys: { keys: [{ ...publicJwk, alg: algorithm }] } })).not.toThrow()
    },
  )

  it('are HS256 alone where there are secrets', () => {
    expect(() => setUp({ secret: ['s'.repeat(32), 't'.repeat(32)] })).not.toThrow()
  })

  it.each<[string, object]>([
    ['none', { algorithms: [] }],
    ['`none`', { algorithms: ['none'] }],
    ['a name in lower case', { algorithms: ['rs256'] }],
    ['text', { algorithms: 'RS256' }],
    ['null', { algorithms: null }],
    ['HMAC without a secret', { algorithms: ['HS256'] }],
    ['HMAC beside asymmetric ones', { algorithms: ['HS256', 'RS256'] }],
    [
      'HMAC beside asymmetric ones, with a secret',
      { algorithms: ['HS256', 'RS256'], secret: 's'.repeat(32) },
    ],
    ['asymmetric ones with a secret', { algorithms: ['RS256'], secret: 's'.repeat(32) }],
    ['HMAC with keys', { algorithms: ['HS256'], keys: issuer.jwks }],
  ])('cannot be %s', (_, options) => {
    expect(refusalOf(options).key).toMatch(/^algorithms/)
  })
})

describe('the times and limits of a key set', () => {
  const names = ['maxAge', 'staleIfError', 'cooldown', 'retryAfter', 'timeout', 'maxBytes', 'maxKeys']
  const wrong = [Number.NaN, Number.POSITIVE_INFINITY, -1, 1e9, '5', null, true, 0.5]
  it.each(names.flatMap((name) => wrong.map((value) => [name, value] as const)))(
    'cannot have %s %s',
    (name, value) => {
      if (value === 0.5 && name !== 'maxAge' && !name.startsWith('max')) return
      expect(refusalOf({ keySet: { [name]: value } }).key).toBe(`keySet.${name}`)
    },
  )

  it('cannot be misspelt', () => {
    expect(refusalOf({ keySet: { coolDown: 5 } }).key).toBe('keySet.coolDown')
  })
})
