import { constants, sign } from 'node:crypto'
import type { JsonWebKey, SignatureAlgorithm } from '@scopegate/core'
import fc from 'fast-check'
import { compactVerify, createLocalJWKSet, type JWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { type CompactJws, createCompactJwsParser } from '../../../packages/core/src/compact-jws.ts'
import * as node from '../../../packages/core/src/signature.node.ts'
import * as web from '../../../packages/core/src/signature.web.ts'
import { algorithmsOf, type KeyMaterial, weaknessOf } from '../../../packages/core/src/verification-key.ts'
import {
  ALGORITHMS,
  ASYMMETRIC_ALGORITHMS,
  createSigningKeys,
  encode,
  pairOf,
  publish,
  signRaw,
  signWith,
} from './raw-tokens.ts'

const parseCompactJws = createCompactJwsParser()

const RUNS = Number(process.env.SCOPEGATE_RUNS ?? 1000)
const SEED = Number(process.env.SCOPEGATE_SEED ?? 20_251_120)
const TIMEOUT = 60_000 + 30 * RUNS
const keys = createSigningKeys()
const inputOf = (algorithm: SignatureAlgorithm): string =>
  `${encode(JSON.stringify({ alg: algorithm }))}.${encode('{}')}`
const signatureOf = (algorithm: SignatureAlgorithm, signer = algorithm): Buffer =>
  signWith(keys, signer, inputOf(algorithm))

const IMPLEMENTATIONS = { node, web }
type Implementation = keyof typeof IMPLEMENTATIONS

async function importWith(
  implementation: Implementation,
  jwk: JsonWebKey,
  algorithm: SignatureAlgorithm,
): Promise<KeyMaterial> {
  return await IMPLEMENTATIONS[implementation].importKey(jwk, algorithm)
}

async function verifyWith(
  implementation: Implementation,
  jws: CompactJws,
  algorithm: SignatureAlgorithm,
  material: KeyMaterial,
): Promise<boolean> {
  const key = { kid: undefined, algorithm, fingerprint: '', material }
  return await IMPLEMENTATIONS[implementation].verifySignature(jws, key)
}

/** The verdict, or that there was none. */
async function tell(verdict: Promise<boolean>): Promise<'good' | 'bad' | 'no verdict'> {
  return await verdict.then(
    (good) => (good ? 'good' : 'bad'),
    () => 'no verdict',
  )
}

/** Both materials of the key made for each algorithm. */
async function importAll(): Promise<ReadonlyMap<SignatureAlgorithm, Record<Implementation, KeyMaterial>>> {
  const entries = ALGORITHMS.map(async (algorithm) => {
    const [ofNode, ofWeb] = await Promise.all(
      (['node', 'web'] as const).map(async (name) =>
        algorithm.startsWith('HS')
          ? await IMPLEMENTATIONS[name].importSecret(keys.secret, algorithm)
          : await importWith(name, publish(keys, pairOf(algorithm)), algorithm),
      ),
    )
    return [algorithm, { node: ofNode as KeyMaterial, web: ofWeb as KeyMaterial }] as const
  })
  return new Map(await Promise.all(entries))
}

const materials = await importAll()

async function verdicts(algorithm: SignatureAlgorithm, signature: Uint8Array): Promise<readonly string[]> {
  const jws = parseCompactJws(`${inputOf(algorithm)}.${encode(signature)}`)
  if (jws === undefined) throw new Error('not even a text')
  const material = materials.get(algorithm) as Record<Implementation, KeyMaterial>
  const [inPool, inThread, ofWeb] = await Promise.all([
    tell(verifyWith('node', jws, algorithm, material.node)),
    tell(verifyInThread(jws, algorithm, material.node)),
    tell(verifyWith('web', jws, algorithm, material.web)),
  ])
  return [inPool === inThread ? inPool : `${inPool} in the pool, ${inThread} at once`, ofWeb]
}

async function verifyInThread(
  jws: CompactJws,
  algorithm: SignatureAlgorithm,
  material: KeyMaterial,
): Promise<boolean> {
  return node.verifySignatureAtOnce(jws, { kid: undefined, algorithm, fingerprint: '', material })
}

const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
const toBytes = (value: bigint, length: number): Buffer =>
  Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex')
const reversed = (bytes: Uint8Array): Buffer => Buffer.from(bytes).reverse()

/** The orders of the groups, and the primes they are over (SEC 2, RFC 8032). */
const CURVES: Readonly<Record<string, { readonly n: bigint; readonly p: bigint; readonly bytes: number }>> = {
  ES256: {
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    bytes: 32,
  },
  ES384: {
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    bytes: 48,
  },
  ES512: {
    n: 0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    p: 2n ** 521n - 1n,
    bytes: 66,
  },
}
const ED25519_ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n

/** Signatures that sit on an edge of the algorithm; the one named `twin` is a second good one (r, n-s). */
function edgesOf(algorithm: SignatureAlgorithm): readonly (readonly [name: string, signature: Buffer])[] {
  const good = signatureOf(algorithm)
  if (algorithm.startsWith('HS')) return []
  const kind = pairOf(algorithm)
  const data = Buffer.from(inputOf(algorithm))
  if (kind === 'rsa') return rsaEdges(good, data)
  return kind === 'ed25519'
    ? edwardsEdges(good)
    : ecdsaEdges(good, data, CURVES[algorithm] as (typeof CURVES)[string])
}

function ecdsaEdges(
  good: Buffer,
  data: Buffer,
  { n, p, bytes }: (typeof CURVES)[string],
): readonly (readonly [string, Buffer])[] {
  const [r, s] = [good.subarray(0, bytes), good.subarray(bytes)]
  const most = 256n ** BigInt(bytes) - 1n
  const values = [0n, 1n, 2n, n - 1n, n, n + 1n, p - 1n, p, most, n / 2n]
  const pairs = values.flatMap((value) =>
    values.map((other) => [toBytes(value % (most + 1n), bytes), toBytes(other, bytes)]),
  )
  const der = sign('sha256', data, keys.p256.privateKey)
  return [
    ['twin', Buffer.concat([r, toBytes(n - toInteger(s), bytes)])],
    ['swapped', Buffer.concat([s, r])],
    ['DER', der],
    ['s and n', Buffer.concat([r, toBytes((toInteger(s) + n) % (most + 1n), bytes)])],
    ['longer numbers', Buffer.concat([Buffer.of(0), r, Buffer.of(0), s])],
    ['a zero before', Buffer.concat([Buffer.of(0), good])],
    ...values.map((value): [string, Buffer] => [`r and ${value}`, Buffer.concat([r, toBytes(value, bytes)])]),
    ...values.map((value): [string, Buffer] => [`${value} and s`, Buffer.concat([toBytes(value, bytes), s])]),
    ...pairs.map((pair, at): [string, Buffer] => [`numbers ${at}`, Buffer.concat(pair)]),
  ]
}

function rsaEdges(good: Buffer, data: Buffer): readonly (readonly [string, Buffer])[] {
  const modulus = toInteger(Buffer.from(publish(keys, 'rsa').n as string, 'base64url'))
  const key = keys.rsa.privateKey
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return [
    ...[0n, 1n, 2n, modulus - 1n, modulus, modulus + 1n].map((value): [string, Buffer] => [
      `${value}`,
      toBytes(value, 256),
    ]),
    ['and the modulus', toBytes(toInteger(good) + modulus, 257)],
    ['less the modulus', toBytes(modulus - toInteger(good), 256)],
    ['a zero before', Buffer.concat([Buffer.of(0), good])],
    ['a zero behind', Buffer.concat([good, Buffer.of(0)])],
    ['SHA-1', sign('sha1', data, key)],
    ['the other padding', sign('sha224', data, { key, padding })],
    ...[0, 1, 20, 222].map((saltLength): [string, Buffer] => [
      `a salt of ${saltLength}`,
      sign('sha256', data, { key, padding, saltLength }),
    ]),
  ]
}

function edwardsEdges(good: Buffer): readonly (readonly [string, Buffer])[] {
  const [r, s] = [good.subarray(0, 32), good.subarray(32)]
  const scalar = toInteger(reversed(s))
  const little = (value: bigint): Buffer => reversed(toBytes(value, 32))
  const identity = little(1n)
  return [
    ['S and the order', Buffer.concat([r, little(scalar + ED25519_ORDER)])],
    [
      'S with a high bit',
      Buffer.concat([r, Buffer.from(s.map((byte, at) => (at === 31 ? byte | 0x80 : byte)))]),
    ],
    ['zero', Buffer.alloc(64)],
    ['the identity', Buffer.concat([identity, Buffer.alloc(32)])],
    ['the identity and S', Buffer.concat([identity, s])],
    ['R and zero', Buffer.concat([r, Buffer.alloc(32)])],
    [
      'R with its sign',
      Buffer.concat([Buffer.from(r.map((byte, at) => (at === 31 ? byte ^ 0x80 : byte))), s]),
    ],
    ['an R that is not reduced', Buffer.concat([little(2n ** 255n - 18n), s])],
  ]
}

describe('a shared secret', () => {
  it.each(['HS256', 'HS384', 'HS512'] as const)(
    'for %s verifies and does nothing else on WebCrypto',
    (algorithm) => {
      expect(materials.get(algorithm)?.web).toMatchObject({
        extractable: false,
        type: 'secret',
        usages: ['verify'],
      })
    },
  )

  it('is copied when it is imported', async () => {
    const jws = parseCompactJws(tokenFor('HS256')) as CompactJws
    for (const name of ['node', 'web'] as const) {
      const secret = Uint8Array.from(keys.secret)
      const importing = IMPLEMENTATIONS[name].importSecret(secret, 'HS256')
      secret.fill(0)
      expect(await verifyWith(name, jws, 'HS256', await importing)).toBe(true)
    }
  })
})

describe('a signature, whatever objects have inherited', () => {
  const inherited = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20, length: 3, hash: 'sha512' }
  it.each(Object.entries(inherited))('is judged by its algorithm alone: %s', async (name, value) => {
    const signatures = ALGORITHMS.map((algorithm) => [algorithm, signatureOf(algorithm)] as const)
    const foreign = signatureOf('PS256')
    // Writable, as all is that is put there by assignment; what is not would stop every stream of Node.
    Object.defineProperty(Object.prototype, name, { value, writable: true, configurable: true })
    try {
      for (const [algorithm, signature] of signatures)
        expect([algorithm, (await verdicts(algorithm, signature))[0]]).toEqual([algorithm, 'good'])
      expect((await verdicts('RS256', foreign))[0]).toBe('bad')
    } finally {
      Reflect.deleteProperty(Object.prototype, name)
    }
  })
})

