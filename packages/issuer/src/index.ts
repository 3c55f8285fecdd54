export {
  ConfigurationError,
  type IssuerErrorCode,
  RegistryError,
  type RegistryErrorCode,
  SigningKeyError,
  StoreUnavailableError,
} from './errors.ts'
export { createMemoryStore } from './memory-store.ts'
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
