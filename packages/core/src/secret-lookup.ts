import { createCachedLookup } from './cached-lookup.ts'
import type { CompactJws } from './compact-jws.ts'
import { KeySetUnavailableError } from './errors.ts'
import { importSecrets } from './key-ring.ts'
import type { KeySource } from './key-source.ts'
import { own } from './own.ts'
import { toMilliseconds } from './source-options.ts'
import type { SignatureAlgorithm } from './token-profile-options.ts'
import type { SecretLookup, Secrets } from './token-source-options.ts'
import { type VerificationKey, weaknessOfSecret } from './verification-key.ts'

const MAX_KEY_ID_LENGTH = 256
const DEFAULT_MAX_AGE = 60
const DEFAULT_MAX_ENTRIES = 10_000

/**
 * Keys that are shared secrets, found by a key id that the token names before it is trusted. The token chooses which secret
 * is tried and nothing else: a secret is only ever taken from the store.
 */
export function createSecretLookup(
  options: SecretLookup,
  algorithms: readonly SignatureAlgorithm[],
  now: () => number,
): KeySource {
  const { by, find, maxAge = DEFAULT_MAX_AGE, maxEntries = DEFAULT_MAX_ENTRIES } = options
  const limits = toMilliseconds({ ...options, maxAge })
  const lookup = createCachedLookup<readonly VerificationKey[]>({
    load: async (keyId) => await toKeys(keyId, await find(keyId), algorithms),
    ...limits,
    maxEntries,
    now,
  })
  const get = async (keyId: string): Promise<readonly VerificationKey[]> => {
    try {
      return await lookup.get(keyId)
    } catch (error) {
      throw new KeySetUnavailableError('the secret could not be looked up', { cause: error })
    }
  }
  return Object.freeze({
    peek: (key: VerificationKey) => lookup.peek(key.kid as string)?.some((held) => isSame(held, key)),
    trusts: async (key: VerificationKey) => (await get(key.kid as string)).some((held) => isSame(held, key)),
    candidates: async (jws: CompactJws) => {
      const keyId = readKeyId(jws, by)
      if (keyId === undefined) return []
      return (await get(keyId)).filter(({ algorithm }) => algorithm === jws.algorithm)
    },
    ready: async () => {},
  })
}

/** Only text of sane length; what it means is for the store to say. */
function readKeyId({ kid, payload }: CompactJws, by: SecretLookup['by']): string | undefined {
  const value = by === 'kid' ? kid : own(payload, by.claim)
  return typeof value === 'string' && value !== '' && value.length <= MAX_KEY_ID_LENGTH ? value : undefined
}

async function toKeys(
  keyId: string,
  secrets: Secrets | undefined,
  algorithms: readonly SignatureAlgorithm[],
): Promise<readonly VerificationKey[]> {
  if (secrets === undefined) return []
  const found = listSecrets(secrets)
  for (const secret of found) {
    const weakness = weaknessOfSecret(secret, algorithms)
    if (weakness) throw new KeySetUnavailableError(`a secret that was found ${weakness}`)
  }
  return await importSecrets(found, algorithms, keyId)
}

/** One secret or several, as bytes that are nobody else's. */
export function listSecrets(secrets: Secrets): readonly Uint8Array[] {
  const list = typeof secrets === 'string' || secrets instanceof Uint8Array ? [secrets] : secrets
  return list.map(toBytes)
}

function toBytes(secret: string | Uint8Array): Uint8Array {
  if (typeof secret === 'string') return new TextEncoder().encode(secret)
  if (secret instanceof Uint8Array) return Uint8Array.from(secret)
  throw new KeySetUnavailableError('a secret that was found is neither text nor bytes')
}

/** By content: a store gives new bytes for the same secret every time it is asked. */
function isSame(held: VerificationKey, key: VerificationKey): boolean {
  return held.fingerprint === key.fingerprint
}