describe('a key, whatever objects have inherited', () => {
  const inherited = { passphrase: 1, cipher: 'aes-256-cbc', encoding: 'hex', type: 'pkcs1', format: 'pem' }
  it.each(Object.entries(inherited))('is imported as it is: %s', async (name, value) => {
    const published = ALGORITHMS.filter((algorithm) => !algorithm.startsWith('HS')).map(
      (algorithm) => [algorithm, publish(keys, pairOf(algorithm))] as const,
    )
    Object.defineProperty(Object.prototype, name, { value, writable: true, configurable: true })
    try {
      for (const [algorithm, jwk] of published) await node.importKey(jwk, algorithm)
    } finally {
      Reflect.deleteProperty(Object.prototype, name)
    }
  })
})

describe('a signature', () => {
  it.each(ALGORITHMS)('%s is good for both implementations', async (algorithm) => {
    expect(await verdicts(algorithm, signatureOf(algorithm))).toEqual(['good', 'good'])
  })

  it.each(ALGORITHMS)('%s with numbers on the edge is bad for both', async (algorithm) => {
    for (const [name, signature] of edgesOf(algorithm)) {
      const expected = name === 'twin' ? 'good' : 'bad'
      expect(await verdicts(algorithm, signature), name).toEqual([expected, expected])
    }
  })

  it('damaged in any way, or made for another algorithm, gets the same verdict of both', {
    timeout: TIMEOUT,
  }, async () => {
    const damage = fc.oneof(
      fc.record({ flip: fc.nat(1 << 16) }),
      fc.record({ keep: fc.nat(300) }),
      fc.record({ add: fc.uint8Array({ minLength: 1, maxLength: 300 }), before: fc.boolean() }),
      fc.record({ instead: fc.uint8Array({ minLength: 1, maxLength: 300 }) }),
      fc.record({
        fill: fc.constantFrom(0, 1, 0xff),
        length: fc.constantFrom(1, 32, 48, 64, 96, 132, 255, 256, 257),
      }),
      fc.constant({}),
    )
    const algorithm = fc.constantFrom(...ALGORITHMS)
    await fc.assert(
      fc.asyncProperty(algorithm, algorithm, fc.boolean(), damage, async (claimed, other, crossed, how) => {
        const made = signatureOf(claimed, crossed ? other : claimed)
        const signature = apply(made, how)
        const [ofNode, ofWeb] = await verdicts(claimed, signature)
        expect(ofNode).toBe(ofWeb)
        const same = !crossed || alike(claimed) === alike(other)
        expect(ofNode).toBe(same && signature.equals(made) ? 'good' : 'bad')
      }),
      { numRuns: RUNS, seed: SEED },
    )
  })
})

