import { constants, createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import type { CompactJws } from './compact-jws.ts'
import type { JsonWebKey } from './key-set-options.ts'
import type { SignatureAlgorithm } from './token-profile-options.ts'
import type { KeyMaterial, VerificationKey } from './verification-key.ts'

/** Imports a public key; rejects for a key that the cryptography refuses, such as a bad curve point. */
export async function importKey(jwk: JsonWebKey, _algorithm: SignatureAlgorithm): Promise<KeyMaterial> {
  return createPublicKey({ key: publicPart(jwk), format: 'jwk' })
}

function publicPart({ kty, n, e, crv, x, y }: JsonWebKey): Record<string, unknown> {
  return kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }
}

/** Whether the signature is this key's. A failure of the cryptography itself throws: that is no verdict on the token. */
export function verifySignature(jws: CompactJws, key: VerificationKey): boolean {
  const data = Buffer.from(jws.text.slice(0, jws.signingInputEnd), 'latin1')
  return VERIFIERS[key.algorithm](data, key.material as KeyObject & Uint8Array, jws.signature)
}

type Verify = (data: Buffer, key: KeyObject & Uint8Array, signature: Uint8Array) => boolean

const VERIFIERS: Readonly<Record<SignatureAlgorithm, Verify>> = Object.freeze({
  RS256: rsa('sha256'),
  RS384: rsa('sha384'),
  RS512: rsa('sha512'),
  PS256: rsaPss('sha256'),
  PS384: rsaPss('sha384'),
  PS512: rsaPss('sha512'),
  ES256: ecdsa('sha256', 64),
  ES384: ecdsa('sha384', 96),
  ES512: ecdsa('sha512', 132),
  EdDSA: ed25519,
  Ed25519: ed25519,
  HS256: hmac('sha256'),
  HS384: hmac('sha384'),
  HS512: hmac('sha512'),
})

function rsa(hash: string): Verify {
  return (data, key, signature) => verify(hash, data, key, signature)
}

/** RFC 7518 section 3.5: the salt is as long as the hash. */
function rsaPss(hash: string): Verify {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST
  return (data, key, signature) => verify(hash, data, { key, padding, saltLength }, signature)
}

/** RFC 7518 section 3.4: R and S as they are, each of the curve's length. */
function ecdsa(hash: string, length: number): Verify {
  return (data, key, signature) =>
    signature.length === length && verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

function ed25519(data: Buffer, key: KeyObject, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, data, key, signature)
}

function hmac(hash: string): Verify {
  return (data, secret, signature) => {
    const expected = createHmac(hash, secret).update(data).digest()
    return expected.length === signature.length && timingSafeEqual(expected, signature)
  }
}
