import type { AccessToken } from './access-token.ts'

/** An access token, frozen. Its text is there for who asks for it by name, and for no one else. */
export class SealedAccessToken implements AccessToken {
  declare readonly claims: AccessToken['claims']
  declare readonly scopes: AccessToken['scopes']
  declare readonly clientId: AccessToken['clientId']
  declare readonly subject: AccessToken['subject']
  declare readonly account: AccessToken['account']
  declare readonly kind: AccessToken['kind']
  declare readonly issuer: AccessToken['issuer']
  declare readonly profile: AccessToken['profile']
  declare readonly expiresAt: AccessToken['expiresAt']
  readonly #token: string

  constructor(fields: Omit<AccessToken, 'token'>, token: string) {
    this.claims = fields.claims
    this.scopes = fields.scopes
    this.clientId = fields.clientId
    this.subject = fields.subject
    this.account = fields.account
    this.kind = fields.kind
    this.issuer = fields.issuer
    this.profile = fields.profile
    this.expiresAt = fields.expiresAt
    this.#token = token
    Object.freeze(this)
  }

  get token(): string {
    return this.#token
  }
}

Object.freeze(SealedAccessToken.prototype)
