import type { CompactJws } from './compact-jws.ts'
import type { JsonWebKey } from './key-set-options.ts'
import type { SignatureAlgorithm } from './token-profile-options.ts'
import type { KeyMaterial, VerificationKey } from './verification-key.ts'

/** Imports a public key for one algorithm; rejects for a key that the cryptography refuses, such as a bad curve point. */
export async function importKey(jwk: JsonWebKey, algorithm: SignatureAlgorithm): Promise<KeyMaterial> {
  return await crypto.subtle.importKey('jwk', publicPart(jwk), parametersOf(algorithm), false, ['verify'])
}

/** Imports a shared secret, of which it holds a copy, for one algorithm. */
export async function importSecret(secret: Uint8Array, algorithm: SignatureAlgorithm): Promise<KeyMaterial> {
  const bytes = secret as Uint8Array<ArrayBuffer>
  return await crypto.subtle.importKey('raw', bytes, parametersOf(algorithm), false, ['verify'])
}

/** Only what makes the key; what else was published with it has been judged before. */
function publicPart({ kty, n, e, crv, x, y }: JsonWebKey): object {
  return kty === 'RSA' ? { kty, n, e } : kty === 'EC' ? { kty, crv, x, y } : { kty, crv, x }
}

/** Never: WebCrypto has promises only. */
export function verifiesAtOnce(): boolean {
  return false
}

/** There for the other runtimes; never asked here, and never a yes. */
export function verifySignatureAtOnce(_jws: CompactJws, _key: VerificationKey): boolean {
  return false
}

/** Whether the signature is this key's. A failure of the cryptography itself rejects: that is no verdict on the token. */
export async function verifySignature(jws: CompactJws, key: VerificationKey): Promise<boolean> {
  const parameters = parametersOf(key.algorithm)
  const data = new TextEncoder().encode(jws.text.slice(0, jws.signingInputEnd))
  return await crypto.subtle.verify(parameters, key.material as CryptoKey, jws.signature, data)
}

type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** What one algorithm of RFC 7518 section 3 or RFC 8037 is called by WebCrypto. */
function parametersOf(algorithm: SignatureAlgorithm): {
  readonly name: string
  readonly hash: string
  readonly saltLength: number
  readonly namedCurve: string
} {
  const bits = Number(algorithm.slice(2))
  return {
    name: NAMES[algorithm.slice(0, 2)] ?? 'Ed25519',
    hash: `SHA-${bits}`,
    saltLength: bits / 8,
    namedCurve: bits === 512 ? 'P-521' : `P-${bits}`,
  }
}

const NAMES: Readonly<Record<string, string>> = {
  RS: 'RSASSA-PKCS1-v1_5',
  PS: 'RSA-PSS',
  ES: 'ECDSA',
  HS: 'HMAC',
}
