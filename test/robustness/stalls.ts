import { createResourceServer, type ResourceRequest, type ResourceServer } from '@scopegate/core'
import { createTestIssuer } from '@scopegate/core/testing'
import type { Figure } from './budget.ts'
import { rounded } from './budget.ts'
import { leastCosts } from './cost.ts'
import { HOSTILE_HEADERS, HOSTILE_TOKENS, type HostileInput, OVERSIZED } from './hostile-inputs.ts'

/** How long one request may keep everything else waiting, and how the cost may grow. */
interface StallBudget {
  readonly size: number
  /** In milliseconds, for twice the size. */
  readonly most: number
}

const GROWTH = 2.5
/** Below this a cost is that of any request; what it grows by is noise. In milliseconds. */
const NOTHING = 0.02

const issuer = await createTestIssuer({ issuer: 'https://issuer.example' })

/** Origins come from a source, so that each is judged; the table has rules enough to search in. */
function createServer(maxTokenLength: number): ResourceServer {
  return createResourceServer({
    issuer: issuer.issuer,
    audience: issuer.audience,
    keys: issuer.jwks,
    maxTokenLength,
    origins: { known: () => true, allows: () => true },
    routes: [
      { method: ['GET', 'OPTIONS'], path: '/maps', access: 'authenticated' },
      ...Array.from({ length: 200 }, (_, index) => ({
        method: 'GET' as const,
        path: index % 2 === 0 ? `/a/:b/:c/d${index}/:e` : `/a/:b/d${index}/*`,
        access: 'authenticated' as const,
      })),
    ],
  })
}

/** Each input at a size and at twice that size. A text is asked for once only: a source's answers are remembered. */
export async function* measureStalls(): AsyncGenerator<Figure> {
  for (const input of HOSTILE_TOKENS) yield await measure(input, 8192, { size: 2000, most: 1 })
  for (const input of HOSTILE_TOKENS) yield await measure(input, 1_048_576, { size: 50_000, most: 25 })
  for (const input of HOSTILE_HEADERS) yield await measure(input, 8192, { size: 7500, most: 1 })
  for (const input of OVERSIZED) yield await measure(input, 8192, { size: 25_000_000, most: 25 })
}

const ATTEMPTS = 4
/** A header that comes twice in a row is parsed once; those of two sizes take turns, so that each is parsed. */
const LITTLE = 16

async function measure(input: HostileInput, maxTokenLength: number, budget: StallBudget): Promise<Figure> {
  const server = createServer(maxTokenLength)
  const works = [budget.size, 2 * budget.size].map((size) =>
    asking(server, [input.build(size), input.build(size + LITTLE)]),
  )
  let costs = await leastCosts(works)
  for (let attempt = 1; attempt < ATTEMPTS && !isKept(costs, budget); attempt++) {
    const again = await leastCosts(works)
    costs = costs.map((cost, index) => Math.min(cost, again[index] as number))
  }
  return toFigure(input, costs, budget)
}

function isKept([once = 0, twice = 0]: readonly number[], { most }: StallBudget): boolean {
  return twice <= most && (twice <= GROWTH * once || twice <= NOTHING)
}

function toFigure({ name }: HostileInput, costs: readonly number[], { size, most }: StallBudget): Figure {
  const [once = 0, twice = 0] = costs
  return {
    name: `${name}, ${inWords(2 * size)}`,
    measured: `${rounded(twice)} ms, ${(twice / once).toFixed(2)} times that of half of it`,
    budget: `${most} ms, ${GROWTH} times`,
    kept: isKept(costs, { size, most }),
  }
}

function inWords(size: number): string {
  return size >= 1_000_000 ? `${size / 1_000_000} MB` : `${size / 1000} KB`
}

function asking(server: ResourceServer, requests: readonly ResourceRequest[]): () => Promise<unknown> {
  let asked = 0
  return async () => await server.authorize(requests[asked++ % requests.length] as ResourceRequest)
}
