/** The stable codes of every error class that the issuer throws; made for `switch (error.code)`. */
export type IssuerErrorCode =
  | 'ERR_CONFIGURATION'
  | RegistryErrorCode
  | 'ERR_SIGNING_KEYS'
  | 'ERR_STORE_UNAVAILABLE'

/** Why the registry did not do what it was asked. */
export type RegistryErrorCode =
  | 'ERR_INVALID_INPUT'
  | 'ERR_NOT_FOUND'
  | 'ERR_ALREADY_EXISTS'
  | 'ERR_ISSUANCE_DISABLED'

/** An option is wrong, unknown or without effect. Thrown at set-up, never for a request. */
export class ConfigurationError extends Error {
  override readonly name: 'ConfigurationError' = 'ConfigurationError'
  readonly code: 'ERR_CONFIGURATION' = 'ERR_CONFIGURATION'
  /** The offending option, as a path: `endpoints[0].dialect`. */
  readonly key: string

  constructor(key: string, problem: string, options?: ErrorOptions) {
    super(key === '' ? problem : `${key}: ${problem}`, options)
    this.key = key
  }
}

/** A call of the registry (accounts, credentials, access tokens) that cannot be done. The message holds no secret. */
export class RegistryError extends Error {
  override readonly name: 'RegistryError' = 'RegistryError'
  readonly code: RegistryErrorCode

  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The signing keys in the store cannot be used: sealed with another key, damaged, or not sealed where they must be. */
export class SigningKeyError extends Error {
  override readonly name: 'SigningKeyError' = 'SigningKeyError'
  readonly code: 'ERR_SIGNING_KEYS' = 'ERR_SIGNING_KEYS'
}

/** The store did not answer; its own error is the `cause`. A token request is then answered with 503. */
export class StoreUnavailableError extends Error {
  override readonly name: 'StoreUnavailableError' = 'StoreUnavailableError'
  readonly code: 'ERR_STORE_UNAVAILABLE' = 'ERR_STORE_UNAVAILABLE'
}
