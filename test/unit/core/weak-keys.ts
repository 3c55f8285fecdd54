import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { JsonWebKey } from '@scopegate/core'
import type { TestKey } from '@scopegate/core/testing'

/** A key that should verify nothing, and one who signs with it all the same. */
export interface WeakKey {
  readonly jwk: JsonWebKey
  readonly key: TestKey
}

function toWeakKey(jwk: JsonWebKey, kid: string, signature: (input: Uint8Array) => Uint8Array): WeakKey {
  const algorithm = jwk.kty === 'EC' ? 'ES256' : 'RS256'
  const key = {
    kid,
    algorithm,
    publicJwk: undefined,
    secret: undefined,
    sign: async (input: Uint8Array) => signature(input),
  }
  return { jwk: { kid, ...jwk }, key: key as TestKey }
}

interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** Generating RSA keys takes long: one of each kind will do. */
const rsaPairs = new Map<string, KeyPair>()

function rsaPair(modulusLength: number, publicExponent: number): KeyPair {
  const name = `${modulusLength} ${publicExponent}`
  const pair = rsaPairs.get(name) ?? generateKeyPairSync('rsa', { modulusLength, publicExponent })
  rsaPairs.set(name, pair)
  return pair
}

const exported = (key: KeyObject): JsonWebKey => key.export({ format: 'jwk' }) as JsonWebKey

/** RSA as small, or with as small an exponent, as asked. */
export function rsaKey(modulusLength: number, publicExponent = 65_537, more: object = {}): WeakKey {
  const { publicKey, privateKey } = rsaPair(modulusLength, publicExponent)
  return toWeakKey({ ...exported(publicKey), ...more }, 'weak', (input) => sign('sha256', input, privateKey))
}

/** A sound P-256 key, published with something that makes it unfit. */
export function ecKey(more: object, exportPrivate = false): WeakKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...exported(exportPrivate ? privateKey : publicKey), ...more }
  return toWeakKey(jwk, 'weak', (input) =>
    sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  )
}

/**
 * With the exponent 1 the padded hash is its own signature: whoever knows the public key can sign.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8017#section-9.2 RFC 8017, section 9.2}
 */
export function rsaKeyWithoutSecret(): WeakKey {
  const jwk = { ...exported(rsaPair(2048, 65_537).publicKey), e: 'AQ' }
  return toWeakKey(jwk, 'weak', (input) => {
    const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')
    const tail = Buffer.concat([Buffer.of(0), digestInfo, createHash('sha256').update(input).digest()])
    return Buffer.concat([Buffer.of(0, 1), Buffer.alloc(256 - 2 - tail.length, 0xff), tail])
  })
}
