import type { TokenDialect } from './dialect-options.ts'
import type { Grant, Issuance } from './issuance.ts'
import { generateId, generateSecret, hashSecret, matchesSecret } from './secret.ts'
import type { Client, Instant, RefreshFamilyRecord } from './store.ts'
import { TokenRequestError } from './token-request-error.ts'
import { isCredentialActive } from './token-sources.ts'

/** A refresh token that is good, and how it is used up. */
export interface Continuation {
  readonly client: Client
  readonly family: RefreshFamilyRecord
  /** Puts a new token in its place and gives it. */
  advance(): Promise<string>
}

/** The id of the family and the secret of its newest token, both of fixed length. */
const TOKEN = /^([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{43})$/

/** Whether exchanges of this dialect hand out refresh tokens. */
export function hasRefreshTokens({ refreshTokens }: Issuance, { grant, reply }: TokenDialect): boolean {
  const handedOut = Object.values(reply).includes('refreshToken') || grant === 'refresh_token'
  return refreshTokens !== undefined && handedOut
}

/** Begins a family with its first token; beyond the limit the client's oldest family ends. */
export async function startFamily(
  issuance: Issuance,
  dialect: TokenDialect,
  { client, audience, scopes, narrowed }: Grant,
): Promise<string | undefined> {
  const { store, refreshTokens, now } = issuance
  if (refreshTokens === undefined || !hasRefreshTokens(issuance, dialect)) return undefined
  const [id, secret] = [generateId(), generateSecret()]
  const family: RefreshFamilyRecord = {
    id,
    clientId: client.credential.clientId,
    hash: hashSecret(secret),
    scopes: narrowed ? scopes : null,
    audience,
    expiresAt: expiryOf(client, now() + refreshTokens.lifetime),
    createdAt: now(),
  }
  await store.refreshTokens.insert(family, refreshTokens.maxLive)
  return id + secret
}

/**
 * Finds the family of a token and judges whether it is its newest. One that is not has been used before, by its owner or by
 * a thief: the whole family ends (RFC 9700 section 4.14.2).
 * @throws TokenRequestError `invalid_grant`
 */
export async function continueFamily(
  issuance: Issuance,
  text: string,
  authenticated: Client | undefined,
): Promise<Continuation> {
  const { store, now } = issuance
  const [, id = '', secret = ''] = TOKEN.exec(text) ?? []
  const family = id === '' ? undefined : await store.refreshTokens.find(id)
  const matches = matchesSecret(secret, family ? [family.hash] : [])
  if (family === undefined || family.expiresAt <= now()) throw new TokenRequestError('invalid_grant')
  const client = authenticated ?? (await store.credentials.findClient(family.clientId))
  if (client?.credential.clientId !== family.clientId) throw new TokenRequestError('invalid_grant')
  if (!matches) return await endFamily(issuance, id)
  if (!isCredentialActive(client, now())) throw new TokenRequestError('invalid_grant')
  return { client, family, advance: async () => await advance(issuance, client, family) }
}

async function advance(
  issuance: Issuance,
  client: Client,
  { id, hash }: RefreshFamilyRecord,
): Promise<string> {
  const { store, refreshTokens, now } = issuance
  const secret = generateSecret()
  const expiresAt = expiryOf(client, now() + (refreshTokens?.lifetime ?? 0))
  if (await store.refreshTokens.rotate(id, hash, hashSecret(secret), expiresAt)) return id + secret
  // Someone else used the same token a moment before.
  return await endFamily(issuance, id)
}

async function endFamily({ store }: Issuance, id: string): Promise<never> {
  await store.refreshTokens.delete(id)
  throw new TokenRequestError('invalid_grant')
}

/** Never beyond the credential's own end. */
function expiryOf({ credential }: Client, wanted: Instant): Instant {
  return Math.min(wanted, credential.expiresAt ?? wanted)
}
