import { readClientCredentials } from './client-credentials.ts'
import type { TokenDialect } from './dialect-options.ts'
import type { Issuance } from './issuance.ts'
import { isId } from './registry-options.ts'
import type { Parameters } from './request-parameters.ts'
import { matchesSecret } from './secret.ts'
import type { Client, Instant } from './store.ts'
import { TokenRequestError } from './token-request-error.ts'
import { isAccountActive, isCredentialActive } from './token-sources.ts'

/** Nobody's id, looked up in the place of one that cannot be anybody's, so that the work is the same. */
const NOBODY = '-'

/**
 * Authenticates the client (RFC 6749 section 2.3): the secret matches and the credential is active. An unknown id, a wrong
 * secret and a credential that has ended are one and the same to the caller.
 */
export async function authenticateClient(
  { store, throttle, now }: Issuance,
  dialect: TokenDialect,
  headers: Headers,
  parameters: Parameters,
): Promise<Client> {
  const { id, secret } = readClientCredentials(dialect, headers, parameters)
  const clientId = isId(id) ? id : NOBODY
  const client = await store.credentials.findClient(clientId)
  const matches = matchesSecret(secret, liveHashes(client, now()))
  if (client !== undefined && matches && isCredentialActive(client, now())) return client
  const retryAfter = throttle.failed(clientId)
  throw retryAfter === undefined
    ? new TokenRequestError('invalid_client')
    : new TokenRequestError('too_many_attempts', retryAfter)
}

function liveHashes(client: Client | undefined, now: Instant): readonly string[] {
  const live = client?.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
  return (live ?? []).map(({ hash }) => hash)
}

/** Refuses an account that may be issued nothing, and a page whose origin its allowlist does not have. */
export async function authorizeAccount(
  { origins }: Issuance,
  client: Client,
  origin: string | undefined,
): Promise<void> {
  if (!isAccountActive(client)) throw new TokenRequestError('account_inactive')
  if (origin !== undefined && !(await origins.allows(origin, { account: client.account.id }))) {
    throw new TokenRequestError('origin_not_allowed')
  }
}