/** Two names for one algorithm (RFC 9864). */
const alike = (algorithm: string): string => (algorithm === 'EdDSA' ? 'Ed25519' : algorithm)

interface Damage {
  readonly flip?: number
  readonly keep?: number
  readonly add?: Uint8Array
  readonly before?: boolean
  readonly instead?: Uint8Array
  readonly fill?: number
  readonly length?: number
}

function apply(signature: Buffer, { flip, keep, add, before, instead, fill, length }: Damage): Buffer {
  if (flip !== undefined) {
    const bit = flip % (signature.length * 8)
    return Buffer.from(signature.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)))
  }
  if (keep !== undefined) return signature.subarray(0, Math.max(1, keep % signature.length))
  if (add !== undefined) return Buffer.concat(before ? [add, signature] : [signature, add])
  if (instead !== undefined) return Buffer.from(instead)
  return fill === undefined ? signature : Buffer.alloc(length ?? 1, fill)
}

const ODD: readonly unknown[] = [
  undefined,
  null,
  0,
  7,
  true,
  'true',
  '',
  'x',
  [],
  {},
  ['verify'],
  'AQAB',
  'AAAA',
]
const PARAMETERS: Readonly<Record<string, readonly unknown[]>> = {
  kty: ['RSA', 'EC', 'OKP', 'oct', 'AKP', 'rsa'],
  use: ['sig', 'enc', 'SIG', ['sig']],
  key_ops: [
    ['verify'],
    ['verify', 'verify'],
    ['sign', 'verify'],
    [7, 'verify'],
    ['verify', null],
    'verify',
    ['sign'],
  ],
  ext: [true, false, 'true', null],
  alg: [...ASYMMETRIC_ALGORITHMS, 'ES256K', 'none', 'HS256', ['ES256']],
  kid: ['k', 'K', 'other', '', ['k']],
  crv: ['P-256', 'P-384', 'P-521', 'Ed25519', 'X25519', 'secp256k1', 'p-256'],
  oth: [[], [{ r: 'AQAB', d: 'AQAB', t: 'AQAB' }]],
  d: ['AQAB'],
  p: ['AQAB'],
  k: ['AQAB'],
  x5c: [['AAAA'], 'AAAA'],
}
/** Second spellings of the numbers of a key. */
const SPELLINGS: Readonly<Record<string, (value: string) => string>> = {
  padding: (value) => `${value}=`,
  'white space': (value) => `${value.slice(0, 4)} ${value.slice(4)}`,
  'the other alphabet': (value) => value.replaceAll('-', '+').replaceAll('_', '/'),
  'a zero before': (value) => encode(Buffer.concat([Buffer.of(0), Buffer.from(value, 'base64url')])),
  'a zero behind': (value) => encode(Buffer.concat([Buffer.from(value, 'base64url'), Buffer.of(0)])),
  shorter: (value) => encode(Buffer.from(value, 'base64url').subarray(1)),
  damaged: (value) => encode(Buffer.from(value, 'base64url').map((byte, at) => (at === 9 ? byte ^ 1 : byte))),
}

