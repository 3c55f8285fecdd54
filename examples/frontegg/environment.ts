/** The id of the environment, which all its tokens are for. */
export const ENVIRONMENT = 'environment-1'

/** Where `{ clientId, secret }` of a machine is exchanged. */
export const EXCHANGE_PATH = '/identity/resources/auth/v2/api-token'

/** Where its refresh token is. */
export const REFRESH_PATH: string = `${EXCHANGE_PATH}/token/refresh`

/** Where `{ clientId, secret }` of a vendor is. */
export const VENDOR_PATH = '/auth/vendor/'

/** The keys of sessions, apart from those of machines. */
export const SESSION_KEYS_PATH = '/.well-known/session-jwks.json'
