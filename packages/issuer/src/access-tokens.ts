import { RegistryError } from './errors.ts'
import { parseInput } from './parse-options.ts'
import { type Registry, toOwnedFields, toPage } from './registry.ts'
import { isId, type NewAccessToken, newAccessTokenSchema, type OwnedListOptions } from './registry-options.ts'
import { generateId } from './secret.ts'
import type { AccessTokenRecord, AccountState, Instant } from './store.ts'
import { claimSource, type TokenMinter } from './token-minter.ts'

/** An access token just minted; its text is shown this once and cannot be had again. */
export interface CreatedAccessToken {
  readonly accessToken: AccessTokenRecord
  readonly token: string
}

/** Whether a directly minted token may be used; `unknown` also for the text of one. */
export type DirectTokenStatus = 'active' | 'expired' | 'deleted' | 'suspended' | 'unknown'

/** Access tokens that are handed out as they are, without an exchange. Their status must be asked at the gate. */
export interface AccessTokens {
  /** Without `expiresAt` the token has no `exp` and is good until it is deleted. */
  create(token: NewAccessToken): Promise<CreatedAccessToken>
  /** Also a deleted one, as such. */
  get(id: string): Promise<AccessTokenRecord | undefined>
  list(page?: OwnedListOptions): Promise<readonly AccessTokenRecord[]>
  /** For good; the gate hears of it by the token's status. */
  delete(id: string): Promise<void>
  status(id: string): Promise<DirectTokenStatus>
}

/** What minting needs besides the registry. */
export interface DirectIssuance {
  readonly enabled: boolean
  readonly minter: TokenMinter
  /** The first is the default. */
  readonly audiences: readonly string[]
}

/** Creates the registry of directly minted tokens. */
export function createAccessTokens(registry: Registry, issuance: DirectIssuance): AccessTokens {
  const { store, now } = registry
  return Object.freeze<AccessTokens>({
    create: async (token) => await create(registry, issuance, token),
    get: async (id) => (isId(id) ? (await store.accessTokens.find(id))?.token : undefined),
    list: async (page = {}) => await store.accessTokens.list(toPage(page)),
    delete: async (id) => {
      if (isId(id) && (await store.accessTokens.delete(id))) return
      throw new RegistryError('ERR_NOT_FOUND', 'there is no such access token, or it is deleted')
    },
    status: async (id) => {
      const found = isId(id) ? await store.accessTokens.find(id) : undefined
      return found ? statusOf(found.token, found.account, now()) : 'unknown'
    },
  })
}

/** The status of a record. */
export function statusOf(
  { status, expiresAt }: AccessTokenRecord,
  account: AccountState,
  now: Instant,
): DirectTokenStatus {
  if (status === 'deleted') return 'deleted'
  if (expiresAt !== null && expiresAt <= now) return 'expired'
  return account.verified && account.active ? 'active' : 'suspended'
}

async function create(
  registry: Registry,
  { enabled, minter, audiences }: DirectIssuance,
  token: NewAccessToken,
): Promise<CreatedAccessToken> {
  if (!enabled)
    throw new RegistryError('ERR_ISSUANCE_DISABLED', 'this issuer mints no access tokens directly')
  const input = parseInput<NewAccessToken>(newAccessTokenSchema, token)
  const audience = input.audience ?? (audiences[0] as string)
  if (!audiences.includes(audience)) {
    throw new RegistryError('ERR_INVALID_INPUT', "audience: is none of the issuer's audiences")
  }
  const fields = await toOwnedFields(registry, input)
  const account = (await registry.store.accounts.find(fields.account)) as AccountState
  if (!(account.verified && account.active)) {
    throw new RegistryError('ERR_INVALID_INPUT', 'account: is not verified and active')
  }
  const key = await minter.keyFor(account)
  const accessToken: AccessTokenRecord = Object.freeze({
    id: generateId(),
    ...fields,
    status: 'active',
    keyId: key.id,
  })
  // The record first: a token without one could never be taken back.
  await registry.store.accessTokens.insert(accessToken)
  const content = {
    id: accessToken.id,
    audience,
    issuedAt: fields.createdAt,
    expiresAt: fields.expiresAt,
    narrowed: false,
    source: claimSource('direct', accessToken.id, accessToken, account),
  }
  return Object.freeze({ accessToken, token: await minter.mint(content, key) })
}
