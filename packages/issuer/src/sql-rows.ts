import type { Selectable } from 'kysely'
import type { AccessTokenTable, CredentialTable, RefreshFamilyTable, SigningKeyTable } from './sql-schema.ts'
import type {
  AccessTokenRecord,
  AccountState,
  CredentialRecord,
  RefreshFamilyRecord,
  SigningKeyRecord,
  Subject,
} from './store.ts'

/** The columns of an account under names that a join cannot mix up with another table's. */
export interface AccountColumns {
  readonly account_id: string
  readonly account_verified: number
  readonly account_active: number
  readonly account_token_signing: string
  readonly account_created_at: number
}

export function toAccountState(row: AccountColumns): AccountState {
  return Object.freeze({
    id: row.account_id,
    verified: Number(row.account_verified) === 1,
    active: Number(row.account_active) === 1,
    tokenSigning: row.account_token_signing as AccountState['tokenSigning'],
    createdAt: Number(row.account_created_at),
  })
}

export function toCredentialRow(record: CredentialRecord): CredentialTable {
  return { client_id: record.clientId, ...ownedRow(record) }
}

export function toCredentialRecord(row: Selectable<CredentialTable>): CredentialRecord {
  return Object.freeze({
    clientId: row.client_id,
    ...ownedRecord(row),
    status: row.status as CredentialRecord['status'],
  })
}

export function toAccessTokenRow(record: AccessTokenRecord): AccessTokenTable {
  return { id: record.id, key_id: record.keyId, ...ownedRow(record) }
}

export function toAccessTokenRecord(row: Selectable<AccessTokenTable>): AccessTokenRecord {
  return Object.freeze({
    id: row.id,
    ...ownedRecord(row),
    status: row.status as AccessTokenRecord['status'],
    keyId: row.key_id,
  })
}

export function toRefreshFamilyRow(record: RefreshFamilyRecord, sequence: number): RefreshFamilyTable {
  return {
    id: record.id,
    sequence,
    client_id: record.clientId,
    hash: record.hash,
    scopes: record.scopes && JSON.stringify(record.scopes),
    audience: record.audience,
    expires_at: record.expiresAt,
    created_at: record.createdAt,
  }
}

export function toRefreshFamilyRecord(row: Selectable<RefreshFamilyTable>): RefreshFamilyRecord {
  return Object.freeze({
    id: row.id,
    clientId: row.client_id,
    hash: row.hash,
    scopes: row.scopes === null ? null : JSON.parse(row.scopes),
    audience: row.audience,
    expiresAt: Number(row.expires_at),
    createdAt: Number(row.created_at),
  })
}

export function toSigningKeyRow(record: SigningKeyRecord): SigningKeyTable {
  return {
    id: record.id,
    owner: record.owner,
    slot: record.state === 'previous' ? record.id : record.state,
    algorithm: record.algorithm,
    public_key: record.publicKey,
    private_key: record.privateKey,
    created_at: record.createdAt,
    activated_at: record.activatedAt,
    keep_until: record.keepUntil,
  }
}

export function toSigningKeyRecord(row: Selectable<SigningKeyTable>): SigningKeyRecord {
  return Object.freeze({
    id: row.id,
    owner: row.owner,
    algorithm: row.algorithm,
    state: row.slot === 'current' || row.slot === 'next' ? row.slot : 'previous',
    publicKey: row.public_key,
    privateKey: row.private_key,
    createdAt: Number(row.created_at),
    activatedAt: instant(row.activated_at),
    keepUntil: instant(row.keep_until),
  })
}

/** Postgres gives 64-bit integers as text. */
export function instant(value: number | string | null): number | null {
  return value === null ? null : Number(value)
}

type OwnedRecord = CredentialRecord | AccessTokenRecord
type OwnedRow = Omit<CredentialTable, 'client_id'>

function ownedRow(record: OwnedRecord): OwnedRow {
  return {
    account_id: record.account,
    name: record.name,
    scopes: JSON.stringify(record.scopes),
    user_id: record.subject.kind === 'user' ? record.subject.id : null,
    environment: record.environment,
    status: record.status,
    expires_at: record.expiresAt,
    metadata: JSON.stringify(record.metadata),
    created_at: record.createdAt,
  }
}

function ownedRecord(row: OwnedRow): Omit<CredentialRecord, 'clientId' | 'status'> {
  return {
    account: row.account_id,
    name: row.name,
    scopes: Object.freeze(JSON.parse(row.scopes)),
    subject: toSubject(row.user_id),
    environment: row.environment,
    expiresAt: instant(row.expires_at),
    metadata: Object.freeze(JSON.parse(row.metadata)),
    createdAt: Number(row.created_at),
  }
}

function toSubject(userId: string | null): Subject {
  return Object.freeze(userId === null ? { kind: 'account' } : { kind: 'user', id: userId })
}
