import { statusOf } from './access-tokens.ts'
import { isCanonicalOrigin } from './origin-options.ts'
import { isId } from './registry-options.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { Client, Instant, IssuerStore } from './store.ts'

/** What is asked of a verified token; the gate's `AccessToken` is one. */
export interface TokenReference {
  readonly clientId: string | undefined
  readonly account?: string | undefined
  readonly scopes: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
}

/** For the gate's `status`: whether a token may still be used. */
export interface StatusSource {
  isActive(token: TokenReference): Promise<boolean>
  /** How long an answer may be remembered, in seconds. */
  readonly maxAge: number
}

/** For the gate's `grants`: what a token is granted now. */
export interface GrantSource {
  /**
   * The credential's scopes at this moment. A token that was asked for with less than the credential had never gets more
   * than it was given; one whose credential or account is not active gets nothing.
   */
  resolve(token: TokenReference): Promise<readonly string[]>
  readonly maxAge: number
}

/** For the gate's `origins`: the allowlists of the accounts. */
export interface OriginSource {
  /** Whether any verified and active account lists the origin. */
  known(origin: string): Promise<boolean>
  /** Whether the account of this token lists it. */
  allows(origin: string, token: Pick<TokenReference, 'account'>): Promise<boolean>
  readonly maxAge: number
}

/** For the gate's `secret`: what the tokens of accounts with `tokenSigning: 'account'` are verified with. */
export interface SecretSource {
  readonly by: { readonly claim: 'account' }
  find(account: string): Promise<readonly Uint8Array[] | undefined>
  readonly maxAge: number
}

/** Everything the gate asks of the issuer: its options `status`, `grants`, `origins`, and `secret` by `secrets`. */
export interface TokenSources {
  readonly status: StatusSource
  readonly grants: GrantSource
  readonly origins: OriginSource
  readonly secrets: SecretSource
}

/** What the sources depend on. */
export interface TokenSourcePolicy {
  /** Whether the tokens of an exchange die with their credential. */
  readonly revocation: 'immediate' | 'at-expiry'
  readonly localhost: boolean
  readonly maxAge: number
  readonly now: () => Instant
}

/** Creates the sources over the issuer's records. */
export function createTokenSources(
  store: IssuerStore,
  keys: SigningKeys,
  policy: TokenSourcePolicy,
): TokenSources {
  const { maxAge } = policy
  return Object.freeze<TokenSources>({
    status: Object.freeze<StatusSource>({
      isActive: async (token) => await isActive(store, policy, token),
      maxAge,
    }),
    grants: Object.freeze<GrantSource>({
      resolve: async (token) => await grantsOf(store, policy, token),
      maxAge,
    }),
    origins: createOriginSource(store.accounts, policy),
    secrets: Object.freeze<SecretSource>({
      by: Object.freeze({ claim: 'account' }),
      find: async (account) => {
        const secrets = isId(account) ? await keys.secretsOf(account) : []
        return secrets.length === 0 ? undefined : secrets
      },
      maxAge,
    }),
  })
}

/** Whether a client may be given tokens: its credential is active and not expired. */
export function isCredentialActive({ credential }: Client, now: Instant): boolean {
  const { status, expiresAt } = credential
  return status === 'active' && (expiresAt === null || expiresAt > now)
}

/** Whether the account behind a client may be given tokens. */
export function isAccountActive({ account }: Pick<Client, 'account'>): boolean {
  return account.verified && account.active
}

async function isActive(
  store: IssuerStore,
  { revocation, now }: TokenSourcePolicy,
  token: TokenReference,
): Promise<boolean> {
  const { clientId } = token
  if (clientId === undefined || !isId(clientId)) return false
  if (isDirect(token)) {
    const found = await store.accessTokens.find(clientId)
    return found !== undefined && statusOf(found.token, found.account, now()) === 'active'
  }
  if (revocation === 'at-expiry') return hasExpiry(token)
  const client = await store.credentials.findClient(clientId)
  return client !== undefined && isCredentialActive(client, now()) && isAccountActive(client)
}

async function grantsOf(
  store: IssuerStore,
  { now }: TokenSourcePolicy,
  token: TokenReference,
): Promise<readonly string[]> {
  const { clientId } = token
  if (clientId === undefined || !isId(clientId)) return []
  if (isDirect(token)) {
    const found = await store.accessTokens.find(clientId)
    return found && statusOf(found.token, found.account, now()) === 'active' ? found.token.scopes : []
  }
  const client = await store.credentials.findClient(clientId)
  if (client === undefined || !isCredentialActive(client, now()) || !isAccountActive(client)) return []
  const { scopes } = client.credential
  return token.claims.narrowed === true ? scopes.filter((scope) => token.scopes.includes(scope)) : scopes
}

/** A directly minted token is its own client. */
function isDirect({ clientId, claims }: TokenReference): boolean {
  return claims.jti === clientId
}

/** Where the credential is not asked, a token without an end would have none. */
function hasExpiry({ claims }: TokenReference): boolean {
  return typeof claims.exp === 'number'
}

function createOriginSource(
  accounts: IssuerStore['accounts'],
  { localhost, maxAge }: TokenSourcePolicy,
): OriginSource {
  const isLocal = (origin: string): boolean => localhost && isLocalhost(origin)
  return Object.freeze<OriginSource>({
    known: async (origin) =>
      isLocal(origin) || (isCanonicalOrigin(origin) && (await accounts.listOrigin(origin))),
    allows: async (origin, { account }) => {
      const record = account !== undefined && isId(account) ? await accounts.find(account) : undefined
      return record?.active === true && (isLocal(origin) || record.origins.includes(origin))
    },
    maxAge,
  })
}

/** Any port of the machine the page is developed on. */
function isLocalhost(origin: string): boolean {
  return isCanonicalOrigin(origin) && /^https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(origin)
}
