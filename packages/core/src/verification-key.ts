import type { JsonWebKey } from './key-set-options.ts'
import type { SignatureAlgorithm } from './token-profile-options.ts'

/** A key bound to one algorithm. The same key published again is the same object, so identity tells a withdrawn one. */
export interface VerificationKey {
  readonly kid: string | undefined
  readonly algorithm: SignatureAlgorithm
  /** Tells equal keys apart from merely equal key ids. */
  readonly fingerprint: string
  readonly material: KeyMaterial
}

/** A key as the runtime's cryptography takes it, imported once. */
export type KeyMaterial = object

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
}
const MIN_MODULUS_BITS = 2048
const MAX_MODULUS_BITS = 16_384
const MIN_EXPONENT = 65_537

/** Which of the algorithms this key can verify; empty for a key made for something else. */
export function algorithmsOf(
  jwk: JsonWebKey,
  allowed: readonly SignatureAlgorithm[],
): readonly SignatureAlgorithm[] {
  const { alg } = jwk
  return allowed.filter(
    (algorithm) => (alg === undefined || alg === algorithm) && fitsKeyType(jwk, algorithm),
  )
}

function fitsKeyType(jwk: JsonWebKey, algorithm: SignatureAlgorithm): boolean {
  if (algorithm.startsWith('RS') || algorithm.startsWith('PS')) return jwk.kty === 'RSA'
  return jwk.kty === (algorithm.startsWith('ES') ? 'EC' : 'OKP') && jwk.crv === CURVES[algorithm]
}

/** What makes a key unfit to verify anything with, in words; `undefined` for a good one. */
export function weaknessOf(jwk: JsonWebKey): string | undefined {
  const { kty, kid, d, oth, use, ext } = jwk
  if (d !== undefined || oth !== undefined || kty === 'oct')
    return 'is not a public key; publish the public part only'
  if (use !== undefined && use !== 'sig') return 'is not meant for signatures ("use")'
  if (!allowsVerifying(jwk.key_ops)) return 'is not meant for verifying ("key_ops")'
  if (ext !== undefined && typeof ext !== 'boolean') return 'has an "ext" that is neither true nor false'
  if (kid !== undefined && typeof kid !== 'string') return 'has a "kid" that is no string'
  if (kty === 'RSA') return weaknessOfRsa(jwk)
  const hasPoint = typeof jwk.x === 'string' && (kty === 'OKP' || typeof jwk.y === 'string')
  return hasPoint ? undefined : 'has no public point ("x", "y")'
}

/** RFC 7517 section 4.3. A key that names the operations of a pair is refused, as platforms import no public key for signing. */
function allowsVerifying(operations: unknown): boolean {
  if (operations === undefined) return true
  return Array.isArray(operations) && operations.length === 1 && operations[0] === 'verify'
}

function weaknessOfRsa(jwk: JsonWebKey): string | undefined {
  const modulus = bitLength(jwk.n)
  if (modulus < MIN_MODULUS_BITS) return `has an RSA modulus under ${MIN_MODULUS_BITS} bits`
  if (modulus > MAX_MODULUS_BITS) return `has an RSA modulus over ${MAX_MODULUS_BITS} bits`
  const exponent = exponentOf(jwk.e)
  return exponent >= MIN_EXPONENT && exponent % 2 === 1
    ? undefined
    : `has an RSA exponent that is even or under ${MIN_EXPONENT}`
}

/** The significant bits of a base64url number, 0 for what is none. */
function bitLength(value: unknown): number {
  const bytes = bytesOf(value)
  const first = bytes.findIndex((byte) => byte !== 0)
  return first === -1 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] as number) + 24
}

function exponentOf(value: unknown): number {
  const bytes = bytesOf(value)
  return bytes.length > 6 ? 0 : bytes.reduce((number, byte) => number * 256 + byte, 0)
}

function bytesOf(value: unknown): number[] {
  if (typeof value !== 'string' || !/^[\w-]*$/.test(value)) return []
  try {
    return Array.from(atob(value.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    )
  } catch {
    return []
  }
}

const HASH_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 }

/** What makes a shared secret unfit, in words: too short for the hash, or a public key mistaken for a secret. */
export function weaknessOfSecret(
  secret: Uint8Array,
  algorithms: readonly SignatureAlgorithm[],
): string | undefined {
  const least = Math.max(...algorithms.map((algorithm) => HASH_BYTES[algorithm] ?? 0))
  if (secret.length < least) return `must be at least ${least} bytes for ${algorithms.join(', ')}`
  return looksLikeKey(secret) ? 'looks like a key, not a shared secret; give it as `keys`' : undefined
}

/** A public key taken for a secret lets anyone sign: PEM, JWK, OpenSSH, DER, and DER as the bare text some issuers show. */
function looksLikeKey(secret: Uint8Array): boolean {
  const text = new TextDecoder().decode(secret)
  if (/-----BEGIN|"kty"|ssh-|ecdsa-sha2-/.test(text)) return true
  return isDer(secret) || isDer(bytesOf(text.replace(/[\s=]/g, '').replaceAll('+', '-').replaceAll('/', '_')))
}

/** An ASN.1 sequence that fills the bytes to the last and begins as public keys and certificates do. */
function isDer(bytes: ArrayLike<number>): boolean {
  const [tag, size = 0, high = 0, low = 0] = Array.from({ length: 4 }, (_, index) => bytes[index])
  const header = size === 0x82 ? 4 : size === 0x81 ? 3 : 2
  const length = size === 0x82 ? high * 256 + low : size === 0x81 ? high : size
  if (tag !== 0x30 || length !== bytes.length - header) return false
  const [inner, innerSize, first] = Array.from({ length: 3 }, (_, index) => bytes[header + index])
  return (inner === 0x30 && first === 0x06) || ((inner === 0x30 || inner === 0x02) && innerSize === 0x82)
}
