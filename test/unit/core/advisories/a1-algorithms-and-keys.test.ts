import { createHmac } from 'node:crypto'
import { createTestIssuer, createTestKey, signToken, type TestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { createSigningKeys, encode, publish, signRaw } from '../raw-tokens.ts'
import { configurationError, issuer, profile } from '../server.ts'
import { createFetching, createServer, expectInvalid, JWKS_URI, verdict } from './scene.ts'

const keys = createSigningKeys()
const claims = { iss: issuer.issuer, aud: issuer.audience, exp: Math.floor(Date.now() / 1000) + 300 }
const payload = JSON.stringify(claims)
const rsa = { keys: [publish(keys, 'rsa', { kid: 'r' }), publish(keys, 'p256', { kid: 'e' })] }

/** A token whose signature is an HMAC with any bytes for a secret. */
function hmacToken(
  alg: 'HS256' | 'HS384' | 'HS512',
  secret: string | Uint8Array,
  header: object = {},
): string {
  const input = `${encode(JSON.stringify({ alg, ...header }))}.${encode(payload)}`
  return `${input}.${encode(
    createHmac(`sha${alg.slice(2)}`, secret)
      .update(input)
      .digest(),
  )}`
}

const spki = keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const serialisations: readonly (readonly [name: string, bytes: string | Uint8Array])[] = [
  ['SPKI', spki],
  ['SPKI without a line feed at the end', spki.trimEnd()],
  ['SPKI with CRLF', spki.replaceAll('\n', '\r\n')],
  ['PKCS #1', keys.rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ['DER', keys.rsa.publicKey.export({ type: 'spki', format: 'der' })],
  ['PKCS #1 in DER', keys.rsa.publicKey.export({ type: 'pkcs1', format: 'der' })],
  ['an elliptic key', keys.p256.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  ['a JWK', JSON.stringify(publish(keys, 'rsa'))],
  ['a JWK Set', JSON.stringify(rsa)],
  ['a list of JWKs', JSON.stringify(rsa.keys)],
  ['the modulus', Buffer.from(publish(keys, 'rsa').n as string, 'base64url')],
]
const ssh = 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 someone@example and enough to be long'

describe('A1: algorithm and key confusion', () => {
  it.each(serialisations)(
    'CVE-2015-9235, CVE-2016-10555, CVE-2023-48238: an HMAC keyed with the public key as %s verifies nothing',
    async (_, bytes) => {
      const server = createServer({ keys: rsa })
      for (const alg of ['HS256', 'HS384', 'HS512'] as const) {
        await expectInvalid(server, hmacToken(alg, bytes))
        await expectInvalid(server, hmacToken(alg, bytes, { kid: 'r' }))
      }
    },
  )

  it.each([
    ['', ''],
    [' ', 'a space'],
    ['\u0000', 'NUL'],
    ['\u200b', 'a zero-width space'],
    ['# key\n', 'a comment'],
    ['x', 'any byte'],
  ])(
    'CVE-2023-48223, CVE-2026-34950, GHSA-ww5h-9m49-7xx4: a PEM text behind %j is no shared secret (%s)',
    (before) => {
      for (const [, text] of serialisations.slice(0, 4)) {
        expect(configurationError({ ...profile, keys: undefined, secret: before + text }).message).toMatch(
          /^secret/,
        )
      }
    },
  )

  it.each([
    ...serialisations.filter(([name]) => name !== 'the modulus'),
    ['an OpenSSH key', ssh] as const,
    ['an OpenSSH key with options', `no-pty ${ssh}`] as const,
  ])('GHSA-g3jj-5cmm-3hxx, CVE-2026-48526, CVE-2022-29217: no shared secret is %s', (_, secret) => {
    expect(configurationError({ ...profile, keys: undefined, secret }).message).toMatch(/^secret/)
  })

  it.each<[what: string, found: unknown, answer: string]>([
    ['empty text', '', '503 key_set_unavailable'],
    ['no bytes', new Uint8Array(0), '503 key_set_unavailable'],
    ['undefined', undefined, '401 token_key_unknown'],
    ['null', null, '503 key_set_unavailable'],
    ['no secret', [], '401 token_key_unknown'],
    ['a list of empty text', [''], '503 key_set_unavailable'],
    ['an object', {}, '503 key_set_unavailable'],
    ['false', false, '503 key_set_unavailable'],
  ])(
    'CVE-2026-44351, CVE-2026-45363: a lookup that gives %s lets no empty-key HMAC pass',
    async (_, found, answer) => {
      const server = createServer({ keys: undefined, secret: { by: 'kid', find: () => found } })
      expect(await verdict(server, hmacToken('HS256', '', { kid: 'k' }))).toBe(answer)
    },
  )

  it.each<[option: string, options: object]>([
    ['keys', { keys: null }],
    ['keys', { keys: '' }],
    ['keys', { keys: false }],
    ['keys.keys', { keys: {} }],
    ['keys.keys', { keys: { keys: [] } }],
    ['keys.keys[0]', { keys: { keys: [null] } }],
    ['secret', { keys: undefined, secret: '' }],
    ['secret', { keys: undefined, secret: null }],
    ['secret', { keys: undefined, secret: new Uint8Array(0) }],
    ['secret', { keys: undefined, secret: [] }],
  ])('GHSA-8wpc-h4q6-8fxv: an absent key is refused at set-up: %s %j', (option, options) => {
    expect(configurationError({ ...profile, ...options }).message.startsWith(option)).toBe(true)
  })

  it('GHSA-8wpc-h4q6-8fxv: a token without a signature is none', async () => {
    const token = await issuer.mintToken()
    await expectInvalid(createServer(), token.slice(0, token.lastIndexOf('.') + 1))
  })

  it.each([[[]], [['none']], [['HS256', 'RS256']], [['HS256']], [[null]], ['RS256'], [null], [['rs256']]])(
    'CVE-2022-23540, CVE-2020-15084, CVE-2016-1000223: the algorithms cannot be %j',
    (algorithms) => {
      expect(configurationError({ ...profile, algorithms }).message).toMatch(/^algorithms/)
    },
  )

  it.each([
    'none',
    'None',
    'nOnE',
    '',
    undefined,
    null,
    1,
    ['RS256'],
    'RS256 ',
    'rs256',
    'constructor',
    '__proto__',
  ])(
    'CVE-2022-23540, CVE-2020-15084, CVE-2016-1000223: where no algorithms are listed, %j is not taken from the header',
    async (alg) => {
      const signed = await issuer.mintToken({ header: { alg } })
      await expectInvalid(createServer(), signed)
      await expectInvalid(createServer(), `${signed.slice(0, signed.lastIndexOf('.'))}.`)
    },
  )

  it("CVE-2026-22817, CVE-2026-22818: a key without an algorithm does not take the header's", async () => {
    const server = createServer({
      keys: { keys: [publish(keys, 'rsa', { kid: 'r' })] },
      algorithms: ['RS256'],
    })
    const sign = (alg: 'RS256' | 'RS512' | 'PS256'): string =>
      signRaw(keys, alg, JSON.stringify({ alg, kid: 'r' }), payload)
    expect(await verdict(server, sign('RS256'))).toBe('allowed')
    for (const alg of ['RS512', 'PS256'] as const) await expectInvalid(server, sign(alg))
    await expectInvalid(server, hmacToken('HS256', spki, { kid: 'r' }))
  })

  it.each(['PS256', 'RS512', 'RS384'] as const)(
    'CVE-2026-48523: a header that says RS256 over a signature that is %s by the same key',
    async (made) => {
      const server = createServer({ keys: rsa, algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'ES256'] })
      await expectInvalid(server, signRaw(keys, made, '{"alg":"RS256","kid":"r"}', payload))
    },
  )

  it('CVE-2026-48523: a key published for RS512 verifies no RS256', async () => {
    const server = createServer({
      keys: { keys: [publish(keys, 'rsa', { kid: 'r', alg: 'RS512' })] },
      algorithms: ['RS256', 'RS512'],
    })
    expect(await verdict(server, signRaw(keys, 'RS512', '{"alg":"RS512","kid":"r"}', payload))).toBe(
      'allowed',
    )
    await expectInvalid(server, signRaw(keys, 'RS256', '{"alg":"RS256","kid":"r"}', payload))
  })

  it('CVE-2021-46743, CVE-2024-33663, CVE-2022-23541: a kid that names a key of another type', async () => {
    const server = createServer({ keys: rsa })
    expect(await verdict(server, signRaw(keys, 'ES256', '{"alg":"ES256","kid":"e"}', payload))).toBe(
      'allowed',
    )
    for (const [signer, alg, kid] of [
      ['RS256', 'RS256', 'e'],
      ['ES256', 'ES256', 'r'],
      ['RS256', 'ES256', 'r'],
      ['ES256', 'RS256', 'e'],
      ['EdDSA', 'EdDSA', 'e'],
    ] as const) {
      await expectInvalid(server, signRaw(keys, signer, JSON.stringify({ alg, kid }), payload))
    }
  })

  it('CVE-2022-23539: a key of the wrong type for its algorithm is refused at set-up and left out of a fetched set', async () => {
    const wrong = [
      publish(keys, 'p384', { alg: 'ES256', kid: 'w' }),
      publish(keys, 'p256', { alg: 'RS256', kid: 'w' }),
      publish(keys, 'rsa', { alg: 'ES256', kid: 'w' }),
      { ...publish(keys, 'ed25519', { alg: 'EdDSA', kid: 'w' }), crv: 'X25519' },
    ]
    for (const jwk of wrong) {
      expect(configurationError({ ...profile, keys: { keys: [jwk] } }).message).toMatch(/^keys\.keys\[0\]/)
      const { server } = createFetching(() => Response.json({ keys: [jwk, ...issuer.jwks.keys] }))
      await expectInvalid(server, signRaw(keys, 'ES384', '{"alg":"ES256","kid":"w"}', payload))
      expect(await verdict(server, await issuer.mintToken())).toBe('allowed')
    }
  })

  it.each<[what: string, options: object]>([
    ['a secret with a text of its own', { secret: { toString: () => 'x'.repeat(64) } }],
    ['a secret that is a boxed text', { secret: Object('x'.repeat(64)) }],
    ['a secret that is a proxy', { secret: new Proxy({}, { get: () => 'x'.repeat(64) }) }],
    ['keys that inherit', { keys: Object.create({ keys: issuer.jwks.keys }) }],
    ['keys that are a proxy of nothing', { keys: new Proxy({}, { get: () => issuer.jwks.keys }) }],
    ['a key that inherits its type', { keys: { keys: [Object.create(issuer.jwks.keys[0] as object)] } }],
    ['keys under __proto__', { keys: JSON.parse('{"__proto__":{"keys":[{"kty":"oct","k":""}]}}') }],
  ])('CVE-2022-23529: a key option must be plain: %s', (_, options) => {
    configurationError({ ...profile, keys: undefined, ...options })
  })

  it.each(['jwk', 'x5c', 'jku', 'x5u', 'x5t', 'x5t#S256'])(
    'CVE-2018-0114, CVE-2026-27962: a key brought in the header as %s is neither trusted nor fetched',
    async (name) => {
      const evil = await createTestKey({ kid: 'evil' })
      const { server, fetched } = createFetching()
      const value = {
        jwk: evil.publicJwk,
        x5c: ['MIIB'],
        jku: 'https://evil.example/jwks',
        x5u: 'https://evil.example',
      }
      for (const kid of ['evil', issuer.keys[0]?.kid, undefined]) {
        const header = { [name]: value[name as keyof typeof value] ?? 'AAAA', kid }
        await expectInvalid(server, await issuer.mintToken({ key: evil, header }))
      }
      expect(new Set(fetched)).toEqual(new Set([JWKS_URI]))
    },
  )

  it.each([
    ['zero', Buffer.alloc(64)],
    ['r zero', Buffer.concat([Buffer.alloc(32), Buffer.alloc(32, 1)])],
    ['s zero', Buffer.concat([Buffer.alloc(32, 1), Buffer.alloc(32)])],
    ['DER of zeros', Buffer.from('3006020100020100', 'hex')],
    [
      'the order',
      Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2), 'hex'),
    ],
  ])('CVE-2022-21449: an ECDSA signature of nothing: %s', async (_, signature) => {
    const [head, body] = (await issuer.mintToken()).split('.')
    await expectInvalid(createServer(), `${head}.${body}.${encode(signature)}`)
  })

  it('CVE-2025-65945: a secret is looked up by the key id alone; the payload picks none', async () => {
    const asked: unknown[][] = []
    const find = (...args: unknown[]): string | undefined => {
      asked.push(args)
      return args[0] === 'mine' ? 'm'.repeat(64) : undefined
    }
    const server = createServer({ keys: undefined, secret: { by: 'kid', find } })
    const key: TestKey = {
      ...(await createTestKey({ algorithm: 'HS256' })),
      sign: async (input) => createHmac('sha256', 'm'.repeat(64)).update(input).digest(),
    }
    const sign = async (header: object, more: object = {}): Promise<string> =>
      await signToken(key, { alg: 'HS256', ...header }, { ...claims, ...more })
    expect(await verdict(server, await sign({ kid: 'mine' }))).toBe('allowed')
    await expectInvalid(server, await sign({ kid: 'other' }, { kid: 'mine' }))
    await expectInvalid(server, await sign({}, { kid: 'mine' }))
    await expectInvalid(server, await sign({ kid: { toString: 'mine' } }))
    expect(asked.every((args) => args.length === 1 && typeof args[0] === 'string')).toBe(true)
  })

  it('CVE-2026-29000, CVE-2023-51774: what is encrypted to us is not thereby authentic', async () => {
    const token = await issuer.mintToken()
    const header = encode('{"alg":"RSA-OAEP","enc":"A256GCM","cty":"JWT"}')
    for (const inner of [token, payload, `${encode('{"alg":"none"}')}.${encode(payload)}.`]) {
      await expectInvalid(createServer(), [header, 'AAAA', 'AAAA', encode(inner), 'AAAA'].join('.'))
    }
    const nested = await signToken(
      issuer.keys[0] as TestKey,
      { alg: 'ES256', kid: issuer.keys[0]?.kid, cty: 'JWT' },
      token,
    )
    await expectInvalid(createServer(), nested)
  })

  it('CVE-2022-23539: an issuer of one algorithm takes no other that its key could make', async () => {
    const es = await createTestIssuer({ issuer: issuer.issuer, algorithm: 'RS256' })
    const server = createServer({ keys: es.jwks })
    expect(await verdict(server, await es.mintToken())).toBe('allowed')
    await expectInvalid(server, await es.mintToken({ header: { alg: 'PS256' } }))
  })
})
