import type { CacheItem } from './bounded-cache.ts'
import type { Credential } from './credential.ts'
import type { DenialReason } from './denial-reason.ts'
import { KeySetUnavailableError } from './errors.ts'
import type { ScopeHolder } from './scope.ts'
import type { TokenProfile } from './token-profile.ts'
import type { VerificationKey } from './verification-key.ts'

/**
 * A verified access token, as handlers receive it. Frozen through and through. Every text in it comes from the issuer, not
 * from us: escape it like any other input.
 */
export interface AccessToken {
  /** All claims, as the issuer signed them. */
  readonly claims: Readonly<Record<string, unknown>>
  /** What the token was granted; empty if it says nothing. */
  readonly scopes: readonly string[]
  /** The client that was issued the token (RFC 9068 section 2.2). */
  readonly clientId: string | undefined
  /** `sub` (RFC 7519 section 4.1.2). */
  readonly subject: string | undefined
  /** The tenant that owns the credential. */
  readonly account: string | undefined
  /** The kind its profile gives it, as rules name it in `tokens`. */
  readonly kind: string | undefined
  /** `iss`, which its profile has checked (unless it gave the check up). */
  readonly issuer: string | undefined
  /** The name of the profile that recognised and verified it. */
  readonly profile: string
  /** When it expires, in seconds since 1970 (`exp`); `undefined` only where its profile lets `exp` be left out. */
  readonly expiresAt: number | undefined
  /** The token text. Not enumerable, so that logging or serialising the object does not give it away. */
  readonly token: string
}

/**
 * A token whose signature and claims were verified, with what must be judged again at every use. What every hit reads comes
 * first, and times are in seconds, which V8 keeps in the object itself: a hit is a few trips to main memory and little else.
 */
export interface VerifiedToken extends CacheItem {
  /** The header value it came in when it was verified: where the same comes again, nothing of it need be taken apart. */
  readonly value: string
  /** Seconds since 1970, the profile's clock tolerance taken in. */
  readonly notBefore: number
  readonly notAfter: number
  readonly key: VerificationKey
  readonly profile: TokenProfile
  readonly scopes: ScopeHolder
  readonly accessToken: AccessToken
}

/** A token that is none, or no longer: why, and which profile it was for, if that could be told. */
export interface Refusal {
  readonly refused: DenialReason
  readonly profile: TokenProfile | undefined
}

/** A token is refused; `profile` is the one it was for, if that could be told. */
export function refuse(refused: DenialReason, profile?: TokenProfile): Refusal {
  return { refused, profile }
}

/** An outage of the keys is a reason to refuse, and no verdict on the token. Anything else goes on being thrown. */
export function refuseInOutage(error: unknown, profile: TokenProfile | undefined): Refusal {
  if (error instanceof KeySetUnavailableError) return refuse('key_set_unavailable', profile)
  throw error
}

/** Tells a refusal from a token. */
export function isRefusal(result: object): result is Refusal {
  return 'refused' in result
}

/** Tells a verified token from a credential that it is yet to be seen what it is worth. */
export function isVerified(presented: VerifiedToken | Credential): presented is VerifiedToken {
  return presented.accessToken !== undefined
}

/** What the token was verified from. */
export function credentialOf({ value, profile, accessToken }: VerifiedToken): Credential {
  return { text: accessToken.token, header: profile.header, value, accessToken: undefined }
}
