import {
  type AuthorizationDecision,
  createResourceServer,
  type KeySetOptions,
  type ResourceRequest,
  type ResourceServer,
  type SignatureAlgorithm,
} from '@scopegate/core'
import {
  createFakeClock,
  createTestIssuer,
  type FakeClock,
  type KeySetServer,
  startKeySetServer,
  type TestIssuer,
  type TestIssuerOptions,
} from '@scopegate/core/testing'
import { onTestFinished } from 'vitest'

/** An issuer, the server of its keys and a clock, for one test. */
export interface KeySetScenario {
  readonly clock: FakeClock
  readonly issuer: TestIssuer
  readonly keySet: KeySetServer
  readonly createServer: (options?: ScenarioServerOptions) => ScenarioServer
}

/** What a server of a scenario may be given besides issuer, audience and clock. */
export interface ScenarioServerOptions {
  readonly jwksUri?: string
  readonly initialKeys?: TestIssuer['jwks']
  readonly keySet?: KeySetOptions
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
  readonly audience?: string
  readonly algorithms?: readonly SignatureAlgorithm[]
  readonly now?: () => number
}

/** A resource server as the scenarios ask it: by a token, told in one line. */
export interface ScenarioServer extends ResourceServer {
  /** `allowed`, or the status and reason of the denial. */
  readonly verdict: (token: string) => Promise<string>
  /** The same without waiting; `undefined` where that is impossible. */
  readonly verdictNow: (token: string) => string | undefined
  readonly decide: (token: string) => Promise<AuthorizationDecision>
  /** Work that requests left running behind them; it has ended when this resolves. */
  readonly backgroundWork: () => Promise<void>
}

/** Starts everything; it ends with the test. */
export async function startKeySetScenario(
  options: Omit<TestIssuerOptions, 'now'> & { readonly delay?: number } = {},
): Promise<KeySetScenario> {
  const { delay, ...issuerOptions } = options
  const clock = createFakeClock()
  const issuer = await createTestIssuer({ ...issuerOptions, now: clock.now })
  const keySet = await startKeySetServer(issuer, delay === undefined ? {} : { delay })
  onTestFinished(async () => await keySet.close())
  const createServer = (more: ScenarioServerOptions = {}): ScenarioServer =>
    observe(
      createResourceServer({
        issuer: issuer.issuer,
        audience: issuer.audience,
        now: clock.now,
        routes: [{ method: 'GET', path: '/maps', access: 'authenticated' }],
        ...more,
      }),
    )
  return { clock, issuer, keySet, createServer }
}

function observe(server: ResourceServer): ScenarioServer {
  const work: Promise<unknown>[] = []
  const request = (token: string): ResourceRequest => ({
    ...bearerRequest(token),
    waitUntil: (promise) => void work.push(promise),
  })
  const decide = async (token: string): Promise<AuthorizationDecision> =>
    await server.authorize(request(token))
  return {
    ...server,
    decide,
    verdict: async (token) => describeDecision(await decide(token)),
    verdictNow: (token) => {
      const decision = server.authorizeNow(request(token))
      return decision && describeDecision(decision)
    },
    backgroundWork: async () => {
      await Promise.all(work.splice(0))
    },
  }
}

/** `GET /maps` with a bearer token. */
export function bearerRequest(token: string): ResourceRequest {
  return {
    method: 'GET',
    target: '/maps',
    rawHeaders: ['Host', 'api.example', 'Authorization', `Bearer ${token}`],
  }
}

/** `allowed`, or the status and reason of the denial. */
export function describeDecision(decision: AuthorizationDecision): string {
  return decision.allowed ? 'allowed' : `${decision.status} ${decision.reason}`
}

/** Fetches the keys under a tight time limit that a busy machine may miss: the clock moves on until it has worked. */
export async function warmUp(server: ResourceServer, { advance }: FakeClock): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      await server.ready()
      return
    } catch {
      advance(1)
    }
  }
  throw new Error('the keys could not be fetched in time')
}
