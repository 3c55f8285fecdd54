import { generateKeyPairSync } from 'node:crypto'
import { ConfigurationError, createResourceServer, type ResourceServerOptions } from '@scopegate/core'
import { createTestKey, type TestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { weaknessOf, weaknessOfSecret } from '../../../packages/core/src/verification-key.ts'
import { type KeySetScenario, startKeySetScenario } from '../../key-set-scenario.ts'
import { ecKey, rsaKey, rsaKeyWithoutSecret, type WeakKey } from './weak-keys.ts'

const algorithms = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
]
const keys = Object.fromEntries(
  await Promise.all(
    algorithms.map(async (algorithm) => [algorithm, await createTestKey({ algorithm })] as const),
  ),
) as Record<(typeof algorithms)[number], TestKey>

const publish = ({ keySet }: KeySetScenario, keys: readonly unknown[]): void =>
  keySet.setFault((response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }))
  }, 'jwks')

const unfit: [what: string, weak: () => WeakKey, problem: RegExp][] = [
  ['an RSA modulus of 1024 bits', () => rsaKey(1024), /2048/],
  ['an RSA modulus of 2047 bits', () => rsaKey(2047), /2048/],
  ['an RSA exponent of 3', () => rsaKey(2048, 3), /exponent/],
  ['an RSA exponent of 1, which anyone can sign with', rsaKeyWithoutSecret, /exponent/],
  ['an even RSA exponent', () => rsaKey(2048, 65_537, { e: 'AQAC' }), /exponent/],
  ['no RSA exponent', () => rsaKey(2048, 65_537, { e: undefined }), /exponent/],
  ['an RSA exponent of 7 bytes', () => rsaKey(2048, 65_537, { e: 'AQAAAAAAAQ' }), /exponent/],
  ['an RSA modulus of over 16384 bits', () => rsaKey(2048, 65_537, { n: `B${'A'.repeat(2803)}` }), /16384/],
  ['an RSA modulus that is no text', () => rsaKey(2048, 65_537, { n: 7 }), /2048/],
  ['its private half', () => ecKey({}, true), /public/],
  ['the use of encryption', () => ecKey({ use: 'enc' }), /use/],
  ['a use that is no text', () => ecKey({ use: ['sig'] }), /use/],
  ['operations that leave verifying out', () => ecKey({ key_ops: ['deriveKey'] }), /key_ops/],
  ['operations that are no list', () => ecKey({ key_ops: 'verify' }), /key_ops/],
  ['a kid that is no text', () => ecKey({ kid: 7 }), /kid/],
  ['an algorithm of another family', () => ecKey({ alg: 'RS256' }), /algorithms/],
  ['an algorithm that is not ours', () => ecKey({ alg: 'ES256K' }), /algorithms/],
  ['an algorithm that is no text', () => ecKey({ alg: ['ES256'] }), /algorithms/],
  ['a key type that is not ours', () => ecKey({ kty: 'AKP' }), /algorithms/],
  ['a curve that is not ours', () => ecKey({ crv: 'secp256k1' }), /algorithms/],
  ['a key type in lower case', () => ecKey({ kty: 'ec' }), /algorithms/],
  ['half a point', () => ecKey({ y: undefined }), /point/],
  ['no point', () => ecKey({ x: 1 }), /point/],
  ['a symmetric key', () => ecKey({ kty: 'oct', k: 'A'.repeat(43) }), /public/],
]

