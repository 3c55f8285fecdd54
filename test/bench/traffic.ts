import type { ResourceRequest, RouteRule } from '@scopegate/core'
import { createRandom } from './random.ts'
import { createTextPool, type TextPool } from './text-pool.ts'
import { ORIGIN } from './token-set.ts'

/** A table of so many rules as an API of many resources has: every second one with a parameter. */
export function makeRules(count: number): readonly (RouteRule & { readonly method: string })[] {
  return Array.from({ length: count }, (_, at) => ({
    method: 'GET',
    path: at % 2 === 0 ? `${resource(at)}/items/:id` : `${resource(at)}/summary`,
    scopes: 'query',
  }))
}

/** As long in a small table as in a large one, so that tables differ in their size only. */
function resource(at: number): string {
  return `/v1/resource-${String(at).padStart(4, '0')}`
}

/** Targets that the rules of {@link makeRules} match, evenly. */
export function makeTargets(rules: number): TextPool {
  const count = Math.max(rules, 1000)
  const targets = Array.from({ length: count }, (_, at) => {
    const rule = at % rules
    return rule % 2 === 0 ? `${resource(rule)}/items/${at.toString(36)}x7` : `${resource(rule)}/summary`
  })
  return createTextPool(targets)
}

/** One request in the two shapes that contestants read; all text in it is new. */
export interface FreshRequest {
  readonly gate: ResourceRequest
  /** What Node makes of the same headers; a contestant that reads it does not pay for making it. */
  readonly headers: Readonly<Record<string, string>>
}

/** Draws requests in random order: a random token on a random route, with the headers of a browser. */
export function createTraffic(
  credentials: TextPool,
  targets: TextPool,
  seed: number,
): (count: number) => FreshRequest[] {
  const random = createRandom(seed)
  const names = createTextPool(['Host', 'User-Agent', 'Accept', 'Accept-Encoding', 'Origin', 'Authorization'])
  const values = createTextPool(['api.example', 'node', 'application/json', 'gzip, deflate', ORIGIN])
  const draw = (): FreshRequest => {
    const authorization = credentials.fresh(random(credentials.count))
    const target = targets.fresh(random(targets.count))
    const rawHeaders: string[] = []
    for (let at = 0; at < values.count; at++) rawHeaders.push(names.fresh(at), values.fresh(at))
    rawHeaders.push(names.fresh(values.count), authorization)
    return {
      gate: { method: 'GET', target, rawHeaders },
      headers: { host: values.fresh(0), origin: values.fresh(4), authorization },
    }
  }
  return (count) => Array.from({ length: count }, draw)
}

/** A rule that no token of the benchmark satisfies, and a target of it. */
export const BEYOND: RouteRule = { method: 'GET', path: '/v1/beyond/items/:id', scopes: 'delete' }
const beyond = createTextPool(['/v1/beyond/items/x7'])

/** The requests of a denial, or of a preflight: drawn as the allowed ones are, and then changed. */
export const DENIALS: Readonly<Record<string, (request: FreshRequest) => ResourceRequest>> = {
  allowed: ({ gate }) => gate,
  preflight: ({ gate }) => ({
    ...gate,
    method: 'OPTIONS',
    rawHeaders: [...gate.rawHeaders.slice(0, -2), 'Access-Control-Request-Method', 'GET'],
  }),
  'no token': ({ gate }) => ({ ...gate, rawHeaders: gate.rawHeaders.slice(0, -2) }),
  'scope missing': ({ gate }) => ({
    method: gate.method,
    target: beyond.fresh(0),
    rawHeaders: gate.rawHeaders,
  }),
}
