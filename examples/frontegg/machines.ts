import type { AccessToken } from '@scopegate/core'
import {
  type CredentialRecord,
  createTokenIssuer,
  fronteggDialect,
  fronteggRefreshDialect,
  type TokenIssuer,
} from '@scopegate/issuer'
import { fronteggClaims, roleIdsOf } from './claims.ts'
import type { Directory } from './directory.ts'
import { ENVIRONMENT, EXCHANGE_PATH, REFRESH_PATH } from './environment.ts'
import type { Grants } from './grants.ts'

/** How the environment is set up. */
export interface MachineOptions {
  readonly now: () => number
  /** Which of the two ways machines get tokens. Default both. */
  readonly strategy?: 'ClientCredentials' | 'AccessToken'
  /** How long exchanged tokens live, in seconds: the clock of the environment. Default 3600. */
  readonly tokenLifetime?: number
}

const ISSUANCE = { ClientCredentials: 'exchange', AccessToken: 'direct' } as const

/** Issues what machines have: tokens by exchange that can be refreshed, and tokens handed out as they are. */
export function createMachines(
  url: string,
  directory: Directory,
  { now, strategy, tokenLifetime = 3600 }: MachineOptions,
): TokenIssuer {
  return createTokenIssuer({
    issuer: url,
    audience: ENVIRONMENT,
    endpoints: [
      { path: EXCHANGE_PATH, dialect: fronteggDialect },
      { path: REFRESH_PATH, dialect: fronteggRefreshDialect },
    ],
    issuance: strategy ? ISSUANCE[strategy] : 'both',
    lifetime: tokenLifetime,
    refreshTokens: { maxLive: 100 },
    revocation: 'at-expiry',
    signing: { algorithm: 'RS256' },
    claims: fronteggClaims(directory),
    now,
  })
}

/** What a machine may do at the moment, by its record and not by its token. */
export async function grantsNow(
  machines: TokenIssuer,
  directory: Directory,
  { kind, clientId = '', claims, account = '' }: AccessToken,
): Promise<Grants> {
  if (kind?.startsWith('user')) return directory.grantsOfUser(String(claims.userId), account)
  const record =
    kind === 'tenantAccessToken'
      ? await machines.accessTokens.get(clientId)
      : await machines.credentials.get(clientId)
  return directory.grantsOfRoles(roleIdsOf(record?.metadata ?? {}))
}

/** Deletes what the machines of a user exchange. What they were handed ends by its status. */
export async function deleteCredentialsOf({ credentials }: TokenIssuer, userId: string): Promise<void> {
  for (const { clientId, subject } of await everyCredential(credentials))
    if (subject.kind === 'user' && subject.id === userId) await credentials.delete(clientId)
}

async function everyCredential({ list }: TokenIssuer['credentials']): Promise<readonly CredentialRecord[]> {
  const found: CredentialRecord[] = []
  for (;;) {
    const last = found.at(-1)
    const slice = await list(last && { after: last.clientId })
    if (slice.length === 0) return found
    found.push(...slice)
  }
}
