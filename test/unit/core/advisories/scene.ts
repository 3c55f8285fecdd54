import { createResourceServer, type ResourceServer, type ResourceServerOptions } from '@scopegate/core'
import { createFakeClock, type FakeClock } from '@scopegate/core/testing'
import { expect } from 'vitest'
import { describeDecision } from '../../../key-set-scenario.ts'
import { ask, denied, type Headers, headerOf, issuer, profile } from '../server.ts'

export const INVALID_TOKEN =
  'Bearer realm="api", error="invalid_token", error_description="The access token is not valid for this API"'
export const JWKS_URI = 'https://issuer.example/jwks'

type Options = Partial<Record<keyof ResourceServerOptions, unknown>> & Record<string, unknown>

/** A server with `GET /maps` for any token and `GET /read` for the scope `read`, and whatever the test is about. */
export function createServer(options: Options = {}): ResourceServer {
  const routes = [
    { method: 'GET', path: '/maps', access: 'authenticated' },
    { method: 'GET', path: '/read', scopes: 'read' },
  ]
  const given = Object.entries({ ...profile, routes, ...options }).filter(([, value]) => value !== undefined)
  return createResourceServer(Object.fromEntries(given) as unknown as ResourceServerOptions)
}

export const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` })

/** `allowed`, or status and reason; asked cold and warm, with and without waiting. */
export async function verdict(server: ResourceServer, token: string, target = '/maps'): Promise<string> {
  return describeDecision(await ask(server, `GET ${target}`, bearer(token)))
}

/** The token gets 401 `invalid_token`, cold and warm, and nothing that tells why. */
export async function expectInvalid(server: ResourceServer, token: string, about = token): Promise<void> {
  const decision = denied(await ask(server, 'GET /maps', bearer(token)))
  expect(decision.status, about).toBe(401)
  expect(headerOf(decision, 'WWW-Authenticate'), about).toBe(INVALID_TOKEN)
}

/** A server whose keys come from a `fetch` of the test's own, with a clock and a record of what was fetched. */
export function createFetching(
  respond: (url: string, init: RequestInit) => Response | Promise<Response> = () =>
    Response.json(issuer.jwks),
  options: Options = {},
): { readonly server: ResourceServer; readonly fetched: readonly string[]; readonly clock: FakeClock } {
  const fetched: string[] = []
  const clock = createFakeClock(Date.now())
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    fetched.push(url)
    return await respond(url, init)
  }
  const remote = { keys: undefined, jwksUri: JWKS_URI, fetch, now: clock.now }
  return { server: createServer({ ...remote, ...options }), fetched, clock }
}

/** Generous, for a busy machine; a cost that grows with the square of these inputs is seconds. */
const BUDGET = 250
const ATTEMPTS = 3

/** The work takes no longer than the budget, the best of several attempts counting. */
export async function expectQuick(work: () => Promise<unknown>): Promise<void> {
  let best = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < ATTEMPTS && best > BUDGET; attempt++) {
    const started = performance.now()
    await work()
    best = Math.min(best, performance.now() - started)
  }
  expect(best).toBeLessThan(BUDGET)
}
