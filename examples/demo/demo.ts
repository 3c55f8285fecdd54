import type { Api, Clock } from '@scopegate/example-harness'
import { createExampleServer } from '@scopegate/example-policy'
import { startApis } from './apis.ts'
import type { DemoOptions } from './demo-options.ts'
import { type RunningIssuer, startIssuer } from './issuer.ts'

/** Everything that listens. */
export interface Demo {
  readonly issuer: RunningIssuer
  readonly apis: readonly Api[]
  readonly tokenTtlSeconds: number
  /** Ends everything, once. */
  readonly close: () => Promise<void>
}

const SCOPES = ['query', 'query write', 'query write delete']

/** Starts the issuer and the three APIs on loopback. */
export async function startDemo({ firstPort, tokenTtlSeconds }: DemoOptions, clock: Clock): Promise<Demo> {
  const issuer = await startIssuer({ port: firstPort, tokenTtlSeconds, scopes: SCOPES, now: clock.now })
  const firstApiPort = firstPort === 0 ? 0 : firstPort + 1
  const apis = await startApis(() => createExampleServer(issuer.url, clock.now), firstApiPort).catch(
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
    close: async () => {
      closed ??= Promise.all([issuer.close(), ...apis.map(async (api) => await api.close())])
      await closed
    },
  }
}
