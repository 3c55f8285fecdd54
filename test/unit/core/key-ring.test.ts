import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { importKeyRing, importSecretRing } from '../../../packages/core/src/key-ring.ts'
import type { JsonWebKey } from '../../../packages/core/src/key-set-options.ts'
import type { VerificationKey } from '../../../packages/core/src/verification-key.ts'

const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const rsa = { ...publicJwk('rsa'), kid: 'k' }
const ec = { ...publicJwk('ec'), kid: 'k' }
const ed = { ...publicJwk('ed25519'), kid: 'k' }

/** Keys that differ in one parameter only: `y` in its sign, the others at will. */
const PAIRS: [parameter: string, one: JsonWebKey, other: JsonWebKey][] = [
  ['n', rsa, { ...rsa, n: publicJwk('rsa').n }],
  ['e', rsa, { ...rsa, e: base64url(65_539n) }],
  ['x', ed, { ...ed, x: publicJwk('ed25519').x }],
  ['y', ec, { ...ec, y: base64url(P256 - numberOf(ec.y)) }],
  ['kid', ec, { ...ec, kid: 'other' }],
  ['kid, where one has none', ec, { ...ec, kid: undefined }],
]

describe('a ring of published keys', () => {
  it.each(PAIRS)('holds both of two keys that differ in %s', async (_, one, other) => {
    const { keys } = await ringOf([one, other])
    expect(keys.map(({ kid }) => kid)).toEqual([one.kid, other.kid])
    expect(new Set(keys.map(({ fingerprint }) => fingerprint)).size).toBe(2)
  })

  it.each(PAIRS)('takes a new key for new that differs from an earlier one in %s', async (_, one, other) => {
    const earlier = await ringOf([one])
    const [key] = (await ringOf([other], earlier)).keys
    expect(key).toBeDefined()
    expect(earlier.has(key as NonNullable<typeof key>)).toBe(false)
  })

  it('takes over what it held already, whatever else is said of it', async () => {
    const earlier = await ringOf([rsa, ec, ed])
    const later = await ringOf([{ ...ed, use: 'sig' }, ec], earlier)
    expect(later.keys).toEqual([earlier.keys[2], earlier.keys[1]])
    for (const key of later.keys) expect(earlier.has(key)).toBe(true)
    expect(later.has(earlier.keys[0] as NonNullable<(typeof earlier.keys)[0]>)).toBe(false)
  })

  it('holds a key once that is published twice', async () => {
    expect((await ringOf([ec, { ...ec, use: 'sig' }])).keys).toHaveLength(1)
  })

  it('knows its keys by kid, and may know one for a token that names none', async () => {
    const ring = await ringOf([ec, { ...rsa, kid: 'r' }])
    expect(['k', 'r', 'K', '', 'x'].filter(ring.knows)).toEqual(['k', 'r'])
    expect(ring.knows(undefined)).toBe(true)
    expect(ring.select('r', 'RS256').map(({ kid }) => kid)).toEqual(['r'])
    expect(ring.select('r', 'ES256')).toEqual([])
    expect(ring.select(undefined, 'ES256').map(({ kid }) => kid)).toEqual(['k'])
  })

  it('leaves out what cannot be imported, and keeps the rest', async () => {
    const broken: JsonWebKey[] = [
      { ...ec, x: ec.y },
      { ...ed, x: 'AA' },
      { ...ec, kty: 'RSA' },
    ]
    expect((await ringOf([...broken, ec])).keys.map(({ algorithm }) => algorithm)).toEqual(['ES256'])
  })
})

describe('a ring of shared secrets', () => {
  const secrets = [1, 2].map((byte) => new Uint8Array(64).fill(byte))

  const bytesIn = ({ material }: VerificationKey): Uint8Array =>
    Uint8Array.from((material as KeyObject).export())

  it('has each secret for each algorithm, whatever kid a token names', async () => {
    const ring = await importSecretRing(secrets, ['HS256', 'HS512'])
    expect(ring.select('any', 'HS256').map(bytesIn)).toEqual(secrets)
    expect(ring.select(undefined, 'HS512')).toHaveLength(2)
    expect(ring.select(undefined, 'HS384')).toEqual([])
    expect([ring.knows('any'), ring.knows(undefined)]).toEqual([true, true])
    expect(new Set(ring.keys.map(({ fingerprint }) => fingerprint)).size).toBe(4)
  })

  it.each(['HS256', 'HS512'] as const)('tells secrets apart that are no text, for %s', async (algorithm) => {
    const others = [0xfe, 0xff].map((byte) => Buffer.alloc(64, byte))
    const { keys } = await importSecretRing(others, [algorithm])
    expect(new Set(keys.map(({ fingerprint }) => fingerprint)).size).toBe(2)
  })

  it('shows nobody a secret', async () => {
    const { keys } = await importSecretRing([new TextEncoder().encode('s'.repeat(64))], ['HS512'])
    const shown = inspect(keys, { depth: 9, showHidden: true, maxStringLength: null, maxArrayLength: null })
    expect(shown).not.toContain('sss')
    expect(shown).not.toContain('115,115')
  })

  it('holds copies, so that nobody changes a secret under it', async () => {
    const secret = new Uint8Array(64).fill(7)
    const importing = importSecretRing([secret], ['HS256'])
    secret.fill(0)
    expect((await importing).keys.map(bytesIn)).toEqual([new Uint8Array(64).fill(7)])
  })
})

async function ringOf(
  jwks: readonly JsonWebKey[],
  previous?: Awaited<ReturnType<typeof importKeyRing>>,
): ReturnType<typeof importKeyRing> {
  return await importKeyRing(jwks, ['RS256', 'ES256', 'EdDSA'], previous)
}

function publicJwk(type: 'rsa' | 'ec' | 'ed25519'): JsonWebKey & { n?: string; x?: string; y?: string } {
  const { publicKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519')
  return publicKey.export({ format: 'jwk' }) as JsonWebKey
}

function numberOf(text: unknown): bigint {
  return BigInt(`0x${Buffer.from(String(text), 'base64url').toString('hex')}`)
}

function base64url(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(value < 2n ** 32n ? 6 : 64, '0'), 'hex').toString('base64url')
}
