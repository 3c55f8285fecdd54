import { createTokenManager } from '@scopegate/client'
import { createFetch } from '@scopegate/client/fetch'
import { managementToken, mintToken } from '@scopegate/client/mint'
import { createServer } from '../../conformance/policy.ts'
import type { CallOrder, DecisionOrder, Decisions, MintOrder, Setup } from './setup.ts'

/** Core alone, without framework or socket. */
async function decide(order: DecisionOrder): Promise<Decisions> {
  const server = createServer(order, { now: () => order.time })
  const cold = await server.authorize(order.request)
  const now = server.authorizeNow(order.request) ?? null
  return { cold, now, warm: await server.authorize(order.request) }
}

/** The client: fetches a token and sends a request with it. */
async function call({ tokenEndpoint, api, url, method, headers }: CallOrder): Promise<unknown> {
  const credentials = { clientId: 'reader', clientSecret: 'a-secret-of-sufficient-length' }
  const send = createFetch(createTokenManager({ tokenEndpoint, credentials }), { api })
  const response = await send(url, { method, headers: headers.map(([name, value]) => [name, value]) })
  return { status: response.status, headers: [...response.headers], body: await response.text() }
}

async function mint({ secret, claims }: MintOrder): Promise<string> {
  return await mintToken(managementToken, { secret, claims, ttl: 60 })
}

/** What a runtime can be told to do besides serving the API. */
export async function carryOut(order: string, details: unknown): Promise<unknown> {
  if (order === 'decide') return await decide(details as DecisionOrder)
  if (order === 'call') return await call(details as CallOrder)
  if (order === 'mint') return await mint(details as MintOrder)
  throw new Error(`no such order: ${order}`)
}

/** A cold server by a setup. */
export function serverOf(setup: Setup): ReturnType<typeof createServer> {
  return createServer(setup, { now: () => setup.time })
}
