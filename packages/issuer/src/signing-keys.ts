import type { JWK } from 'jose'
import { SigningKeyError, StoreUnavailableError } from './errors.ts'
import type { KeyVault } from './key-vault.ts'
import {
  generateSigningKey,
  openPrivateJwk,
  openSigningKey,
  type SigningAlgorithm,
  type SigningKey,
} from './signing-key.ts'
import type { AccountState, Instant, IssuerStore, SigningKeyRecord } from './store.ts'

/** The keys tokens are signed with: of the issuer, and of each account that has its own. */
export interface SigningKeys {
  /** The current key for an account's tokens; made, together with the next, where there is none yet. */
  current(account: AccountState): Promise<SigningKey>
  /** The public keys of the issuer: next, current and previous ones (RFC 7517 section 5). */
  published(): Promise<readonly JWK[]>
  /** The secrets that tokens of an account may be signed with; empty where it has none of its own. */
  secretsOf(account: string): Promise<readonly Uint8Array[]>
  /** Lets the next key sign and makes a new next one. `owner` is an account's id, or empty for the issuer's keys. */
  rotate(owner: string): Promise<void>
}

/** What the keys depend on. Times are in milliseconds. */
export interface SigningKeyPolicy {
  readonly algorithm: Exclude<SigningAlgorithm, 'HS256'>
  /** How long a key signs before it is replaced. */
  readonly rotateAfter: number
  /** The longest that a token of an exchange lives. */
  readonly longestLifetime: number
  readonly now: () => Instant
}

/** The keys of one owner as they were read; `at` is when. */
interface KeyRing {
  readonly at: Instant
  readonly records: readonly SigningKeyRecord[]
  readonly current: SigningKey
}

/** The owner of the keys in the JWK Set. */
export const ISSUER = ''

/** Another process may have rotated; after this time its keys are seen here too. */
const RING_MAX_AGE = 30_000
const MAX_RINGS = 10_000
const MAX_ATTEMPTS = 3

/** Creates the keys over a store. Nothing is read or made before it is asked for. */
export function createSigningKeys(
  store: IssuerStore['signingKeys'],
  vault: KeyVault,
  policy: SigningKeyPolicy,
): SigningKeys {
  const { now, rotateAfter } = policy
  const rings = new Map<string, KeyRing>()
  const loading = new Map<string, Promise<KeyRing>>()

  const load = async (owner: string): Promise<KeyRing> => {
    let ring = await read(owner)
    const signingSince = ring.records.find(({ state }) => state === 'current')?.activatedAt ?? now()
    if (now() - signingSince >= rotateAfter) {
      await advance(owner, ring)
      ring = await read(owner)
    }
    remember(rings, owner, ring)
    return ring
  }
  const read = async (owner: string): Promise<KeyRing> => {
    let records = await store.list(owner)
    for (let attempt = 1; !isComplete(records); attempt++) {
      if (attempt > MAX_ATTEMPTS) throw new SigningKeyError('the store does not keep the signing keys')
      await store.insert([await generate(owner, 'current'), await generate(owner, 'next')])
      records = await store.list(owner)
    }
    if (records.some(({ keepUntil }) => keepUntil !== null && keepUntil <= now())) {
      await store.prune(owner, now())
      records = await store.list(owner)
    }
    // Also those that are only published: a record that cannot be opened was not made here.
    for (const record of records) openPrivateJwk(record, vault)
    const current = records.find(({ state }) => state === 'current') as SigningKeyRecord
    return Object.freeze({ at: now(), records, current: await openSigningKey(current, vault) })
  }
  const generate = async (owner: string, state: 'current' | 'next'): Promise<SigningKeyRecord> =>
    await generateSigningKey(owner, owner === ISSUER ? policy.algorithm : 'HS256', state, vault, now())
  const advance = async (owner: string, { current }: KeyRing): Promise<void> => {
    // Also what other processes go on signing until they see that this key is no longer current.
    const keepUntil = now() + policy.longestLifetime + 2 * RING_MAX_AGE
    await store.rotate(owner, current.id, await generate(owner, 'next'), now(), keepUntil)
  }
  const ringOf = async (owner: string): Promise<KeyRing> => {
    const known = rings.get(owner)
    if (known && Math.abs(now() - known.at) < RING_MAX_AGE) return known
    const running = loading.get(owner) ?? load(owner).finally(() => loading.delete(owner))
    loading.set(owner, running)
    try {
      return await running
    } catch (error) {
      // Verifiers need the key set also while the store is down.
      if (known && error instanceof StoreUnavailableError) return known
      throw error
    }
  }

  return Object.freeze<SigningKeys>({
    current: async ({ id, tokenSigning }) => (await ringOf(tokenSigning === 'account' ? id : ISSUER)).current,
    published: async () =>
      (await ringOf(ISSUER)).records.map(({ publicKey }) => JSON.parse(publicKey) as JWK),
    secretsOf: async (account) => {
      if (account === ISSUER) return []
      return (await store.list(account)).map((record) => secretOf(openPrivateJwk(record, vault)))
    },
    rotate: async (owner) => {
      rings.delete(owner)
      await advance(owner, await ringOf(owner))
      rings.delete(owner)
      await ringOf(owner)
    },
  })
}

function secretOf({ k = '' }: JWK): Uint8Array {
  return new Uint8Array(Buffer.from(k, 'base64url'))
}

function isComplete(records: readonly SigningKeyRecord[]): boolean {
  return records.some(({ state }) => state === 'current') && records.some(({ state }) => state === 'next')
}

function remember(rings: Map<string, KeyRing>, owner: string, ring: KeyRing): void {
  const [oldest] = rings.keys()
  if (rings.size >= MAX_RINGS && oldest !== undefined) rings.delete(oldest)
  rings.set(owner, ring)
}
