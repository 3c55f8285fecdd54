import { type CryptoKey, compactVerify, errors, importJWK, type JWK } from 'jose'
import type { CompactJws } from './compact-jws.ts'
import type { JsonWebKey } from './key-set-options.ts'
import type { SignatureAlgorithm } from './token-profile-options.ts'
import type { KeyMaterial, VerificationKey } from './verification-key.ts'

/** Imports a public key for one algorithm; rejects for a key that the cryptography refuses, such as a bad curve point. */
export async function importKey(jwk: JsonWebKey, algorithm: SignatureAlgorithm): Promise<KeyMaterial> {
  return await importJWK(publicPart(jwk), algorithm)
}

/** Only what makes the key; what else was published with it has been judged before. */
function publicPart({ kty, n, e, crv, x, y }: JsonWebKey): JWK {
  return (kty === 'RSA' ? { kty, n, e } : crv === 'Ed25519' ? { kty, crv, x } : { kty, crv, x, y }) as JWK
}

/** Whether the signature is this key's. A failure of the cryptography itself rejects: that is no verdict on the token. */
export async function verifySignature(jws: CompactJws, key: VerificationKey): Promise<boolean> {
  try {
    await compactVerify(jws.text, key.material as CryptoKey | Uint8Array, { algorithms: [key.algorithm] })
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}
