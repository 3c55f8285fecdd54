import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  generateSecret,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'
import type { KeyVault } from './key-vault.ts'
import { generateId } from './secret.ts'
import type { Instant, SigningKeyRecord } from './store.ts'

/** The algorithms tokens can be signed with; HS256 only with an account's own secret. */
export type SigningAlgorithm = 'ES256' | 'RS256' | 'EdDSA' | 'HS256'

/** A key that is ready to sign. */
export interface SigningKey {
  readonly id: string
  readonly algorithm: string
  readonly material: CryptoKey | Uint8Array
}

/** Generates a key and seals its private part. */
export async function generateSigningKey(
  owner: string,
  algorithm: SigningAlgorithm,
  state: 'current' | 'next',
  vault: KeyVault,
  now: Instant,
): Promise<SigningKeyRecord> {
  const id = generateId()
  const { publicKey, privateKey } = await generateJwks(algorithm)
  const published = publicKey && JSON.stringify({ ...publicKey, kid: id, alg: algorithm, use: 'sig' })
  return Object.freeze({
    id,
    owner,
    algorithm,
    state,
    publicKey: published ?? '',
    privateKey: vault.seal(JSON.stringify(privateKey), id),
    createdAt: now,
    activatedAt: state === 'current' ? now : null,
    keepUntil: null,
  })
}

async function generateJwks(
  algorithm: SigningAlgorithm,
): Promise<{ readonly publicKey: JWK | undefined; readonly privateKey: JWK }> {
  if (algorithm === 'HS256') {
    const secret = await generateSecret(algorithm, { extractable: true })
    return { publicKey: undefined, privateKey: await exportJWK(secret) }
  }
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return { publicKey: await exportJWK(publicKey), privateKey: await exportJWK(privateKey) }
}

/** Opens a key at rest. */
export async function openSigningKey(record: SigningKeyRecord, vault: KeyVault): Promise<SigningKey> {
  const jwk = JSON.parse(vault.open(record.privateKey, record.id)) as JWK
  const material = await importJWK(jwk, record.algorithm)
  return Object.freeze({ id: record.id, algorithm: record.algorithm, material })
}

/** The secret of a key at rest that is one. */
export function openSecret(record: SigningKeyRecord, vault: KeyVault): Uint8Array {
  const { k } = JSON.parse(vault.open(record.privateKey, record.id)) as { readonly k: string }
  return new Uint8Array(Buffer.from(k, 'base64url'))
}

/** Signs claims as a JWT access token (RFC 9068 section 2.1). */
export async function signAccessToken(key: SigningKey, claims: JWTPayload): Promise<string> {
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: key.algorithm, typ: 'at+jwt', kid: key.id })
    .sign(key.material)
}
