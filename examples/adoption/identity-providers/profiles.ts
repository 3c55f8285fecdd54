import type { TokenProfileOptions } from '@scopegate/core'

const AUDIENCE = 'https://api.example'

/**
 * Auth0, an API with its own identifier. The issuer ends in a slash. Machine tokens name the client in `azp`; with role-based
 * access control on, what a token may do is in `permissions`, and `scope` only says what was asked for.
 */
export const auth0: TokenProfileOptions = {
  name: 'auth0',
  issuer: 'https://tenant.eu.auth0.com/',
  audience: AUDIENCE,
  algorithms: ['RS256'],
  read: { scopes: ['permissions', 'scope'], clientId: 'azp' },
}

/** Okta, a custom authorization server (those of the org itself are for Okta's own API). Scopes are an array, `scp`. */
export const okta: TokenProfileOptions = {
  name: 'okta',
  issuer: 'https://tenant.okta.com/oauth2/default',
  audience: AUDIENCE,
  algorithms: ['RS256'],
  read: { scopes: 'scp', clientId: 'cid' },
}

/**
 * Entra ID, version 2 tokens (`requestedAccessTokenVersion: 2` in the app's manifest). The audience is the API's client id.
 * Applications carry app roles, users carry `scp`: a token has the one or the other. The key set is the tenant's.
 */
export const entra: TokenProfileOptions = {
  name: 'entra',
  issuer: 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
  audience: '99999999-8888-7777-6666-555555555555',
  algorithms: ['RS256'],
  claims: { ver: '2.0' },
  read: { scopes: ['roles', 'scp'], clientId: 'azp', subject: 'oid', account: 'tid' },
}

/**
 * Cognito: access tokens have no `aud`; `token_use` tells them from id tokens. What ties a token to this API is its scopes,
 * which bear the resource server's identifier (`maps/query`): so ask for one on every route, as `access: 'authenticated'`
 * would take the tokens of every app client of the pool. For a single client, add its `client_id` to `claims`.
 */
export const cognito: TokenProfileOptions = {
  name: 'cognito',
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Abc123',
  audience: null,
  algorithms: ['RS256'],
  claims: { token_use: 'access' },
}

/**
 * Keycloak: `typ` in the payload says `Bearer`, and the audience is only there where a mapper adds it: add one, as every
 * client's tokens of the realm are otherwise alike. Scopes are in `scope`; roles lie deeper and need a mapper to be read.
 */
export const keycloak: TokenProfileOptions = {
  name: 'keycloak',
  issuer: 'https://id.example/realms/maps',
  audience: 'maps-api',
  algorithms: ['RS256'],
  claims: { typ: 'Bearer' },
  read: { clientId: 'azp' },
}