describe('a published key', () => {
  it('is used only where jose uses it too, and by both implementations alike', {
    timeout: TIMEOUT,
  }, async () => {
    const parameter = fc
      .constantFrom(...Object.keys(PARAMETERS))
      .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...(PARAMETERS[name] ?? []), ...ODD)))
    const spelling = fc.tuple(
      fc.constantFrom('x', 'y', 'n', 'e'),
      fc.constantFrom(...Object.values(SPELLINGS)),
    )
    const met = { used: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ASYMMETRIC_ALGORITHMS),
        fc.array(fc.oneof(parameter, spelling), { maxLength: 2 }),
        async (algorithm, edits) => {
          const jwk = publishOddly(algorithm, edits)
          const used = await Promise.all(
            (['node', 'web'] as const).map(async (name) => await isUsed(name, jwk, algorithm)),
          )
          expect(used[0], JSON.stringify(jwk)).toBe(used[1])
          const byJose = await joseUses(jwk, algorithm)
          if (used[0]) expect(byJose, JSON.stringify(jwk)).toBe(true)
          if (!used[0] && byJose) expect(stricterAbout(jwk), JSON.stringify(jwk)).not.toEqual([])
          if (used[0]) met.used++
          else met.refused++
        },
      ),
      { numRuns: RUNS, seed: SEED },
    )
    expect(Math.min(met.used, met.refused)).toBeGreaterThan(RUNS / 10)
  })
})

