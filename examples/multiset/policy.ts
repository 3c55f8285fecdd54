import type {
  ErrorRenderer,
  GrantSource,
  OriginSource,
  ResourceServerOptions,
  SecretLookup,
  TokenProfileOptions,
} from '@scopegate/core'
import { ROUTES } from './routes.ts'

/** The `aud` of the tokens. */
export const AUDIENCE = 'https://api.multiset.example'

/** What the policy needs of the system around it. */
export interface MultisetSources {
  /** The `iss` of the tokens. */
  readonly issuer: string
  /** The accounts' secrets, found by the claim that names the account. */
  readonly secrets: SecretLookup
  /** Each account's own allowlist. */
  readonly origins: OriginSource
  /** Given, a token may do what its credential may do now; else what it could do when the token was issued. */
  readonly grants?: GrantSource
}

/** `{ error: text }`, as its own clients read it. */
export const renderMultisetError: ErrorRenderer = ({ reason, description }) => ({
  body: {
    error: reason === 'insufficient_scope' ? 'Insufficient scope permissions for this endpoint' : description,
  },
})

/** The access tokens: HS256, half an hour. No `status`: a token outlives the credential it was issued for. */
export function multisetProfile({ issuer, secrets, grants }: MultisetSources): TokenProfileOptions {
  return {
    name: 'multiset',
    kind: 'multiset',
    issuer,
    audience: AUDIENCE,
    secret: secrets,
    requiredClaims: { account: 'string', iat: 'number', jti: 'string' },
    maxLifetime: 1800,
    clockTolerance: 0,
    renderError: renderMultisetError,
    ...(grants && { grants }),
  }
}

/** The whole gate of the API. */
export function multisetPolicy(sources: MultisetSources, now: () => number): ResourceServerOptions {
  return {
    tokens: [multisetProfile(sources)],
    routes: ROUTES,
    origins: sources.origins,
    now,
  }
}
