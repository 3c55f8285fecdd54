/** Times in records are milliseconds since 1970, as `Date.now()` gives them; `null` is never. */
export type Instant = number

/** Whom a credential or a directly minted token acts for: the whole account, or one of its users. */
export type Subject = { readonly kind: 'account' } | { readonly kind: 'user'; readonly id: string }

/** What a credential or token may carry besides, for mapped claims and listings: JSON. */
export type Metadata = Readonly<Record<string, unknown>>

/** An account (tenant): it owns credentials and the allowlist of origins that their tokens may be used from. */
export interface AccountRecord {
  readonly id: string
  /** Whether its owner has been verified; nothing is issued before. */
  readonly verified: boolean
  /** `false` suspends it: nothing is issued, and its tokens are no longer good where their status is asked. */
  readonly active: boolean
  /** The origins whose pages may use its credentials and tokens, as browsers send them. */
  readonly origins: readonly string[]
  /** `issuer`: signed with the keys of the JWK Set. `account`: HS256 with secrets of its own. */
  readonly tokenSigning: 'issuer' | 'account'
  readonly createdAt: Instant
}

/** An {@link AccountRecord} without its origins. */
export type AccountState = Omit<AccountRecord, 'origins'>

/** A client (RFC 6749 section 2) as it is kept: without its secrets. */
export interface CredentialRecord {
  readonly clientId: string
  readonly account: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly subject: Subject
  /** A label such as `production`; nothing is decided by it. */
  readonly environment: string
  readonly status: 'active' | 'deactivated' | 'deleted'
  readonly expiresAt: Instant | null
  readonly metadata: Metadata
  readonly createdAt: Instant
}

/** One live secret of a credential: base64url of its SHA-256, never the secret. */
export interface SecretRecord {
  readonly hash: string
  readonly expiresAt: Instant | null
}

/** All that an exchange needs to know of a client. */
export interface Client {
  readonly credential: CredentialRecord
  readonly account: AccountState
  /** At most two, expired ones perhaps among them; none for a deleted credential. */
  readonly secrets: readonly SecretRecord[]
}

/** An access token that was minted directly rather than exchanged: only the record is kept, never the token. */
export interface AccessTokenRecord {
  /** Its `jti`, `sub` and `client_id`. */
  readonly id: string
  readonly account: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly subject: Subject
  readonly environment: string
  readonly status: 'active' | 'deleted'
  readonly expiresAt: Instant | null
  readonly metadata: Metadata
  /** The key that signed it, which is published as long as this token lives. */
  readonly keyId: string
  readonly createdAt: Instant
}

/** A chain of rotating refresh tokens that began with one exchange; only the newest token of it is good. */
export interface RefreshFamilyRecord {
  readonly id: string
  readonly clientId: string
  /** base64url of the SHA-256 of the newest token's secret. */
  readonly hash: string
  /** What was asked for at the exchange; `null` is all that the credential may have. */
  readonly scopes: readonly string[] | null
  readonly audience: string
  readonly expiresAt: Instant
  readonly createdAt: Instant
}

/** A signing key at rest. */
export interface SigningKeyRecord {
  readonly id: string
  /** The account whose own key it is; empty for the keys of the JWK Set. */
  readonly owner: string
  readonly algorithm: string
  /** `next` becomes `current` at the rotation, and `current` `previous`. */
  readonly state: 'next' | 'current' | 'previous'
  /** The public JWK as JSON; empty for a shared secret. */
  readonly publicKey: string
  /** The private JWK, sealed or (in development) as plain JSON. */
  readonly privateKey: string
  readonly createdAt: Instant
  /** When it began to sign. */
  readonly activatedAt: Instant | null
  /** Of a previous key: when the last token that it signed at an exchange has expired. */
  readonly keepUntil: Instant | null
}

/** A slice of a list, in the order of creation. */
export interface Page {
  /** The id of the last record of the slice before. */
  readonly after?: string | undefined
  readonly limit: number
}

/** What lists of credentials and access tokens can be narrowed by. */
export interface OwnedPage extends Page {
  readonly account?: string | undefined
  readonly environment?: string | undefined
}

