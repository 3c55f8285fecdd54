import { constants, createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { JsonWebKey, SignatureAlgorithm } from '@scopegate/core'

/** Every algorithm a profile may list. */
export const ASYMMETRIC_ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
]
export const HMAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const
export const ALGORITHMS: readonly SignatureAlgorithm[] = [...ASYMMETRIC_ALGORITHMS, ...HMAC_ALGORITHMS]

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** One real key of each sort; made once for a test file. */
export interface SigningKeys {
  readonly secret: Buffer
  readonly rsa: Pair
  readonly p256: Pair
  readonly p384: Pair
  readonly p521: Pair
  readonly ed25519: Pair
}

export type PairName = Exclude<keyof SigningKeys, 'secret'>

export function createSigningKeys(): SigningKeys {
  return {
    secret: randomBytes(64),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    ed25519: generateKeyPairSync('ed25519'),
  }
}

/** Which key is made for an algorithm. */
export function pairOf(algorithm: string): PairName {
  if (algorithm.startsWith('RS') || algorithm.startsWith('PS')) return 'rsa'
  if (!algorithm.startsWith('ES')) return 'ed25519'
  return algorithm === 'ES256' ? 'p256' : algorithm === 'ES384' ? 'p384' : 'p521'
}

/** The public part as it would be published, with whatever more is to be said of it. */
export function publish(keys: SigningKeys, name: PairName, more: object = {}): JsonWebKey {
  return { ...(keys[name].publicKey.export({ format: 'jwk' }) as JsonWebKey), ...more }
}

/** The signature an algorithm makes with the key that was made for it. */
export function signWith(keys: SigningKeys, algorithm: SignatureAlgorithm, input: string): Buffer {
  const data = Buffer.from(input, 'latin1')
  const hash = `sha${algorithm.slice(2)}`
  if (algorithm.startsWith('HS')) return createHmac(hash, keys.secret).update(data).digest()
  const key = keys[pairOf(algorithm)].privateKey
  if (algorithm.startsWith('ES')) return sign(hash, data, { key, dsaEncoding: 'ieee-p1363' })
  if (algorithm.startsWith('RS')) return sign(hash, data, key)
  if (!algorithm.startsWith('PS')) return sign(null, data, key)
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return sign(hash, data, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
}

/** Base64url of text or bytes. */
export function encode(part: string | Uint8Array): string {
  return Buffer.from(part as Uint8Array).toString('base64url')
}

/** A compact JWS of two parts taken as they are, signed for true. */
export function signRaw(
  keys: SigningKeys,
  algorithm: SignatureAlgorithm,
  header: string | Uint8Array,
  payload: string | Uint8Array,
): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${encode(signWith(keys, algorithm, input))}`
}

/** JSON members in the order given, values written as they are: for what no serialiser writes. */
export function writeMembers(members: readonly (readonly [name: string, json: string])[]): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
}
