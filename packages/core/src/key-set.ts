import { createSingleFlight } from '#single-flight'
import { ConfigurationError, KeySetUnavailableError } from './errors.ts'
import { importKeyRing, type KeyRing } from './key-ring.ts'
import type { JsonWebKey, KeySetPolicy } from './key-set-options.ts'
import { ignoreRejection } from './stray-promise.ts'
import type { SignatureAlgorithm } from './token-profile-options.ts'

/** Keeps work alive after the response where the platform would stop it. */
export type WaitUntil = ((work: Promise<unknown>) => void) | undefined

/** Where a profile's keys come from. An outage is a {@link KeySetUnavailableError}, never a verdict on a token. */
export interface KeySet {
  /** The ring to use right now, or `undefined` where something is to be fetched first (then ask {@link KeySet.current}). */
  peek(): KeyRing | undefined
  /** The ring to use, waiting for a fetch only where there is nothing good to serve meanwhile. */
  current(waitUntil?: WaitUntil): Promise<KeyRing>
  /** The ring after the one fetch an unknown `kid` may cause; the same ring while the cool-down lasts. */
  refreshed(waitUntil?: WaitUntil): Promise<KeyRing>
  /** Resolves once there are keys and a fetch was tried. Rejects where there are none, or where fetching can never succeed. */
  ready(): Promise<void>
}

/** A key set that is given once and for all. */
export function createLocalKeySet(load: () => Promise<KeyRing>): KeySet {
  const loading = createSingleFlight<'ring', KeyRing>()
  let ring: KeyRing | undefined
  const current = async (): Promise<KeyRing> => {
    ring ??= await loading.run('ring', load)
    return ring
  }
  return Object.freeze({
    peek: () => ring,
    current,
    refreshed: current,
    ready: async () => void (await current()),
  })
}

/** What a remote key set is made of. `fetchKeys` gives the keys of a JWK Set or rejects. */
export interface RemoteKeySetOptions {
  readonly fetchKeys: () => Promise<readonly JsonWebKey[]>
  readonly algorithms: readonly SignatureAlgorithm[]
  readonly policy: KeySetPolicy
  /** Keys to serve before the first fetch has succeeded. */
  readonly initialKeys: readonly JsonWebKey[] | undefined
  readonly now: () => number
}

const REFRESH_AHEAD = 0.8
const NEVER = Number.NEGATIVE_INFINITY

interface State {
  ring: KeyRing | undefined
  /** When the ring was fetched. */
  fetchedAt: number
  /** When the latest fetch ended, well or not. */
  attemptedAt: number
  failure: KeySetUnavailableError | undefined
  /** How many fetches were begun, and which of them was the latest to be heard of. */
  begun: number
  heard: number
}

/**
 * A key set that is fetched, cached and kept fresh: one fetch at a time, ahead of expiry and off the request path; while
 * fetching fails the last good set serves for a stated time; an unknown `kid` causes at most one fetch per cool-down, and
 * no answer about a `kid` is ever remembered, so that no flood of bogus ones can be held against a real one.
 */
