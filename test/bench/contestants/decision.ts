import { type AuthorizationDecision, createResourceServer, type ResourceServer } from '@scopegate/core'
import { createVerifier } from 'fast-jwt'
import createRouter from 'find-my-way'
import { type Contestant, timed } from '../sampler.ts'
import { readTextPool } from '../text-pool.ts'
import { AUDIENCE, ISSUER, ORIGIN, type TokenSet } from '../token-set.ts'
import { BEYOND, createTraffic, DENIALS, type FreshRequest, makeRules, makeTargets } from '../traffic.ts'

/** What every contestant of this module is told. */
export interface DecisionInput {
  readonly tokens: TokenSet
  readonly rules: number
  readonly sampleMs: number
}

/** Few enough that a request is still near the processor when it is judged, as it is when a server has just read it. */
const BATCH = 64

/** Every token is verified once before anything is measured, by a cache that holds them all. */
async function createGate({ tokens, rules }: DecisionInput): Promise<ResourceServer> {
  const server = createResourceServer({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: { keys: [tokens.jwk as NonNullable<TokenSet['jwk']>] },
    routes: [...makeRules(rules), BEYOND],
    origins: [ORIGIN],
    tokenCache: { maxEntries: tokens.count + 1, maxBytes: 4_294_967_296 },
  })
  const target = makeTargets(rules).fresh(0)
  const credentials = readTextPool(tokens.file, 'Bearer ')
  for (let at = 0; at < credentials.count; at++) {
    const rawHeaders = ['Authorization', credentials.fresh(at)]
    expectAllowed(await server.authorize({ method: 'GET', target, rawHeaders }))
  }
  return server
}

function expectAllowed(decision: AuthorizationDecision | undefined): void {
  if (decision?.allowed !== true) throw new Error(`not allowed: ${decision?.reason ?? 'not in the cache'}`)
}

function trafficOf({ tokens, rules }: DecisionInput): (count: number) => FreshRequest[] {
  return createTraffic(readTextPool(tokens.file, 'Bearer '), makeTargets(rules), tokens.count)
}

/** The gate, asked for one kind of decision only. */
function decisionOf(kind: string): Contestant<DecisionInput> {
  return async (input) => {
    const { authorizeNow } = (await createGate(input)).protecting()
    const draw = trafficOf(input)
    const change = DENIALS[kind] as (request: FreshRequest) => FreshRequest['gate']
    return timed({
      milliseconds: input.sampleMs,
      prepare: () => draw(BATCH).map(change),
      run: (requests) => {
        for (const request of requests) {
          if (authorizeNow(request)?.allowed !== (kind === 'allowed')) throw new Error(`not as ${kind}`)
        }
      },
    })
  }
}

type Handler = () => void

/** A verifier, a router and a comparison of scopes, put together by hand. */
function composed(cacheKeyBuilder?: (token: string) => string): Contestant<DecisionInput> {
  return (input) => {
    const judge = composeGate(input, cacheKeyBuilder)
    const draw = trafficOf(input)
    return timed({
      milliseconds: input.sampleMs,
      prepare: () => draw(BATCH),
      run: (requests) => {
        for (const request of requests) if (!judge(request)) throw new Error('not allowed')
      },
    })
  }
}

function composeGate(
  { tokens, rules }: DecisionInput,
  cacheKeyBuilder?: (token: string) => string,
): (request: FreshRequest) => boolean {
  const verify = createVerifier({
    key: tokens.key,
    algorithms: [tokens.algorithm],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    checkTyp: 'at+jwt',
    cache: tokens.count + 1,
    cacheTTL: Number.POSITIVE_INFINITY,
    ...(cacheKeyBuilder && { cacheKeyBuilder }),
  })
  const router = createRouter()
  for (const { method, path, scopes } of makeRules(rules)) {
    router.on(method as 'GET', path, (() => undefined) as Handler, { scope: scopes })
  }
  const texts = readTextPool(tokens.file)
  for (let at = 0; at < texts.count; at++) verify(texts.fresh(at))
  return ({ gate, headers }) => {
    const route = router.find(gate.method as 'GET', gate.target as string)
    const authorization = headers.authorization
    if (route === null || authorization?.startsWith('Bearer ') !== true) return false
    const { scope } = verify(authorization.slice(7)) as { readonly scope: string }
    return scope.split(' ').includes((route.store as { readonly scope: string }).scope)
  }
}

/** The gate with the smallest table, whatever is asked for. */
export const TEN_RULES = '10 rules'

export const contestants: Readonly<Record<string, Contestant<DecisionInput>>> = {
  scopegate: decisionOf('allowed'),
  [TEN_RULES]: (input) => decisionOf('allowed')({ ...input, rules: 10 }),
  'fast-jwt cached + find-my-way': composed((token) => token),
  'fast-jwt cached (hashed keys) + find-my-way': composed(),
  ...Object.fromEntries(Object.keys(DENIALS).map((kind) => [kind, decisionOf(kind)])),
}
