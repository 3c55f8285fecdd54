import { SigningKeyError, StoreUnavailableError } from './errors.ts'
import { createInTurn } from './in-turn.ts'
import type { KeyVault } from './key-vault.ts'
import {
  generateSigningKey,
  openPrivateJwk,
  openSigningKey,
  type SigningAlgorithm,
  type SigningKey,
} from './signing-key.ts'
import type { Instant, IssuerStore, SigningKeyRecord } from './store.ts'
import { withinTime } from './within-time.ts'

/** The keys of one owner as they were read; `at` is when. */
interface KeyRing {
  readonly at: Instant
  readonly records: readonly SigningKeyRecord[]
  readonly current: SigningKey
}

/** The keys of every owner, remembered for a while. */
export interface KeyRings {
  /** Makes current and next key where there are none, and rotates by age. */
  get(owner: string): Promise<KeyRing>
  /** Lets the next key sign now, and makes a new next one. */
  rotate(owner: string): Promise<void>
  /** Drops a previous key; `false` where there is none of this id. */
  revoke(owner: string, id: string): Promise<boolean>
}

/** Where the keys are and how they live. Times are in milliseconds. */
export interface KeyRingPolicy {
  /** Every call of it must settle: while one has not, nothing else is done with the keys of its owner. */
  readonly store: IssuerStore['signingKeys']
  readonly vault: KeyVault
  /** Of the issuer's keys; those of an account are HS256. */
  readonly algorithm: Exclude<SigningAlgorithm, 'HS256'>
  /** How long a key signs before it is replaced. */
  readonly rotateAfter: number
  /** The longest that a token of an exchange lives. */
  readonly longestLifetime: number
  readonly now: () => Instant
}

/** The owner of the keys in the JWK Set. */
export const ISSUER = ''

/** Another process may have rotated; after this time its keys are seen here too. */
const MAX_AGE = 30_000
/** Verifiers give up after 5 seconds; by then they must have the keys that are known, if there are any. */
const PATIENCE_MS = 3000
const MAX_RINGS = 10_000
const MAX_ATTEMPTS = 3

/**
 * Creates the rings. Nothing is read or made before it is asked for. Of one owner all is done in turn, so that what was read
 * before a key was revoked is never remembered after it.
 */
export function createKeyRings(policy: KeyRingPolicy): KeyRings {
  const { store, now } = policy
  const rings = new Map<string, KeyRing>()
  const loading = new Map<string, Promise<KeyRing>>()
  const inTurn = createInTurn()
  const load = async (owner: string): Promise<KeyRing> => {
    const ring = await rotateByAge(policy, owner, await readRing(policy, owner))
    remember(rings, owner, ring)
    return ring
  }
  const loadOnce = async (owner: string): Promise<KeyRing> => {
    const running =
      loading.get(owner) ?? inTurn(owner, async () => await load(owner)).finally(() => loading.delete(owner))
    loading.set(owner, running)
    return await running
  }
  const get = async (owner: string): Promise<KeyRing> => {
    const known = rings.get(owner)
    if (known && Math.abs(now() - known.at) < MAX_AGE) return known
    try {
      return await (known ? withinTime(async () => await loadOnce(owner), PATIENCE_MS) : loadOnce(owner))
    } catch (error) {
      // Verifiers need the key set also while the store is down.
      const last = rings.get(owner)
      if (last && error instanceof StoreUnavailableError) return last
      throw error
    }
  }
  const rotate = async (owner: string): Promise<void> => {
    await inTurn(owner, async () => {
      await advance(policy, owner, await readRing(policy, owner))
      await load(owner)
    })
  }
  const revoke = async (owner: string, id: string): Promise<boolean> =>
    await inTurn(owner, async () => {
      const isRemoved = await store.remove(owner, id)
      if (isRemoved) forget(rings, owner, id)
      return isRemoved
    })
  return Object.freeze({ get, rotate, revoke })
}

async function readRing(policy: KeyRingPolicy, owner: string): Promise<KeyRing> {
  const { vault, now } = policy
  const records = await withoutSpent(policy, owner, await complete(policy, owner))
  // Also those that are only published: a record that cannot be opened was not made here.
  for (const record of records) openPrivateJwk(record, vault)
  const current = records.find(({ state }) => state === 'current') as SigningKeyRecord
  return Object.freeze({ at: now(), records, current: await openSigningKey(current, vault) })
}

/** The records of an owner, with a current and a next key made where they are missing; of several who try, one does. */
async function complete(policy: KeyRingPolicy, owner: string): Promise<readonly SigningKeyRecord[]> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const records = await policy.store.list(owner)
    const states = records.map(({ state }) => state)
    if (states.includes('current') && states.includes('next')) return records
    const made = [await generate(policy, owner, 'current'), await generate(policy, owner, 'next')]
    await policy.store.insert(made)
  }
  throw new SigningKeyError('the store does not keep the signing keys')
}

async function withoutSpent(
  { store, now }: KeyRingPolicy,
  owner: string,
  records: readonly SigningKeyRecord[],
): Promise<readonly SigningKeyRecord[]> {
  if (!records.some(({ keepUntil }) => keepUntil !== null && keepUntil <= now())) return records
  await store.prune(owner, now())
  return await store.list(owner)
}

async function rotateByAge(policy: KeyRingPolicy, owner: string, ring: KeyRing): Promise<KeyRing> {
  const age = Math.abs(policy.now() - signingSince(policy, ring))
  if (age < policy.rotateAfter) return ring
  await advance(policy, owner, ring)
  return await readRing(policy, owner)
}

/**
 * When the key began to sign. A time that lies ahead was written by a clock that is wrong, here or elsewhere; then the key
 * counts from when it was made. Were it replaced at once, two clocks that differ would replace each other's keys for ever.
 */
function signingSince({ now }: KeyRingPolicy, { records, current }: KeyRing): Instant {
  const { activatedAt, createdAt } = records.find(({ id }) => id === current.id) as SigningKeyRecord
  return activatedAt !== null && activatedAt <= now() ? activatedAt : createdAt
}

/** Does nothing where another process was quicker. */
async function advance(policy: KeyRingPolicy, owner: string, { current }: KeyRing): Promise<void> {
  const { store, now, longestLifetime } = policy
  // Also what other processes go on signing until they see that this key is no longer current.
  const keepUntil = now() + longestLifetime + 2 * MAX_AGE
  await store.rotate(owner, current.id, await generate(policy, owner, 'next'), now(), keepUntil)
}

async function generate(
  { algorithm, vault, now }: KeyRingPolicy,
  owner: string,
  state: 'current' | 'next',
): Promise<SigningKeyRecord> {
  return await generateSigningKey(owner, owner === ISSUER ? algorithm : 'HS256', state, vault, now())
}

function remember(rings: Map<string, KeyRing>, owner: string, ring: KeyRing): void {
  const [oldest] = rings.keys()
  if (rings.size >= MAX_RINGS && oldest !== undefined) rings.delete(oldest)
  rings.set(owner, ring)
}

/** Where another process has rotated, the key may be the one that signs here: then nothing of the ring is of use. */
function forget(rings: Map<string, KeyRing>, owner: string, id: string): void {
  const ring = rings.get(owner)
  if (ring === undefined) return
  if (ring.current.id === id) rings.delete(owner)
  else rings.set(owner, Object.freeze({ ...ring, records: ring.records.filter((key) => key.id !== id) }))
}