export function createRemoteKeySet(options: RemoteKeySetOptions): KeySet {
  const { policy, now } = options
  const fetches = createSingleFlight<'keys', void>()
  const state = initialState()
  const initial = initialRing(options)

  // A clock that was set back must neither freeze the set nor forbid fetching: only the distance counts. A broken one gives
  // not-a-number, which is neither fresh nor due.
  const since = (time: number): number => Math.abs(now() - time)
  const age = (): number => since(state.fetchedAt)
  const isDue = (): boolean => age() >= policy.maxAge * 1000 * REFRESH_AHEAD
  const mayFetch = (cooldown: number): boolean => {
    const pause = state.failure === undefined ? cooldown : policy.retryAfter
    return !fetches.has('keys') && since(state.attemptedAt) >= pause * 1000
  }
  const servable = (): KeyRing | undefined => {
    const grace = state.failure === undefined ? 0 : policy.staleIfError
    return age() < (policy.maxAge + grace) * 1000 ? state.ring : undefined
  }

  const fetchOnce = async (cooldown: number, waitUntil: WaitUntil): Promise<void> => {
    if (!fetches.has('keys') && !mayFetch(cooldown)) return
    await fetches.run('keys', async () => {
      const work = fetchRing(options, state)
      keepAlive(work, waitUntil)
      await work
    })
  }
  const adoptInitial = async (): Promise<void> => {
    if (initial === undefined || state.ring !== undefined) return
    const ring = await initial.current()
    // Another request may have fetched meanwhile.
    state.ring ?? adopt(state, ring, now() - policy.maxAge * 1000 * REFRESH_AHEAD)
  }

  const current = async (waitUntil?: WaitUntil): Promise<KeyRing> => {
    await adoptInitial()
    if (servable() === undefined) await (isDue() ? fetchOnce(0, waitUntil) : undefined)
    else if (isDue() && mayFetch(0)) ignoreRejection(fetchOnce(0, waitUntil))
    return servable() ?? unavailable(state)
  }

  return Object.freeze({
    peek: () => (isDue() && mayFetch(0) ? undefined : servable()),
    current,
    refreshed: async (waitUntil?: WaitUntil) => {
      await fetchOnce(policy.cooldown, waitUntil)
      return state.failure === undefined ? (servable() ?? unavailable(state)) : unavailable(state)
    },
    ready: async () => {
      await current()
      // Keys that were given serve without one fetch, but say nothing of whether there will ever be others.
      if (state.heard === 0 || state.failure) await fetchOnce(0, undefined)
      if (state.failure?.cause instanceof ConfigurationError) unavailable(state)
    },
  })
}

function initialState(): State {
  return {
    ring: undefined,
    fetchedAt: NEVER,
    attemptedAt: NEVER,
    failure: undefined,
    begun: 0,
    heard: 0,
  }
}

function initialRing({ initialKeys, algorithms }: RemoteKeySetOptions): KeySet | undefined {
  return initialKeys && createLocalKeySet(async () => await importKeyRing(initialKeys, algorithms))
}

/** Whatever the platform makes of it: the keys at hand are good, and so is the request. */
function keepAlive(work: Promise<unknown>, waitUntil: WaitUntil): void {
  try {
    ignoreRejection(waitUntil?.(work))
  } catch {
    // then the work goes on for as long as it is let
  }
}

/**
 * Never rejects: what went wrong is kept in the state, for whoever needs the keys. Where fetches overlap, one that was begun
 * before the latest to be heard of says nothing any more: it could bring a withdrawn key back.
 */
async function fetchRing(
  { fetchKeys, algorithms, policy, now }: RemoteKeySetOptions,
  state: State,
): Promise<void> {
  const turn = ++state.begun
  const result = await attempt(async () => {
    const jwks = (await fetchKeys()).slice(0, policy.maxKeys)
    return await importKeyRing(jwks, algorithms, state.ring)
  })
  if (turn < state.heard) return
  state.heard = turn
  state.attemptedAt = timestamp(now())
  state.failure = result instanceof KeySetUnavailableError ? result : undefined
  if (!(result instanceof KeySetUnavailableError)) adopt(state, result, now())
}

async function attempt(work: () => Promise<KeyRing>): Promise<KeyRing | KeySetUnavailableError> {
  try {
    return await work()
  } catch (error) {
    return toUnavailable(error)
  }
}

function adopt(state: State, ring: KeyRing, fetchedAt: number): void {
  state.ring = ring
  state.fetchedAt = timestamp(fetchedAt)
}

/** What is remembered of a broken clock must not outlive its repair. */
function timestamp(time: number): number {
  return Number.isNaN(time) ? NEVER : time
}

function unavailable(state: State): never {
  throw state.failure ?? new KeySetUnavailableError('the key set has not been fetched yet')
}

function toUnavailable(error: unknown): KeySetUnavailableError {
  if (error instanceof KeySetUnavailableError) return error
  return new KeySetUnavailableError('the key set could not be fetched', { cause: error })
}
