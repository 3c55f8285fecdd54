import type { Client, Instant, IssuerStore } from './store.ts'
import type { Throttle } from './throttle.ts'
import type { TokenMinter } from './token-minter.ts'
import type { OriginSource } from './token-sources.ts'

/** What every token endpoint of an issuer works with: compiled once, no options left. */
export interface Issuance {
  readonly store: IssuerStore
  readonly minter: TokenMinter
  readonly origins: OriginSource
  readonly throttle: Throttle
  /** The first is the default. */
  readonly audiences: readonly string[]
  /** Whether exchanges are on at all. */
  readonly enabled: boolean
  /** Milliseconds, for a dialect that does not say. */
  readonly lifetime: number
  readonly refreshTokens: RefreshTokenPolicy | undefined
  readonly maxBodyBytes: number
  readonly now: () => Instant
  readonly onFault: (error: unknown) => void
}

/** How refresh tokens live. */
interface RefreshTokenPolicy {
  /** Milliseconds, counted anew at each rotation. */
  readonly lifetime: number
  readonly maxLive: number
}

/** What a token is to be good for. */
export interface Grant {
  readonly client: Client
  readonly audience: string
  readonly scopes: readonly string[]
  readonly narrowed: boolean
}

/** A token just issued, before it is put into a reply. */
export interface IssuedToken {
  readonly accessToken: string
  readonly issuedAt: Instant
  readonly expiresAt: Instant
  readonly scopes: readonly string[]
  readonly refreshToken: string | undefined
}
