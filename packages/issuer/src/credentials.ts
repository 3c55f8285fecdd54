import { RegistryError } from './errors.ts'
import { parseInput } from './parse-options.ts'
import { type Registry, refuseUnknownScopes, toOwnedFields, toPage } from './registry.ts'
import {
  credentialChangesSchema,
  isId,
  type NewCredential,
  newCredentialSchema,
  type OwnedListOptions,
  type Rotation,
  rotationSchema,
} from './registry-options.ts'
import { generateId, generateSecret, hashSecret } from './secret.ts'
import type { CredentialChanges, CredentialRecord, Instant } from './store.ts'

/** A credential just made, with the secret that is shown this once and cannot be had again. */
export interface CreatedCredential {
  readonly credential: CredentialRecord
  readonly clientSecret: string
}

/** A secret just made, shown this once. */
export interface RotatedSecret {
  readonly clientSecret: string
  /** When the secret before stops working, in milliseconds since 1970. */
  readonly previousExpiresAt: Instant
}

/** The clients and their secrets. Every method throws `RegistryError` for what cannot be done. */
export interface Credentials {
  create(credential: NewCredential): Promise<CreatedCredential>
  /** Also a deleted one, as such. */
  get(clientId: string): Promise<CredentialRecord | undefined>
  list(page?: OwnedListOptions): Promise<readonly CredentialRecord[]>
  /**
   * Changes scopes, name, environment, expiry or metadata. What tokens already issued say stays; a gate that asks `grants` goes
   * by the new scopes.
   */
  update(clientId: string, changes: Omit<CredentialChanges, 'status'>): Promise<CredentialRecord>
  /** Makes a second secret; the one before works on for a while, any older one ends at once. */
  rotate(clientId: string, rotation?: Rotation): Promise<RotatedSecret>
  deactivate(clientId: string): Promise<CredentialRecord>
  reactivate(clientId: string): Promise<CredentialRecord>
  /** Lets it end at a time, in milliseconds since 1970; without one, now. */
  expire(clientId: string, at?: Instant): Promise<CredentialRecord>
  /** For good: its secrets and refresh tokens are gone, its record stays. */
  delete(clientId: string): Promise<void>
}

const DEFAULT_OVERLAP = 86_400

/** Creates the credential half of the registry. */
export function createCredentials(registry: Registry): Credentials {
  const { store, now } = registry
  const change = async (clientId: string, changes: CredentialChanges): Promise<CredentialRecord> =>
    found(isId(clientId) && (await store.credentials.update(clientId, changes)))
  return Object.freeze<Credentials>({
    create: async (credential) => await create(registry, credential),
    get: async (clientId) =>
      isId(clientId) ? (await store.credentials.findClient(clientId))?.credential : undefined,
    list: async (page = {}) => await store.credentials.list(toPage(page)),
    update: async (clientId, changes) => {
      const input = parseInput<CredentialChanges>(credentialChangesSchema, changes)
      refuseUnknownScopes(registry, input.scopes ?? [])
      return await change(clientId, input)
    },
    rotate: async (clientId, rotation = {}) => await rotate(registry, clientId, rotation),
    deactivate: async (clientId) => await change(clientId, { status: 'deactivated' }),
    reactivate: async (clientId) => await change(clientId, { status: 'active' }),
    expire: async (clientId, at = now()) =>
      await change(clientId, parseInput<CredentialChanges>(credentialChangesSchema, { expiresAt: at })),
    delete: async (clientId) => void found(isId(clientId) && (await store.credentials.delete(clientId))),
  })
}

async function create(registry: Registry, credential: NewCredential): Promise<CreatedCredential> {
  const input = parseInput<NewCredential>(newCredentialSchema, credential)
  const fields = await toOwnedFields(registry, input)
  const clientSecret = generateSecret()
  const record: CredentialRecord = Object.freeze({ clientId: generateId(), ...fields, status: 'active' })
  await registry.store.credentials.insert(record, { hash: hashSecret(clientSecret), expiresAt: null })
  return Object.freeze({ credential: record, clientSecret })
}

async function rotate(
  { store, now }: Registry,
  clientId: string,
  rotation: Rotation,
): Promise<RotatedSecret> {
  const { overlap = DEFAULT_OVERLAP } = parseInput<Rotation>(rotationSchema, rotation)
  const clientSecret = generateSecret()
  const until = now() + overlap * 1000
  const secret = { hash: hashSecret(clientSecret), expiresAt: null }
  const { previousExpiresAt } = found(
    isId(clientId) && (await store.credentials.rotate(clientId, secret, until)),
  )
  return Object.freeze({ clientSecret, previousExpiresAt: previousExpiresAt ?? until })
}

function found<T>(result: T): Exclude<T, undefined | false> {
  if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>
  throw new RegistryError('ERR_NOT_FOUND', 'there is no such credential, or it is deleted')
}
