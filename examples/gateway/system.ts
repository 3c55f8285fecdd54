import { type Api, type Listening, listen } from '@scopegate/example-harness'
import { createTokenIssuer, type TokenIssuer } from '@scopegate/issuer'
import { issuerListener } from '@scopegate/issuer/node'
import { createGateway } from './gateway.ts'
import { AUDIENCE, createGatewayServer } from './policy.ts'
import { startUpstream, type Upstream } from './upstream.ts'

/** A client of the API. */
export interface GatewayClient {
  readonly clientId: string
  readonly clientSecret: string
}

/** The issuer, the upstream and the gateway between it and the world. */
export interface GatewaySystem {
  readonly tokenEndpoint: string
  readonly upstream: Upstream
  readonly gateway: Api
  /** May read reports. */
  readonly reader: GatewayClient
  /** May do everything. */
  readonly admin: GatewayClient
  readonly close: () => Promise<void>
}

const TOKEN_PATH = '/oauth/token'

/** Starts everything. */
export async function startGatewaySystem(now: () => number): Promise<GatewaySystem> {
  const [issuing, listening, upstream] = [await listen(), await listen(), await startUpstream()]
  const issuer = createTokenIssuer({ issuer: issuing.url, audience: AUDIENCE, now })
  issuing.server.on('request', issuerListener(issuer))
  listening.server.on('request', createGateway(createGatewayServer(issuing.url, now), upstream.url))
  const parts: readonly Pick<Listening, 'close'>[] = [issuing, listening, upstream]
  return {
    tokenEndpoint: issuing.url + TOKEN_PATH,
    upstream,
    gateway: { framework: 'hono', port: listening.port, url: listening.url, close: listening.close },
    reader: await createClient(issuer, ['reports.read']),
    admin: await createClient(issuer, ['reports.read', 'reports.write', 'admin']),
    close: async () => void (await Promise.all(parts.map(async ({ close }) => await close()))),
  }
}

async function createClient(issuer: TokenIssuer, scopes: readonly string[]): Promise<GatewayClient> {
  const { id } = await issuer.accounts.create({ verified: true })
  const created = await issuer.credentials.create({ account: id, name: 'client', scopes })
  return { clientId: created.credential.clientId, clientSecret: created.clientSecret }
}

/** Exchanges a client's credentials for a token. */
export async function requestToken(
  { tokenEndpoint }: GatewaySystem,
  { clientId, clientSecret }: GatewayClient,
): Promise<string> {
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const reply = response.ok ? ((await response.json()) as { access_token?: string }) : {}
  if (reply.access_token !== undefined) return reply.access_token
  throw new Error(`the token endpoint answered ${response.status}`)
}
