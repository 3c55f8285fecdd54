import type { AuthorizationDecision, JsonWebKeySet, ResourceRequest } from '@scopegate/core'

/** What the API of a case is made of, as it is told to the runtime. */
export interface Setup {
  readonly issuer: string
  readonly audience: string
  readonly jwks: JsonWebKeySet
  /** Where the clock stands. */
  readonly time: number
}

/** A request that is to be decided by core alone. */
export interface DecisionOrder extends Setup {
  readonly request: ResourceRequest
}

/** The decision cold, warm, and from caches alone where it can be had from them. */
export interface Decisions {
  readonly cold: AuthorizationDecision
  readonly warm: AuthorizationDecision
  readonly now: AuthorizationDecision | null
}

/** A request that the client is to send. */
export interface CallOrder {
  readonly tokenEndpoint: string
  readonly api: string
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** A token that the client is to mint. */
export interface MintOrder {
  readonly secret: string
  readonly claims: Readonly<Record<string, unknown>>
}

/** Where orders come in, beside the API and outside of its gate. */
export const CONTROL_PATH = '/.control/'
