import { createDialect, type TokenReplyShape, type TokenRequestShape } from './create-dialect.ts'
import type { TokenEndpointDialect } from './dialect.ts'

const post: TokenRequestShape = {
  body: 'form',
  fields: { scope: 'scope', audience: 'audience', clientId: 'client_id', clientSecret: 'client_secret' },
  parameters: { grant_type: 'client_credentials' },
}
const reply: TokenReplyShape = { token: 'access_token', expiresIn: 'expires_in' }

/**
 * Standard OAuth with the credentials in the form body, for endpoints that take no Basic header.
 * @see RFC 6749 section 2.3.1
 */
export const clientSecretPost: TokenEndpointDialect = /* @__PURE__ */ createDialect({ request: post, reply })

/** The fields of {@link clientSecretPost} as a JSON object. */
export const clientSecretJson: TokenEndpointDialect = /* @__PURE__ */ createDialect({
  request: { ...post, body: 'json' },
  reply,
})

/** Unencoded Basic credentials and an empty JSON body; `{ token, expiresOn }` with an ISO instant. Has no scope. */
export const rawBasic: TokenEndpointDialect = /* @__PURE__ */ createDialect({
  request: { basic: 'raw', body: 'json', fields: {} },
  reply: { token: 'token', expiresAt: 'expiresOn' },
})