describe('a key that is unfit to verify', () => {
  it.each(unfit)('with %s is left out of a fetched set, and the good ones serve', async (_, weak) => {
    const scenario = await startKeySetScenario()
    const { issuer, createServer } = scenario
    const { jwk, key } = weak()
    publish(scenario, [jwk, ...issuer.jwks.keys])
    const server = createServer()
    expect(await server.verdict(await issuer.mintToken({ key }))).toBe('401 token_key_unknown')
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
  })

  it.each(unfit)('with %s is refused by name where it is given', async (_, weak, problem) => {
    const { issuer } = await startKeySetScenario()
    for (const name of ['keys', 'initialKeys'] as const) {
      const setUp = (): unknown =>
        createServerWith(issuer.issuer, { [name]: { keys: [...issuer.jwks.keys, weak().jwk] } })
      expect(setUp).toThrow(ConfigurationError)
      expect(setUp).toThrow(new RegExp(`^${name}\\.keys\\[1\\].*${problem.source}`))
    }
  })

  it('with a point off its curve is left out of a fetched set', async () => {
    const scenario = await startKeySetScenario()
    const { issuer, createServer } = scenario
    const { jwk, key } = ecKey({ y: 'A'.repeat(43) })
    publish(scenario, [jwk, ...issuer.jwks.keys])
    const server = createServer()
    expect(await server.verdict(await issuer.mintToken({ key }))).toBe('401 token_key_unknown')
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
  })

  it('with a point off its curve fails readiness by name where it is given, beside good ones too', async () => {
    const { issuer } = await startKeySetScenario()
    const { jwk } = ecKey({ y: 'A'.repeat(43) })
    for (const [keys, name] of [
      [[jwk], 'keys.keys[0]'],
      [[...issuer.jwks.keys, jwk], 'keys.keys[1]'],
    ] as const) {
      const refusal = await createServerWith(issuer.issuer, { keys: { keys } })
        .ready()
        .catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(ConfigurationError)
      expect(refusal).toHaveProperty('key', name)
    }
    await createServerWith(issuer.issuer, { keys: issuer.jwks }).ready()
  })

  it.each(['x', 'y', 'n', 'e', 'crv', 'kid', 'alg', 'use', 'key_ops'])(
    'with nesting without end for its "%s" is left out of a fetched set',
    async (name) => {
      const { issuer, keySet, createServer } = await startKeySetScenario()
      const abyss = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
      const [good] = issuer.jwks.keys
      const bad = JSON.stringify({ ...good, kid: 'bad', [name]: 'abyss' }).replace('"abyss"', abyss)
      keySet.setFault(
        (response) => void response.writeHead(200).end(`{"keys":[${bad},${JSON.stringify(good)}]}`),
        'jwks',
      )
      expect(await createServer().verdict(await issuer.mintToken())).toBe('allowed')
    },
  )

  it('never serves as an HMAC secret', async () => {
    const scenario = await startKeySetScenario()
    const { issuer, createServer } = scenario
    const hmac = await createTestKey({ algorithm: 'HS256' })
    const k = Buffer.from(String(hmac.secret)).toString('base64url')
    publish(scenario, [{ kty: 'oct', kid: hmac.kid, k, alg: 'HS256', use: 'sig' }, ...issuer.jwks.keys])
    const server = createServer()
    expect(await server.verdict(await issuer.mintToken({ key: hmac }))).toBe('401 token_algorithm')
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
  })
})

describe('a key and its algorithm', () => {
  it('are bound where the key says so', async () => {
    const scenario = await startKeySetScenario()
    const { issuer, createServer } = scenario
    const { RS256: rs, PS256: ps } = keys
    publish(scenario, [rs.publicJwk, ps.publicJwk])
    const server = createServer()
    for (const [key, alg, verdict] of [
      [rs, 'RS256', 'allowed'],
      [ps, 'PS256', 'allowed'],
      [rs, 'PS256', '401 token_key_unknown'],
      [ps, 'RS256', '401 token_key_unknown'],
      [rs, 'RS512', '401 token_algorithm'],
      [rs, 'HS256', '401 token_algorithm'],
      [rs, 'ES256', '401 token_key_unknown'],
    ] as const) {
      expect(await server.verdict(await issuer.mintToken({ key, header: { alg } }))).toBe(verdict)
    }
  })

  it('are bound by the key type where the key says nothing, and the signature must be of the named one', async () => {
    const scenario = await startKeySetScenario()
    const { issuer, createServer } = scenario
    const { RS256: rs, ES256: es, Ed25519: ed } = keys
    publish(
      scenario,
      [rs, es, ed].map(({ publicJwk }) => ({ ...publicJwk, alg: undefined })),
    )
    const server = createServer()
    for (const [key, header, verdict] of [
      [rs, {}, 'allowed'],
      [es, {}, 'allowed'],
      [ed, {}, 'allowed'],
      [rs, { alg: 'PS256' }, '401 token_signature'],
      [es, { kid: rs.kid }, '401 token_key_unknown'],
      [rs, { kid: es.kid }, '401 token_key_unknown'],
    ] as const) {
      expect(await server.verdict(await issuer.mintToken({ key, header }))).toBe(verdict)
    }
  })

  it.each(algorithms)('%s verifies where it is listed', async (algorithm) => {
    const scenario = await startKeySetScenario()
    const { issuer, createServer } = scenario
    const key = keys[algorithm]
    publish(scenario, [key.publicJwk])
    const server = createServer({ algorithms: [algorithm] })
    expect(await server.verdict(await issuer.mintToken({ key }))).toBe('allowed')
    const sign = async (input: Uint8Array): Promise<Uint8Array> => await key.sign(input.toReversed())
    expect(await server.verdict(await issuer.mintToken({ key: { ...key, sign } }))).toBe(
      '401 token_signature',
    )
  })

  it('of the same kid at another issuer is another key', async () => {
    const [ours, theirs] = [await startKeySetScenario(), await startKeySetScenario()]
    const kid = String(ours.issuer.keys[0]?.kid)
    const key = await theirs.issuer.rotateKey({ kid })
    const crossed = await ours.issuer.mintToken({ key })
    const native = await theirs.issuer.mintToken({ key })
    for (const order of [
      [native, crossed],
      [crossed, native],
    ]) {
      const { authorize } = createResourceServer({
        tokens: [ours, theirs].map(({ issuer: { issuer, audience } }) => ({ issuer, audience })),
        now: ours.clock.now,
        routes: [{ method: 'GET', path: '/maps', access: 'authenticated' }],
      })
      for (const token of order) {
        const request = {
          method: 'GET',
          target: '/maps',
          rawHeaders: ['Host', 'a', 'Authorization', `Bearer ${token}`],
        }
        expect((await authorize(request)).allowed).toBe(token === native)
      }
    }
  })
})

