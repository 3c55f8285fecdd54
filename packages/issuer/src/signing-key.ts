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
  const { publicJwk, privateJwk } = await generateJwks(algorithm)
  const publicKey = publicJwk ? JSON.stringify({ ...publicJwk, kid: id, alg: algorithm, use: 'sig' }) : ''
  const record = { id, owner, algorithm, publicKey }
  return Object.freeze({
    ...record,
    state,
    privateKey: vault.seal(JSON.stringify(privateJwk), contextOf(record)),
    createdAt: now,
    activatedAt: state === 'current' ? now : null,
    keepUntil: null,
  })
}

/** What the private part is bound to: nobody who can write to the store can publish a public key of his own with it. */
function contextOf(record: Pick<SigningKeyRecord, 'id' | 'owner' | 'algorithm' | 'publicKey'>): string {
  return JSON.stringify([record.id, record.owner, record.algorithm, record.publicKey])
}

async function generateJwks(
  algorithm: SigningAlgorithm,
): Promise<{ readonly publicJwk: JWK | undefined; readonly privateJwk: JWK }> {
  if (algorithm === 'HS256') {
    const secret = await generateSecret(algorithm, { extractable: true })
    return { publicJwk: undefined, privateJwk: await exportJWK(secret) }
  }
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return { publicJwk: await exportJWK(publicKey), privateJwk: await exportJWK(privateKey) }
}

/** The private JWK of a key at rest. */
export function openPrivateJwk(record: SigningKeyRecord, vault: KeyVault): JWK {
  return JSON.parse(vault.open(record.privateKey, contextOf(record))) as JWK
}

/** Makes a key at rest ready to sign. */
export async function openSigningKey(record: SigningKeyRecord, vault: KeyVault): Promise<SigningKey> {
  const material = await importJWK(openPrivateJwk(record, vault), record.algorithm)
  return Object.freeze({ id: record.id, algorithm: record.algorithm, material })
}

/** Signs claims as a JWT access token (RFC 9068 section 2.1). */
export async function signAccessToken(key: SigningKey, claims: JWTPayload): Promise<string> {
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: key.algorithm, typ: 'at+jwt', kid: key.id })
    .sign(key.material)
}
