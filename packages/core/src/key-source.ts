import type { CompactJws } from './compact-jws.ts'
import type { KeySet, WaitUntil } from './key-set.ts'
import type { VerificationKey } from './verification-key.ts'

/** What a profile asks its keys: who may have signed this token, and is that key still trusted. */
export interface KeySource {
  /** Whether a key is trusted right now; `undefined` where something is to be fetched first. Starts no work. */
  peek(key: VerificationKey): boolean | undefined
  trusts(key: VerificationKey, waitUntil?: WaitUntil): Promise<boolean>
  /** The only one of {@link KeySource.candidates}; `undefined` where there may be more, or something is to be awaited first. */
  peekSigner?(jws: CompactJws): VerificationKey | undefined
  /** The keys that may have made the signature; none for a key id nobody knows. */
  candidates(jws: CompactJws, waitUntil?: WaitUntil): Promise<readonly VerificationKey[]>
  /** Resolves once there are keys to verify with, as far as that can be told beforehand. */
  ready(): Promise<void>
}

/** The source that a key set is: chosen by `kid` and algorithm, fetched again for a `kid` that it does not know. */
export function fromKeySet(keySet: KeySet): KeySource {
  return Object.freeze({
    peek: (key: VerificationKey) => keySet.peek()?.has(key),
    trusts: async (key: VerificationKey, waitUntil?: WaitUntil) => (await keySet.current(waitUntil)).has(key),
    peekSigner: ({ algorithm, kid }: CompactJws) => {
      const signers = keySet.peek()?.select(kid, algorithm)
      return signers?.length === 1 ? signers[0] : undefined
    },
    candidates: async ({ algorithm, kid }: CompactJws, waitUntil?: WaitUntil) => {
      const ring = await keySet.current(waitUntil)
      return (ring.knows(kid) ? ring : await keySet.refreshed(waitUntil)).select(kid, algorithm)
    },
    ready: keySet.ready,
  })
}
