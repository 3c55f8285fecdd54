import { importKey, importSecret } from '#signature'
import { keyOf } from './key-of.ts'
import type { JsonWebKey } from './key-set-options.ts'
import type { SignatureAlgorithm } from './token-profile-options.ts'
import { algorithmsOf, type VerificationKey, weaknessOf } from './verification-key.ts'

/** The usable keys of one key set at one time. Replaced as a whole, so that a withdrawn key is gone with the next set. */
export interface KeyRing {
  readonly keys: readonly VerificationKey[]
  /** The keys that may have made a signature: by algorithm, and by `kid` where the token names one. */
  select(kid: string | undefined, algorithm: string): readonly VerificationKey[]
  /** Whether a token that names this `kid` (or none) can be judged by this ring as it is. */
  knows(kid: string | undefined): boolean
  has(key: VerificationKey): boolean
}

/** Of shared secrets, each for each algorithm of the profile; a secret has no `kid`, so a token's is not looked at. */
export async function importSecretRing(
  secrets: readonly Uint8Array[],
  algorithms: readonly SignatureAlgorithm[],
): Promise<KeyRing> {
  return createKeyRing(await importSecrets(secrets, algorithms, undefined), () => true)
}

/**
 * Each secret for each algorithm, in this order. Only equal secrets have one fingerprint, which is a digest: where keys are
 * looked at or compared there is no secret.
 */
export async function importSecrets(
  secrets: readonly Uint8Array[],
  algorithms: readonly SignatureAlgorithm[],
  kid: string | undefined,
): Promise<readonly VerificationKey[]> {
  const importing = secrets.flatMap((secret) =>
    algorithms.map(async (algorithm) => {
      const [material, digest] = await Promise.all([importSecret(secret, algorithm), digestOf(secret)])
      return Object.freeze({ kid, algorithm, fingerprint: `${algorithm} ${digest}`, material })
    }),
  )
  return await Promise.all(importing)
}

async function digestOf(secret: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', secret as Uint8Array<ArrayBuffer>)).join()
}

function createKeyRing(
  keys: readonly VerificationKey[],
  matches: (key: VerificationKey, kid: string) => boolean,
): KeyRing {
  const held = new Set(keys)
  return Object.freeze({
    keys,
    select: (kid: string | undefined, algorithm: string) =>
      keys.filter((key) => key.algorithm === algorithm && (kid === undefined || matches(key, kid))),
    knows: (kid: string | undefined) => kid === undefined || keys.some((key) => matches(key, kid)),
    has: (key: VerificationKey) => held.has(key),
  })
}

/**
 * Imports what is usable of a key set and leaves out what is not: one broken, weak or foreign entry never denies the good
 * ones. Keys that `previous` already holds are taken over as they are.
 */
export async function importKeyRing(
  jwks: readonly JsonWebKey[],
  algorithms: readonly SignatureAlgorithm[],
  previous?: KeyRing,
): Promise<KeyRing> {
  const known = new Map(previous?.keys.map((key) => [key.fingerprint, key]))
  const wanted = jwks
    .filter((jwk) => weaknessOf(jwk) === undefined)
    .flatMap((jwk) =>
      algorithmsOf(jwk, algorithms).map((algorithm) => ({
        jwk,
        algorithm,
        fingerprint: fingerprint(jwk, algorithm),
      })),
    )
  const unique = new Map(wanted.map((entry) => [entry.fingerprint, entry]))
  const keys = await Promise.all(
    Array.from(unique.values(), ({ jwk, algorithm, fingerprint }) => {
      return known.get(fingerprint) ?? tryImport(jwk, algorithm, fingerprint)
    }),
  )
  return createKeyRing(
    keys.filter((key) => key !== undefined),
    (key, kid) => key.kid === kid,
  )
}

async function tryImport(
  jwk: JsonWebKey,
  algorithm: SignatureAlgorithm,
  fingerprint: string,
): Promise<VerificationKey | undefined> {
  try {
    const material = await importKey(jwk, algorithm)
    return Object.freeze({ kid: jwk.kid as string | undefined, algorithm, fingerprint, material })
  } catch {
    return undefined
  }
}

/** Of the public parameters only (RFC 7638 section 3.2), plus what binds them here; each is text, or makes no key. */
function fingerprint(jwk: JsonWebKey, algorithm: SignatureAlgorithm): string {
  const parameters = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid'].map((name) => {
    const value = jwk[name]
    return typeof value === 'string' ? value : null
  })
  return keyOf([algorithm, ...parameters])
}
