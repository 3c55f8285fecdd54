export type { ClaimMapping, ClaimSource } from './access-token-claims.ts'
export type { AccessTokens, CreatedAccessToken, DirectTokenStatus } from './access-tokens.ts'
export type { Accounts } from './accounts.ts'
export type { CreatedCredential, Credentials, RotatedSecret } from './credentials.ts'
export type {
  CredentialPlace,
  ErrorAnswer,
  ErrorField,
  ReplyField,
  TokenDialect,
  TokenErrorReason,
} from './dialect-options.ts'
export {
  auth0Dialect,
  fronteggDialect,
  fronteggRefreshDialect,
  fronteggVendorDialect,
  multisetDialect,
  standardDialect,
} from './dialects.ts'
export {
  ConfigurationError,
  type IssuerErrorCode,
  RegistryError,
  type RegistryErrorCode,
  SigningKeyError,
  StoreUnavailableError,
} from './errors.ts'
export type {
  RefreshTokenOptions,
  SigningOptions,
  ThrottleOptions,
  TokenEndpointOptions,
  TokenIssuerOptions,
} from './issuer-options.ts'
export { createMemoryStore } from './memory-store.ts'
export type {
  ListOptions,
  NewAccessToken,
  NewAccount,
  NewCredential,
  OwnedListOptions,
  Rotation,
} from './registry-options.ts'
export type { SigningAlgorithm } from './signing-key.ts'
export type {
  AccessTokenRecord,
  AccountChanges,
  AccountRecord,
  AccountState,
  Client,
  CredentialChanges,
  CredentialRecord,
  Instant,
  IssuerStore,
  Metadata,
  OwnedPage,
  Page,
  RefreshFamilyRecord,
  SecretRecord,
  SigningKeyRecord,
  Subject,
} from './store.ts'
export type { WebHandler } from './token-endpoint.ts'
export { createTokenIssuer, type IssuerKeys, type TokenIssuer } from './token-issuer.ts'
export type {
  GrantSource,
  OriginSource,
  SecretSource,
  StatusSource,
  TokenReference,
  TokenSources,
} from './token-sources.ts'
