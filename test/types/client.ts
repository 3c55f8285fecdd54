import { createTokenManager, type TokenEndpointDialect, type TokenSource } from '@scopegate/client'
import { createDialect } from '@scopegate/client/dialects'
import { createFetch } from '@scopegate/client/fetch'

const tokenEndpoint = 'https://issuer.example/oauth/token'
const credentials = { clientId: 'reader', clientSecret: 'secret' }

/** What a token manager must be told. */
export function managers(): void {
  createTokenManager({ tokenEndpoint, credentials, scope: 'query write' })
  createTokenManager({ tokenEndpoint, credentials: async () => credentials })
  // @ts-expect-error no credentials
  createTokenManager({ tokenEndpoint })
  // @ts-expect-error no endpoint
  createTokenManager({ credentials })
  // @ts-expect-error scopes are one text, as they are sent
  createTokenManager({ tokenEndpoint, credentials, scope: ['query'] })
  // @ts-expect-error an option that does not exist
  createTokenManager({ tokenEndpoint, credentials, refreshBefore: 60 })
}

/** What the rest must be told. */
export async function others(tokens: TokenSource): Promise<void> {
  createFetch(tokens, { api: 'https://api.example' })
  // @ts-expect-error the API that gets the token
  createFetch(tokens, {})
  // @ts-expect-error a token is not text until it is awaited
  tokens.token().length
  // @ts-expect-error a dialect says where the token is
  createDialect({ request: { body: 'json', fields: {} }, reply: {} })
  // @ts-expect-error a description is no dialect yet
  const dialect: TokenEndpointDialect = { request: { body: 'json', fields: {} } }
  void dialect
}
