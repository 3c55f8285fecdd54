import { randomBytes } from 'node:crypto'
import { AUDIENCE, createExampleServer } from '@scopegate/example-policy'
import { type Api, startApis } from './apis.ts'
import { type ClientRegistration, startAuthorizationServer } from './authorization-server.ts'
import type { DemoOptions } from './demo-options.ts'

/** Everything that listens, and who may ask for tokens. */
export interface Demo {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly apis: readonly Api[]
  readonly clients: readonly ClientRegistration[]
  readonly tokenTtlSeconds: number
  /** Turns the clock of the three APIs: the only way to see an expired token without waiting for it. */
  readonly setClockAhead: (seconds: number) => void
  readonly close: () => Promise<void>
}

const SCOPES = ['query', 'query write', 'query write delete']

/** Starts the authorization server and the three APIs on loopback. */
export async function startDemo({ firstPort, tokenTtlSeconds }: DemoOptions): Promise<Demo> {
  const clients = SCOPES.map(register)
  const authorization = { audience: AUDIENCE, tokenTtlSeconds, clients }
  const server = await startAuthorizationServer(
    firstPort === 0 ? authorization : { ...authorization, port: firstPort },
  )
  let ahead = 0
  const now = (): number => Date.now() + ahead * 1000
  const apis = await startApis(
    () => createExampleServer(server.issuer, now),
    firstPort === 0 ? 0 : firstPort + 1,
  )
  return {
    issuer: server.issuer,
    tokenEndpoint: server.tokenEndpoint,
    apis,
    clients,
    tokenTtlSeconds,
    setClockAhead: (seconds) => {
      ahead = seconds
    },
    close: async () => {
      await Promise.all([server.close(), ...apis.map(async (api) => await api.close())])
    },
  }
}

function register(scope: string): ClientRegistration {
  const id = scope.replaceAll(' ', '-')
  return { clientId: `client-${id}`, clientSecret: randomBytes(32).toString('base64url'), scope }
}

/** Gets a token as any OAuth client does (RFC 6749 section 4.4.2). */
export async function requestToken({ tokenEndpoint }: Demo, client: ClientRegistration): Promise<string> {
  const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: client.scope }),
  })
  const { access_token } = (await response.json()) as { access_token?: string }
  if (access_token === undefined) throw new Error(`the token endpoint answered ${response.status}`)
  return access_token
}
