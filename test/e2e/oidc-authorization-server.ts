import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { type Adapter, type ClientMetadata, type Configuration, Provider } from 'oidc-provider'

const algorithm = 'ES256'
const supportedScope = 'query write delete'

/** A machine client that the authorization server knows from the start. */
export interface ClientRegistration {
  readonly clientId: string
  readonly clientSecret: string
  /** Space-separated scopes the client may ask for, out of `query write delete`. */
  readonly scope: string
}

/** What {@link startAuthorizationServer} needs to know. */
export interface AuthorizationServerOptions {
  /** TCP port on 127.0.0.1. Default: any free one. A port in use rejects the start. */
  readonly port?: number
  /** The resource server that every token is for, as the `aud` claim. An absolute URI without fragment. */
  readonly audience: string
  /** Lifetime of an access token, in seconds. */
  readonly tokenTtlSeconds: number
  readonly clients: readonly ClientRegistration[]
}

/** A running authorization server. */
export interface AuthorizationServer {
  /** The `iss` claim; `/.well-known/openid-configuration` is served below it. */
  readonly issuer: string
  readonly tokenEndpoint: string
  /** Stops listening and drops open connections: from then on, its key set is unreachable. */
  close(): Promise<void>
}

/**
 * Starts a real authorization server on loopback: client credentials in, RFC 9068 access tokens out.
 *
 * Nothing outlives it: its ES256 signing key is generated at the start and kept in memory. It is plain HTTP
 * and keeps no state, so it is for a demo and for tests, not for production.
 *
 * @example
 * ```ts
 * const server = await startAuthorizationServer({ audience: 'https://api.example', tokenTtlSeconds: 60, clients })
 * ```
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068 RFC 9068} JWT profile for access tokens
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749, section 4.4} client credentials
 */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const signingKey = await generateSigningKey()
  const server = await listen(options.port ?? 0)
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, configure(options, signingKey))
  server.on('request', provider.callback())
  return Object.freeze({ issuer, tokenEndpoint: `${issuer}/token`, close: () => close(server) })
}

async function generateSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: algorithm, use: 'sig' }
}

// The issuer names the port, so the port comes before the provider.
async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

// Clients are configured and tokens carry their own state, so there is nothing to store and nothing to find.
const noStore: Adapter = {
  upsert: async () => {},
  find: async () => undefined,
  findByUserCode: async () => undefined,
  findByUid: async () => undefined,
  consume: async () => {},
  destroy: async () => {},
  revokeByGrantId: async () => {},
}

/** Every setting the library would print a notice about is set here, so standard output stays the demo's. */
function configure(options: AuthorizationServerOptions, signingKey: JWK): Configuration {
  return {
    clients: options.clients.map(registration),
    // Without this the library assumes RS256 and refuses clients for the lack of an RSA key.
    clientDefaults: { id_token_signed_response_alg: algorithm },
    scopes: supportedScope.split(' '),
    jwks: { keys: [signingKey] },
    ttl: { ClientCredentials: options.tokenTtlSeconds },
    adapter: () => noStore,
    cookies: { keys: [crypto.randomUUID()] },
    routes: { token: '/token' },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: oneResource(options),
    },
  }
}

function registration({ clientId, clientSecret, scope }: ClientRegistration): ClientMetadata {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    scope,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }
}

/** A client need not name a resource (RFC 8707): whatever it asks for is for the one audience. */
function oneResource(
  options: AuthorizationServerOptions,
): NonNullable<Configuration['features']>['resourceIndicators'] {
  return {
    enabled: true,
    defaultResource: () => options.audience,
    getResourceServerInfo: () => ({
      scope: supportedScope,
      audience: options.audience,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: algorithm } },
    }),
  }
}
