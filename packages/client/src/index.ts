export {
  clientSecretBasic,
  clientSecretJson,
  clientSecretPost,
  rawBasic,
  type TokenEndpointDialect,
  type TokenReplyShape,
  type TokenRequestShape,
} from './dialect.ts'
export { type ClientErrorCode, ConfigurationError, TokenError, type TokenErrorCode } from './errors.ts'
export {
  createTokenManager,
  type TokenManager,
  type TokenRequest,
  type TokenSource,
} from './token-manager.ts'
export type { ClientCredentials, TokenManagerOptions } from './token-manager-options.ts'
