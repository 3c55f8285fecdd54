import { createExampleServer } from '@scopegate/example-policy'
import { type Api, startApis } from './apis.ts'
import type { DemoOptions } from './demo-options.ts'
import { type DemoClient, type RunningIssuer, startIssuer } from './issuer.ts'

/** Everything that listens. */
export interface Demo {
  readonly issuer: RunningIssuer
  readonly apis: readonly Api[]
  readonly tokenTtlSeconds: number
  /** Turns the clock of the three APIs: the only way to see an expired token without waiting for it. */
  readonly setClockAhead: (seconds: number) => void
  /** Ends everything, once. */
  readonly close: () => Promise<void>
}

const SCOPES = ['query', 'query write', 'query write delete']

/** Starts the issuer and the three APIs on loopback. */
export async function startDemo({ firstPort, tokenTtlSeconds }: DemoOptions): Promise<Demo> {
  const issuer = await startIssuer({ port: firstPort, tokenTtlSeconds, scopes: SCOPES })
  let ahead = 0
  const now = (): number => Date.now() + ahead * 1000
  const firstApiPort = firstPort === 0 ? 0 : firstPort + 1
  const apis = await startApis(() => createExampleServer(issuer.url, now), firstApiPort).catch(
    async (error) => {
      await issuer.close()
      throw error
    },
  )
  let closed: Promise<unknown> | undefined
  return {
    issuer,
    apis,
    tokenTtlSeconds,
    setClockAhead: (seconds) => {
      ahead = seconds
    },
    close: async () => {
      closed ??= Promise.all([issuer.close(), ...apis.map(async (api) => await api.close())])
      await closed
    },
  }
}

/** Gets a token as any OAuth client does (RFC 6749 section 4.4.2). */
export async function requestToken({ issuer }: Demo, client: DemoClient): Promise<string> {
  const response = await fetch(issuer.tokenEndpoint, {
    method: 'POST',
    headers: { authorization: basic(client) },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: client.scope }),
  })
  const { access_token } = (await response.json()) as { access_token?: string }
  if (access_token === undefined) throw new Error(`the token endpoint answered ${response.status}`)
  return access_token
}

/** Gets one as a page would at the other endpoint: the same ids once more in a body that nobody reads. */
export async function requestM2mToken({ issuer }: Demo, client: DemoClient): Promise<string> {
  const { clientId, clientSecret } = client
  const response = await fetch(issuer.m2mTokenEndpoint, {
    method: 'POST',
    headers: { authorization: basic(client), 'content-type': 'application/json' },
    body: JSON.stringify({ clientId, clientSecret }),
  })
  const { token } = (await response.json()) as { token?: string }
  if (token === undefined) throw new Error(`the token endpoint answered ${response.status}`)
  return token
}

function basic({ clientId, clientSecret }: DemoClient): string {
  return `Basic ${btoa(`${clientId}:${clientSecret}`)}`
}
