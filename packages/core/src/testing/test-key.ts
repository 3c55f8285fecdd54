import type { webcrypto } from 'node:crypto'
import type { JsonWebKey } from '../key-set-options.ts'
import type { SignatureAlgorithm } from '../token-profile-options.ts'

/** A key that signs tokens: generated, real and never written anywhere. */
export interface TestKey {
  readonly kid: string
  readonly algorithm: SignatureAlgorithm
  /** The public key as it is published; `undefined` for HMAC. */
  readonly publicJwk: JsonWebKey | undefined
  /** The shared secret; `undefined` unless the algorithm is HS256, HS384 or HS512. */
  readonly secret: string | undefined
  readonly sign: (input: Uint8Array) => Promise<Uint8Array>
}

/** What a {@link TestKey} is to be. */
export interface TestKeyOptions {
  /** Default ES256. */
  readonly algorithm?: SignatureAlgorithm
  /** Default a random one. */
  readonly kid?: string
}

/** One half of what is signed: an object is written as JSON, text and bytes are taken as they are. */
export type TokenPart = Readonly<Record<string, unknown>> | string | Uint8Array

const HASH_BYTES: Readonly<Record<string, number>> = { '256': 32, '384': 48, '512': 64 }

/**
 * Generates a key of its own, to be held by no issuer unless it is given to one: what an attacker would sign with.
 *
 * @example
 * const key = await createTestKey({ algorithm: 'RS256', kid: 'stolen-name' })
 * const forged = await issuer.mintToken({ key })
 */
export async function createTestKey(options: TestKeyOptions = {}): Promise<TestKey> {
  const { algorithm = 'ES256', kid = crypto.randomUUID() } = options
  return algorithm.startsWith('HS') ? await createSecret(algorithm, kid) : await createPair(algorithm, kid)
}

async function createSecret(algorithm: SignatureAlgorithm, kid: string): Promise<TestKey> {
  const secret = toBase64url(crypto.getRandomValues(new Uint8Array(64)))
  const hmac = { name: 'HMAC', hash: hashOf(algorithm) }
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), hmac, false, ['sign'])
  const sign = async (input: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.sign(hmac, key, input))
  return Object.freeze({ kid, algorithm, publicJwk: undefined, secret, sign })
}

async function createPair(algorithm: SignatureAlgorithm, kid: string): Promise<TestKey> {
  const pair = await generateKeyPair(algorithm)
  const { kty, n, e, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const publicJwk = JSON.parse(JSON.stringify({ kty, kid, alg: algorithm, use: 'sig', n, e, crv, x, y }))
  const parameters = signatureParameters(algorithm)
  const sign = async (input: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.sign(parameters, pair.privateKey, input))
  return Object.freeze({ kid, algorithm, publicJwk: Object.freeze(publicJwk), secret: undefined, sign })
}

async function generateKeyPair(algorithm: SignatureAlgorithm): Promise<webcrypto.CryptoKeyPair> {
  const usages: webcrypto.KeyUsage[] = ['sign', 'verify']
  if (algorithm.startsWith('E') && !algorithm.startsWith('ES')) {
    return (await crypto.subtle.generateKey('Ed25519', false, usages)) as webcrypto.CryptoKeyPair
  }
  if (algorithm.startsWith('ES')) {
    const namedCurve = algorithm === 'ES512' ? 'P-521' : `P-${algorithm.slice(2)}`
    return await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, false, usages)
  }
  const name = algorithm.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'
  const publicExponent = new Uint8Array([1, 0, 1])
  return await crypto.subtle.generateKey(
    { name, hash: hashOf(algorithm), modulusLength: 2048, publicExponent },
    false,
    usages,
  )
}

function signatureParameters(algorithm: SignatureAlgorithm): SignatureParameters {
  if (algorithm.startsWith('RS')) return { name: 'RSASSA-PKCS1-v1_5' }
  if (algorithm.startsWith('PS')) {
    return { name: 'RSA-PSS', saltLength: HASH_BYTES[algorithm.slice(2)] as number }
  }
  return algorithm.startsWith('ES') ? { name: 'ECDSA', hash: hashOf(algorithm) } : { name: 'Ed25519' }
}

type SignatureParameters = Parameters<webcrypto.SubtleCrypto['sign']>[0]

function hashOf(algorithm: SignatureAlgorithm): string {
  return `SHA-${algorithm.slice(2)}`
}

/**
 * Signs whatever header and payload it is given, sense or nonsense, as a compact JWS. It adds and checks nothing: for
 * tokens that no issuer would write. `undefined` members are left out.
 *
 * @example
 * const text = await signToken(key, { alg: 'ES256', crit: ['x'] }, '{"sub":"a","sub":"b"}')
 */
export async function signToken(key: TestKey, header: TokenPart, payload: TokenPart): Promise<string> {
  const input = `${encodePart(header)}.${encodePart(payload)}`
  return `${input}.${toBase64url(await key.sign(new TextEncoder().encode(input)))}`
}

function encodePart(part: TokenPart): string {
  if (part instanceof Uint8Array) return toBase64url(part)
  return toBase64url(new TextEncoder().encode(typeof part === 'string' ? part : JSON.stringify(part)))
}

function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
