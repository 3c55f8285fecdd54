import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '@scopegate/example-harness'
import { AUDIENCE, ORIGINS } from '@scopegate/example-policy'
import { createTokenIssuer, multisetDialect, standardDialect, type TokenIssuer } from '@scopegate/issuer'
import { openLibsqlStore } from '@scopegate/issuer/libsql'
import { issuerListener } from '@scopegate/issuer/node'

/** A client of the demo, with the secret that its creation showed. */
export interface DemoClient {
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string
}

/** The issuer, listening. */
export interface RunningIssuer {
  /** The `iss` of its tokens, and where it is. */
  readonly url: string
  /** RFC 6749 section 4.4, as any OAuth client asks. */
  readonly tokenEndpoint: string
  /** The same credentials in another dialect: Basic as a browser makes it, `{ token, expiresOn }` in return. */
  readonly m2mTokenEndpoint: string
  readonly clients: readonly DemoClient[]
  readonly close: () => Promise<void>
}

/** What {@link startIssuer} needs to know. */
export interface IssuerSettings {
  /** 0 for a free port. */
  readonly port: number
  readonly tokenTtlSeconds: number
  /** One client is made for each. */
  readonly scopes: readonly string[]
  readonly now: () => number
}

const TOKEN_PATH = '/oauth/token'
const M2M_PATH = '/v1/m2m/token'

/** Starts an issuer on loopback whose records are kept in an embedded database, in a folder that goes with it. */
export async function startIssuer({
  port,
  tokenTtlSeconds,
  scopes,
  now,
}: IssuerSettings): Promise<RunningIssuer> {
  const folder = await mkdtemp(join(tmpdir(), 'scopegate-demo-'))
  // Tokens name the issuer's address, so the port comes before the issuer.
  const listening = await listen(port)
  const { url } = listening
  const store = await openLibsqlStore({ file: join(folder, 'issuer.db') })
  const issuer = createTokenIssuer({
    issuer: url,
    audience: AUDIENCE,
    store,
    lifetime: tokenTtlSeconds,
    endpoints: [
      { path: TOKEN_PATH, dialect: standardDialect },
      { path: M2M_PATH, dialect: { ...multisetDialect, lifetime: tokenTtlSeconds } },
    ],
    signing: { encryptionKey: crypto.getRandomValues(new Uint8Array(32)) },
    now,
  })
  listening.server.on('request', issuerListener(issuer))
  const close = async (): Promise<void> => {
    await listening.close()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
  const clients = await register(issuer, scopes)
  return { url, tokenEndpoint: url + TOKEN_PATH, m2mTokenEndpoint: url + M2M_PATH, clients, close }
}

async function register(issuer: TokenIssuer, scopes: readonly string[]): Promise<readonly DemoClient[]> {
  const account = await issuer.accounts.create({ verified: true, origins: ORIGINS })
  return await Promise.all(
    scopes.map(async (scope) => {
      const created = await issuer.credentials.create({
        account: account.id,
        name: scope,
        scopes: scope.split(' '),
      })
      return { clientId: created.credential.clientId, clientSecret: created.clientSecret, scope }
    }),
  )
}
