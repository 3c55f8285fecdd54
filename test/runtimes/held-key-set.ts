import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestIssuer } from '@scopegate/core/testing'

/** A JWK Set on loopback that is sent when it is told to be. */
export interface HeldKeySet {
  readonly url: string
  /** How often it was asked for. */
  readonly asked: () => number
  /** Resolves once it has been asked for so often. */
  readonly wasAsked: (times: number) => Promise<void>
  /** Answers this request, counted from 0, with the keys as they are now. */
  readonly answer: (index: number) => void
  readonly close: () => Promise<void>
}

/** Starts it; every request waits for {@link HeldKeySet.answer}. */
export async function startHeldKeySet(issuer: Pick<TestIssuer, 'jwks'>): Promise<HeldKeySet> {
  const waiting: ServerResponse[] = []
  const server = createServer((_, response) => {
    waiting.push(response)
    server.emit('asked')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    asked: () => waiting.length,
    wasAsked: async (times) => {
      while (waiting.length < times) await once(server, 'asked')
    },
    answer: (index) => {
      waiting[index]?.setHeader('content-type', 'application/json').end(JSON.stringify(issuer.jwks))
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
