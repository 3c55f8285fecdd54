import type { JsonWebKeySet, KeySetOptions } from './key-set-options.ts'
import type { SecretLookup, Secrets } from './token-source-options.ts'

/** Keys that are found by the issuer's discovery document. */
export interface KeyDiscovery {
  readonly jwksUri?: never
  readonly keys?: never
  readonly secret?: never
  /** A key set to begin with, while the first fetch is still on its way. Default: the first request waits for it. */
  readonly initialKeys?: JsonWebKeySet
  /** How the fetched key set is kept fresh. Default: see {@link KeySetOptions}. */
  readonly keySet?: KeySetOptions
}

interface RemoteKeys {
  /** Where the JWK Set is; https unless on loopback. Spares the discovery. */
  readonly jwksUri: string
  readonly keys?: never
  readonly secret?: never
  /** A key set to begin with, while the first fetch is still on its way. Default: the first request waits for it. */
  readonly initialKeys?: JsonWebKeySet
  /** How the fetched key set is kept fresh. Default: see {@link KeySetOptions}. */
  readonly keySet?: KeySetOptions
}

interface GivenKeys extends NothingFetched {
  /** The keys themselves, public parts only; nothing is fetched. */
  readonly keys: JsonWebKeySet
  readonly secret?: never
}

interface GivenSecret extends NothingFetched {
  /** The shared secret, or several while one replaces another, at least as long as the hash. */
  readonly secret: WithoutFind<Secrets>
  readonly keys?: never
}

/** Arrays and bytes have a `find` too, beside which a lookup's own could not tell what its parameter is. */
type WithoutFind<T> = T extends string ? T : Omit<T, 'find'>

/** A secret that is found by something the token says of itself. */
export interface FoundSecret extends NothingFetched {
  /** How to find it. */
  readonly secret: SecretLookup
  readonly keys?: never
}

interface NothingFetched {
  readonly jwksUri?: never
  readonly initialKeys?: never
  readonly keySet?: never
}

/** Where keys come from, if not by discovery: exactly one of these. */
export type KeyOrigin = RemoteKeys | GivenKeys | GivenSecret | FoundSecret
