import { listen } from '@scopegate/example-harness'
import { createTokenIssuer, type IssuerStore, multisetDialect, type TokenIssuer } from '@scopegate/issuer'
import { issuerListener } from '@scopegate/issuer/node'
import { AUDIENCE } from './policy.ts'
import type { MultisetScope } from './routes.ts'

/** A credential, with the secret that its creation showed. */
export interface PortalCredential {
  readonly clientId: string
  readonly clientSecret: string
  readonly account: string
  readonly scopes: readonly MultisetScope[]
}

/** The vendor's side, listening: accounts, credentials and the token endpoint. */
export interface Portal {
  readonly issuer: TokenIssuer
  readonly port: number
  readonly tokenEndpoint: string
  /** A verified account whose tokens are HS256. */
  readonly createAccount: (origins: readonly string[]) => Promise<string>
  readonly createCredential: (account: string, scopes: readonly MultisetScope[]) => Promise<PortalCredential>
  readonly close: () => Promise<void>
}

/** How the portal is set up. */
export interface PortalSettings {
  readonly now: () => number
  /** Whether every account allows the pages of `localhost`. Default true, as the vendor has it. */
  readonly localhost?: boolean
  /** Where records are kept. Default: in memory. */
  readonly store?: IssuerStore
}

export const TOKEN_PATH = '/v1/m2m/token'
const SCOPES: readonly MultisetScope[] = ['query', 'write', 'delete']

/** Starts the portal on loopback. */
export async function startPortal({ now, localhost = true, store }: PortalSettings): Promise<Portal> {
  const { url, port, server, close } = await listen()
  const issuer = createTokenIssuer({
    issuer: url,
    audience: AUDIENCE,
    scopes: SCOPES,
    endpoints: [{ path: TOKEN_PATH, dialect: multisetDialect }],
    revocation: 'at-expiry',
    localhost,
    now,
    ...(store && { store }),
  })
  server.on('request', issuerListener(issuer))
  return {
    issuer,
    port,
    tokenEndpoint: url + TOKEN_PATH,
    createAccount: async (origins) => {
      const account = await issuer.accounts.create({ verified: true, tokenSigning: 'account', origins })
      return account.id
    },
    createCredential: async (account, scopes) => {
      const name = scopes.join(' and ')
      const { credential, clientSecret } = await issuer.credentials.create({ account, name, scopes })
      return { clientId: credential.clientId, clientSecret, account, scopes }
    },
    close,
  }
}