function createServerWith(issuer: string, more: object): ReturnType<typeof createResourceServer> {
  return createResourceServer({ issuer, audience: 'https://api.example', ...more } as ResourceServerOptions)
}

describe('the numbers of an RSA key', () => {
  const encoded = (...bytes: readonly number[]): string => Buffer.from(bytes).toString('base64url')
  const filled = (length: number, first: number): number[] => [first, ...new Array(length - 1).fill(0xff)]
  const GOOD = encoded(...filled(256, 0x80))
  const weakness = (n: unknown, e: unknown = 'AQAB'): string | undefined => weaknessOf({ kty: 'RSA', n, e })

  it.each([
    ['2048 bits', GOOD],
    ['2048 bits behind a zero', encoded(0, ...filled(256, 0x80))],
    ['16384 bits', encoded(...filled(2048, 0x80))],
  ])('may have a modulus of %s', (_, n) => {
    expect(weakness(n)).toBeUndefined()
  })

  it.each([
    ['2047 bits', encoded(...filled(256, 0x7f))],
    ['2047 bits behind a zero', encoded(0, ...filled(256, 0x7f))],
    ['zeros', encoded(...new Array(256).fill(0))],
    ['another alphabet', `+${GOOD.slice(1)}`],
    ['another alphabet at its end', `${GOOD.slice(0, -1)}/`],
    ['padding', `${GOOD.slice(0, -1)}=`],
    ['a length that no bytes have', `${GOOD}AAA`],
    ['no text', 7],
    ['nothing', undefined],
  ])('may not have a modulus of %s', (_, n) => {
    expect(weakness(n)).toBe('has an RSA modulus under 2048 bits')
  })

  it('may not have a modulus of 16385 bits', () => {
    expect(weakness(encoded(...filled(2049, 1)))).toBe('has an RSA modulus over 16384 bits')
  })

  it('have an odd exponent of 65537 or more, in six bytes at most', () => {
    for (const e of [encoded(1, 0, 1), encoded(1, 0, 0, 0, 0, 1), encoded(0, 1, 0, 1)])
      expect(weakness(GOOD, e)).toBeUndefined()
    for (const e of [
      encoded(0xff, 0xff),
      encoded(1, 0, 2),
      encoded(1, 0, 0, 0, 0, 0, 1),
      encoded(),
      'A',
      '+A==',
      65_537,
    ])
      expect(weakness(GOOD, e)).toBe('has an RSA exponent that is even or under 65537')
  })
})

it('a key that names verifying as its only operation is good', () => {
  const { publicJwk } = keys.ES256
  expect(
    weaknessOf({ ...publicJwk, key_ops: ['verify'] } as Parameters<typeof weaknessOf>[0]),
  ).toBeUndefined()
})

describe('a shared secret in DER', () => {
  const spki = (namedCurve: string): Buffer =>
    generateKeyPairSync('ec', { namedCurve }).publicKey.export({ type: 'spki', format: 'der' })
  const isTaken = (secret: Uint8Array): boolean => weaknessOfSecret(secret, ['HS256']) === undefined
  /** A sequence of so many bytes that begins like this. */
  const sequence = (length: number, ...start: readonly number[]): Uint8Array => {
    const header = length < 128 ? [length] : [0x82, length >> 8, length & 0xff]
    return Uint8Array.of(0x30, ...header, ...start, ...new Array(length - start.length).fill(7))
  }

  it.each(['prime256v1', 'secp384r1', 'secp521r1'])('is refused where it is a public key on %s', (curve) => {
    expect(isTaken(spki(curve))).toBe(false)
    expect(isTaken(Buffer.from(spki(curve).toString('base64')))).toBe(false)
  })

  it('is refused where it begins as a certificate or an RSA key does', () => {
    expect(isTaken(sequence(600, 0x30, 0x82, 1, 0))).toBe(false)
    expect(isTaken(sequence(300, 0x02, 0x82, 1, 1))).toBe(false)
  })

  it('is taken where it is no sequence, or is one of something else', () => {
    const key = spki('prime256v1')
    for (const secret of [
      Buffer.from(key.map((byte, at) => (at === 0 ? 0x31 : byte))),
      Buffer.concat([key, Buffer.of(0)]),
      key.subarray(0, -1),
      sequence(60, 0x30, 20, 0x02),
      sequence(60, 0x04, 20, 0x06),
      sequence(60, 0x02, 1, 0),
      sequence(300, 0x04, 0x82, 1, 0),
    ])
      expect(isTaken(secret)).toBe(true)
  })
})
