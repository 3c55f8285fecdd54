import type { TokenDialect } from './dialect-options.ts'

/**
 * OAuth 2.0 (RFC 6749 section 4.4): form body; Basic with form-decoded id and secret, or both in the body, exactly one of
 * them. For JSON bodies too: `{ ...standardDialect, body: ['form', 'json'] }`. It hands out no refresh tokens, of which
 * RFC 6749 section 4.4.3 advises against.
 */
export const standardDialect: TokenDialect = deepFreeze({
  credentials: [
    { in: 'basic', encoding: 'form' },
    { in: 'body', id: 'client_id', secret: 'client_secret' },
  ],
  body: ['form'],
  grant: { parameter: 'grant_type' },
  parameters: { scope: 'scope', audience: ['resource', 'audience'] },
  reply: {
    access_token: 'accessToken',
    token_type: 'tokenType',
    expires_in: 'expiresIn',
    scope: 'scope',
  },
  errors: { body: { error: 'code', error_description: 'description' } },
})

/** MultiSet: Basic as `btoa(id:secret)` makes it, the rest of the request ignored; `{ token, expiresOn }`, 30 minutes. */
export const multisetDialect: TokenDialect = deepFreeze({
  credentials: [{ in: 'basic', encoding: 'raw' }],
  body: [],
  grant: 'client_credentials',
  reply: { token: 'accessToken', expiresOn: 'expiresAtIso' },
  errors: { body: { error: 'description' }, answers: { account_inactive: { status: 403 } } },
  lifetime: 1800,
})

/** Auth0, as Metafold uses it: form or JSON, `audience` required, tokens of 24 hours. */
export const auth0Dialect: TokenDialect = deepFreeze({
  ...standardDialect,
  body: ['form', 'json'],
  parameters: { scope: 'scope', audience: 'audience' },
  required: ['audience'],
  errors: {
    body: { error: 'code', error_description: 'description' },
    answers: {
      invalid_client: { code: 'access_denied', description: 'Unauthorized' },
      invalid_audience: { status: 403, code: 'access_denied' },
    },
  },
  lifetime: 86_400,
})

const FRONTEGG_ERRORS: TokenDialect['errors'] = {
  body: { errors: ['description'] },
  answers: {
    account_inactive: { status: 401 },
    invalid_grant: { status: 401 },
  },
}

/** Frontegg's exchange: `{ clientId, secret }` as JSON for an access and a refresh token. */
export const fronteggDialect: TokenDialect = deepFreeze({
  credentials: [{ in: 'body', id: 'clientId', secret: 'secret' }],
  body: ['json'],
  grant: 'client_credentials',
  reply: {
    access_token: 'accessToken',
    refresh_token: 'refreshToken',
    expires_in: 'expiresIn',
    expires: 'expiresAtHttp',
  },
  errors: FRONTEGG_ERRORS,
})

/** Frontegg's refresh: `{ refreshToken }` as JSON and nothing else, answered as the exchange is. */
export const fronteggRefreshDialect: TokenDialect = deepFreeze({
  ...fronteggDialect,
  credentials: [],
  grant: 'refresh_token',
  parameters: { refreshToken: 'refreshToken' },
})

/** Frontegg's vendor token: `{ clientId, secret }` for `{ token, expiresIn }`. */
export const fronteggVendorDialect: TokenDialect = deepFreeze({
  ...fronteggDialect,
  reply: { token: 'accessToken', expiresIn: 'expiresIn' },
})

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value))
    if (typeof member === 'object' && member !== null) deepFreeze(member)
  return Object.freeze(value)
}
