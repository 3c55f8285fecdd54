import { createResourceServer, type ResourceServer, type TokenCacheOptions } from '@scopegate/core'
import { createFakeClock, createTestIssuer, type FakeClock, type TestIssuer } from '@scopegate/core/testing'
import { bearerRequest } from '../key-set-scenario.ts'

/** A server under a flood, and a client with a good token of its own whom the flood must not harm. */
export interface WatchedServer {
  readonly issuer: TestIssuer
  readonly clock: FakeClock
  /** Asks with a token of the flood; `allowed`, or status and reason. */
  readonly attack: (token: string) => Promise<string>
  /** Asks with the victim's token. */
  readonly askAsVictim: () => Promise<void>
  /** How the victim fared. */
  readonly victim: { readonly token: string; asked: number; allowed: number; fromCache: number }
}

/** What the flood is about. */
export interface WatchedOptions {
  readonly fetch?: (issuer: TestIssuer) => Promise<Response>
  readonly tokenCache?: TokenCacheOptions
}

/** The victim has been here before the flood begins. */
export async function createWatchedServer(options: WatchedOptions = {}): Promise<WatchedServer> {
  const clock = createFakeClock()
  const issuer = await createTestIssuer({ now: clock.now })
  let latestFromCache = false
  const server = create(issuer, clock, options, (fromCache) => {
    latestFromCache = fromCache
  })
  const victim = { token: await issuer.mintToken({ expiresIn: 100_000 }), asked: 0, allowed: 0, fromCache: 0 }
  const attack = async (token: string): Promise<string> => {
    const decision = await server.authorize(bearerRequest(token))
    return decision.allowed ? 'allowed' : `${decision.status} ${decision.reason}`
  }
  const askAsVictim = async (): Promise<void> => {
    const verdict = await attack(victim.token)
    victim.asked++
    if (verdict === 'allowed') victim.allowed++
    if (latestFromCache) victim.fromCache++
  }
  await attack(victim.token)
  return { issuer, clock, attack, askAsVictim, victim }
}

function create(
  issuer: TestIssuer,
  clock: FakeClock,
  { fetch, tokenCache = {} }: WatchedOptions,
  onCache: (fromCache: boolean) => void,
): ResourceServer {
  const common = {
    issuer: issuer.issuer,
    audience: issuer.audience,
    routes: [{ method: 'GET', path: '/maps', access: 'authenticated' }],
    now: clock.now,
    tokenCache,
    onDecision: ({ cacheHit }: { cacheHit: boolean }) => onCache(cacheHit),
  } as const
  if (fetch === undefined) return createResourceServer({ ...common, keys: issuer.jwks })
  const jwksUri = 'https://issuer.example/jwks'
  return createResourceServer({ ...common, jwksUri, fetch: async () => await fetch(issuer) })
}
