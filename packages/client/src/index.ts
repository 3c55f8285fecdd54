export type {
  ClientCredentials,
  ReplyTime,
  StandardReply,
  TokenEndpointDialect,
  TokenRequestValues,
  TokenTarget,
} from './dialect.ts'
export { type ClientErrorCode, ConfigurationError, TokenError, type TokenErrorCode } from './errors.ts'
export {
  createTokenManager,
  type TokenManager,
  type TokenRequest,
  type TokenSource,
} from './token-manager.ts'
export type { TokenManagerOptions } from './token-manager-options.ts'
