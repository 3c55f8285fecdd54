import { listen } from '@scopegate/example-harness'
import { AUDIENCE } from '@scopegate/example-multiset'
import { createTokenIssuer, standardDialect, type TokenIssuer } from '@scopegate/issuer'
import { issuerListener } from '@scopegate/issuer/node'

/** The credential that the proxy holds: it can do far more than a page ever should. */
export interface VendorCredential {
  readonly clientId: string
  readonly clientSecret: string
}

/** The vendor's side, listening. */
export interface Vendor {
  readonly issuer: TokenIssuer
  readonly tokenEndpoint: string
  readonly credential: VendorCredential
  readonly close: () => Promise<void>
}

/** How long its tokens live, in seconds. */
export const LIFETIME = 300

const TOKEN_PATH = '/oauth/token'
const SCOPES = ['query', 'write', 'delete']

/** Starts an issuer of short-lived tokens that can be asked for less than a credential has. */
export async function startVendor(now: () => number, origins: readonly string[]): Promise<Vendor> {
  const { url, server, close } = await listen()
  const issuer = createTokenIssuer({
    issuer: url,
    audience: AUDIENCE,
    scopes: SCOPES,
    endpoints: [{ path: TOKEN_PATH, dialect: { ...standardDialect, lifetime: LIFETIME } }],
    now,
  })
  server.on('request', issuerListener(issuer))
  const account = await issuer.accounts.create({ verified: true, tokenSigning: 'account', origins })
  const created = await issuer.credentials.create({ account: account.id, name: 'proxy', scopes: SCOPES })
  const credential = { clientId: created.credential.clientId, clientSecret: created.clientSecret }
  return { issuer, tokenEndpoint: url + TOKEN_PATH, credential, close }
}
