import type { DenialReason } from '@scopegate/core'
import type { MintOptions } from '@scopegate/core/testing'

/** What a case says of the answer. */
export interface Expected {
  /** `allowed`: the gate lets it through, and the framework answers 200 by its handler or 404 where it has none. */
  readonly verdict: 'allowed' | 'denied' | 'preflight'
  readonly status?: number
  readonly reason?: DenialReason
  readonly error?: string
  /** The exact `WWW-Authenticate`; `null`: there must be none. */
  readonly challenge?: string | null
  /** Headers that must be there, exactly; `null`: must not be there. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** Of an allowed request: the handlers that may have run, one per framework where they differ; default any or none. */
  readonly handler?: string
  /** The HTTP parser in front of the gate may refuse it first: then any 4xx without a handler will do on a socket. */
  readonly refusedEarlier?: boolean
}

/** One row: a request and its answer. */
export interface Case {
  readonly name: string
  readonly method?: string
  readonly target: string
  /** Sent as a bearer token, minted for the case; a text is sent as it is. */
  readonly token?: MintOptions | string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly expected: Expected
}

export const REALM = 'Bearer realm="api"'
export const INVALID_TOKEN = `${REALM}, error="invalid_token", error_description="The access token is not valid for this API"`

/** A plain token with these scopes. */
export function holding(scope: string, claims: Record<string, unknown> = {}): MintOptions {
  return { scope, claims: { type: 'plain', ...claims } }
}

export function allowed(handler?: string): Expected {
  return { verdict: 'allowed', ...(handler === undefined ? {} : { handler }) }
}

export function noCredentials(): Expected {
  return { verdict: 'denied', status: 401, reason: 'no_credentials', error: 'unauthorized', challenge: REALM }
}

export function invalidToken(reason: DenialReason): Expected {
  const challenge =
    reason === 'token_expired'
      ? INVALID_TOKEN.replace(/"[^"]*"$/, '"The access token has expired"')
      : INVALID_TOKEN
  return { verdict: 'denied', status: 401, reason, error: 'invalid_token', challenge }
}

export function malformed(reason: DenialReason, refusedEarlier = false): Expected {
  return { verdict: 'denied', status: 400, reason, error: 'invalid_request', challenge: null, refusedEarlier }
}

export function forbidden(reason: DenialReason): Expected {
  return { verdict: 'denied', status: 403, reason, error: 'access_denied', challenge: null }
}

export function ambiguous(): Expected {
  const challenge = `${REALM}, error="invalid_request", error_description="More than one credential was sent"`
  return {
    verdict: 'denied',
    status: 400,
    reason: 'ambiguous_credentials',
    error: 'invalid_request',
    challenge,
  }
}

export function insufficientScope(scope: string): Expected {
  const description = 'The access token does not have the required scope'
  const challenge = `${REALM}, error="insufficient_scope", error_description="${description}", scope="${scope}"`
  return {
    verdict: 'denied',
    status: 403,
    reason: 'insufficient_scope',
    error: 'insufficient_scope',
    challenge,
  }
}