/** Which fields of an account can change. */
export type AccountChanges = Partial<Pick<AccountRecord, 'verified' | 'active' | 'origins' | 'tokenSigning'>>

/** Which fields of a credential can change. */
export type CredentialChanges = Partial<
  Pick<CredentialRecord, 'name' | 'scopes' | 'environment' | 'expiresAt' | 'metadata'>
> & { readonly status?: 'active' | 'deactivated' }

/**
 * What the issuer keeps its records in. Every method is atomic: when its promise resolves the change is durable, and
 * after a crash it is there as a whole or not at all. A store that cannot answer rejects with `StoreUnavailableError`; one
 * that has not answered within 10 seconds is taken for one that cannot.
 */
export interface IssuerStore {
  /** Whether records outlive the process; then private keys should be sealed. */
  readonly persistent: boolean
  readonly accounts: {
    /** `false` where the id is taken. */
    insert(record: AccountRecord): Promise<boolean>
    find(id: string): Promise<AccountRecord | undefined>
    list(page: Page): Promise<readonly AccountRecord[]>
    /** The record after the change; `undefined` where there is none. */
    update(id: string, changes: AccountChanges): Promise<AccountRecord | undefined>
    /** Whether any verified and active account lists the origin. */
    listOrigin(origin: string): Promise<boolean>
  }
  readonly credentials: {
    insert(record: CredentialRecord, secret: SecretRecord): Promise<void>
    findClient(clientId: string): Promise<Client | undefined>
    /** Without deleted ones. */
    list(page: OwnedPage): Promise<readonly CredentialRecord[]>
    /** The record after the change; `undefined` where there is none or it is deleted. */
    update(clientId: string, changes: CredentialChanges): Promise<CredentialRecord | undefined>
    /**
     * Adds a secret. The newest of those before lives on until `previousUntil` at most, any other ends at once.
     * Gives when the one before ends, or `undefined` where there is no such credential.
     */
    rotate(
      clientId: string,
      secret: SecretRecord,
      previousUntil: Instant,
    ): Promise<{ readonly previousExpiresAt: Instant | null } | undefined>
    /** Marks it as deleted and drops its secrets and refresh tokens; `false` where there is none or it is deleted. */
    delete(clientId: string): Promise<boolean>
  }
  readonly accessTokens: {
    insert(record: AccessTokenRecord): Promise<void>
    find(
      id: string,
    ): Promise<{ readonly token: AccessTokenRecord; readonly account: AccountState } | undefined>
    /** Without deleted ones. */
    list(page: OwnedPage): Promise<readonly AccessTokenRecord[]>
    delete(id: string): Promise<boolean>
  }
  readonly refreshTokens: {
    /** Adds a family of a client that is not deleted, drops its expired ones, and then the oldest beyond `maxLive`. */
    insert(record: RefreshFamilyRecord, maxLive: number): Promise<void>
    find(id: string): Promise<RefreshFamilyRecord | undefined>
    /** Puts `next` in the place of `hash`, if that is still the newest; of two who try, one gets `true`. */
    rotate(id: string, hash: string, next: string, expiresAt: Instant): Promise<boolean>
    delete(id: string): Promise<void>
  }
  readonly signingKeys: {
    list(owner: string): Promise<readonly SigningKeyRecord[]>
    /** Adds the first keys of an owner; where others were quicker, theirs stay and these are not added. */
    insert(records: readonly SigningKeyRecord[]): Promise<void>
    /** Moves every key on by one state and adds `next`; `false` where `currentId` is no longer current. */
    rotate(
      owner: string,
      currentId: string,
      next: SigningKeyRecord,
      now: Instant,
      keepUntil: Instant,
    ): Promise<boolean>
    /** Drops previous keys that neither their `keepUntil` nor a living directly minted token asks to keep. */
    prune(owner: string, now: Instant): Promise<void>
    /** Drops a previous key at once, whatever it has signed; `false` where the owner has no such key, or it is not previous. */
    remove(owner: string, id: string): Promise<boolean>
  }
  /** Releases files and connections. */
  close(): Promise<void>
}
