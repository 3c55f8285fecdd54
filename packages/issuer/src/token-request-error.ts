import type { TokenErrorReason } from './dialect-options.ts'

/** Ends a token request; the endpoint turns it into the dialect's answer. Never leaves the issuer. */
export class TokenRequestError extends Error {
  readonly reason: TokenErrorReason
  /** Seconds after which trying again may help. */
  readonly retryAfter: number | undefined

  constructor(reason: TokenErrorReason, retryAfter?: number) {
    super(reason)
    this.reason = reason
    this.retryAfter = retryAfter
  }
}
