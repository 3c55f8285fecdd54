import type { JsonWebKeySet } from '@scopegate/core'

/** What the Worker is configured with. Of the last three give one; without any, the keys are found by discovery. */
export interface Bindings {
  readonly ISSUER: string
  readonly AUDIENCE: string
  /** Where the issuer's JWK Set is. It is fetched by the first request and kept fresh behind later ones. */
  readonly JWKS_URL?: string
  /** The JWK Set itself, public parts only. Nothing is fetched. */
  readonly JWKS?: JsonWebKeySet
  /** A secret shared with the issuer, for HS256: at least 32 bytes. A secret binding, never a variable. */
  readonly TOKEN_SECRET?: string
}
