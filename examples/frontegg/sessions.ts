import { createTokenIssuer, fronteggVendorDialect, type TokenIssuer } from '@scopegate/issuer'
import { fronteggClaims } from './claims.ts'
import type { Directory } from './directory.ts'
import { ENVIRONMENT, SESSION_KEYS_PATH, VENDOR_PATH } from './environment.ts'

/** Issues what is no machine's: vendor tokens by exchange, the sessions of users as they sign in. */
export function createSessions(url: string, directory: Directory, now: () => number): TokenIssuer {
  return createTokenIssuer({
    issuer: url,
    audience: ENVIRONMENT,
    endpoints: [{ path: VENDOR_PATH, dialect: fronteggVendorDialect }],
    jwksPath: SESSION_KEYS_PATH,
    signing: { algorithm: 'RS256' },
    claims: fronteggClaims(directory, { exchange: 'vendor', direct: 'userToken' }),
    now,
  })
}

/** Who can manage the environment. */
export interface Vendor {
  readonly clientId: string
  readonly secret: string
}

/** Makes the credential of a vendor. */
export async function createVendor(sessions: TokenIssuer): Promise<Vendor> {
  const account = await sessions.accounts.create({ verified: true })
  const created = await sessions.credentials.create({ account: account.id, name: 'vendor', scopes: [] })
  return { clientId: created.credential.clientId, secret: created.clientSecret }
}

/** How a user signed in. */
export interface SignIn {
  readonly userId: string
  readonly tenantId: string
  readonly acr?: string
  readonly amr?: readonly string[]
  /** Seconds since 1970. */
  readonly authTime?: number
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** The token of a user who has signed in; the tenant's account is made where there is none yet. */
export async function signIn(sessions: TokenIssuer, how: SignIn): Promise<string> {
  const { userId, tenantId, acr, amr, authTime, expiresAt } = how
  if ((await sessions.accounts.get(tenantId)) === undefined) {
    await sessions.accounts.create({ id: tenantId, verified: true })
  }
  const { token } = await sessions.accessTokens.create({
    account: tenantId,
    name: 'session',
    scopes: [],
    subject: { kind: 'user', id: userId },
    metadata: { acr, amr, auth_time: authTime },
    expiresAt,
  })
  return token
}