type Parameter = readonly [name: string, value: unknown]

function publishOddly(algorithm: SignatureAlgorithm, parameters: readonly Parameter[]): JsonWebKey {
  const jwk: Record<string, unknown> = publish(keys, pairOf(algorithm), { kid: 'k' })
  for (const [name, value] of parameters) {
    jwk[name] = typeof value === 'function' ? value(String(jwk[name] ?? '')) : value
  }
  return jwk as JsonWebKey
}

const tokenFor = (algorithm: SignatureAlgorithm): string =>
  signRaw(keys, algorithm, JSON.stringify({ alg: algorithm }), '{}')

/** As a key ring judges a published key: fit at all, fit for the algorithm, importable; then it has to verify. */
async function isUsed(
  name: Implementation,
  jwk: JsonWebKey,
  algorithm: SignatureAlgorithm,
): Promise<boolean> {
  if (weaknessOf(jwk) !== undefined || !algorithmsOf(jwk, ASYMMETRIC_ALGORITHMS).includes(algorithm))
    return false
  try {
    const material = await importWith(name, jwk, algorithm)
    return await verifyWith(name, parseCompactJws(tokenFor(algorithm)) as CompactJws, algorithm, material)
  } catch {
    return false
  }
}

async function joseUses(jwk: JsonWebKey, algorithm: SignatureAlgorithm): Promise<boolean> {
  try {
    await compactVerify(tokenFor(algorithm), createLocalJWKSet({ keys: [jwk as JWK] }), {
      algorithms: [algorithm],
    })
    return true
  } catch {
    return false
  }
}

/** Where Scopegate is stricter about a key than jose, and why. */
function stricterAbout(jwk: JsonWebKey): readonly string[] {
  const classes: readonly (readonly [reason: string, includes: boolean])[] = [
    ['a kid is text (RFC 7517 section 4.5)', jwk.kid !== undefined && typeof jwk.kid !== 'string'],
    ['a private part is not to be published', jwk.d !== undefined || jwk.oth !== undefined],
    [
      'numbers are base64url without padding (RFC 7518 section 2)',
      ['n', 'e'].some((name) => !isBase64url(jwk[name])),
    ],
  ]
  return classes.filter(([, includes]) => includes).map(([reason]) => reason)
}

function isBase64url(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && /^[\w-]+$/.test(value))
}

it('is made of what makes a key of its kind; what else was published beside it is not even read', async () => {
  const stray: unknown = Object.create(null)
  for (const name of ['node', 'web'] as const) {
    const okp = { ...publish(keys, 'ed25519'), y: stray, n: stray, e: stray } as JsonWebKey
    await expect(importWith(name, okp, 'EdDSA')).resolves.toBeDefined()
    const rsa = { ...publish(keys, 'rsa'), x: stray, y: stray, crv: stray } as JsonWebKey
    await expect(importWith(name, rsa, 'RS256')).resolves.toBeDefined()
    const ec = { ...publish(keys, 'p256'), n: stray, e: stray } as JsonWebKey
    await expect(importWith(name, ec, 'ES256')).resolves.toBeDefined()
  }
})

describe('a published key that is unfit', () => {
  it.each([
    ['further primes, as only a private key has', { oth: [{ r: 'AQAB', d: 'AQAB', t: 'AQAB' }] }],
    ['an operation named twice', { key_ops: ['verify', 'verify'] }],
    ['an operation that is no text', { key_ops: ['verify', 7] }],
    ['an `ext` that is no boolean', { ext: 'true' }],
  ])('has %s', (_, more) => {
    expect(weaknessOf(publish(keys, 'rsa'))).toBeUndefined()
    expect(weaknessOf(publish(keys, 'rsa', more))).toMatch(/^(is|has) /)
  })
})
