import type { TokenEndpointDialect } from './dialect.ts'
import { formPair } from './form-pair.ts'

/**
 * Standard OAuth: credentials in the Basic header, form body, `{ access_token, expires_in }`.
 * @see RFC 6749 sections 2.3.1 and 4.4
 */
export const clientSecretBasic: TokenEndpointDialect = {
  request: ({ clientId, clientSecret, scope, audience }) => {
    const body = { grant_type: 'client_credentials', ...(scope && { scope }), ...(audience && { audience }) }
    return {
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${btoa(formPair(clientId, clientSecret))}`,
      },
      body: `${new URLSearchParams(body)}`,
    }
  },
}
