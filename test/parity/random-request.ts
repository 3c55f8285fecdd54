import { type AppPlan, type PlannedRoute, pathText, routesOf } from './app-plan.ts'
import { randomHost } from './hosts.ts'
import type { PlannedRequest } from './planned-request.ts'
import type { Random } from './random.ts'
import { MUTATIONS } from './target-mutations.ts'

const FILLERS = [
  'x',
  'a',
  'A',
  'b',
  'me',
  'ME',
  'admin',
  'v1',
  '@me',
  '%40me',
  '%61dmin',
  'a%20b',
  'x.y',
  '7',
  '%c3%bc',
  'a:b',
  '*',
  ':p0',
]
const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const
const ODD_METHODS = ['get', 'gEt', 'head', 'Post', 'TRACE', 'PROPFIND', 'QUERY', 'FOO', 'options'] as const

/** Makes requests for an app: each begins as one of its routes and goes astray from there. */
export function createRequests(plan: AppPlan, random: Random, tokens: number): () => PlannedRequest {
  const routes = routesOf(plan.members)
  return () => {
    const route = random.pick(routes)
    return {
      method: randomMethod(random, route.handler.method),
      target: randomTarget(random, route),
      host: randomHost(random, instantiate(random, random.pick(routes))),
      headers: random.chance(0.02) ? [['X-HTTP-Method-Override', 'DELETE']] : [],
      token: random.below(tokens),
    }
  }
}

function randomMethod(random: Random, own: string): string {
  const concrete = own === 'ALL' || own === 'USE' ? random.pick(METHODS) : own
  return random.weighted([
    [14, concrete],
    [2, concrete === 'GET' ? 'HEAD' : 'GET'],
    [2, random.pick(METHODS)],
    [1, random.pick(ODD_METHODS)],
  ])
}

function randomTarget(random: Random, route: PlannedRoute): string {
  const changes = random.weighted([
    [4, 0],
    [5, 1],
    [3, 2],
    [1, 3],
  ] as const)
  let target = instantiate(random, route)
  for (let i = 0; i < changes; i++) target = random.weighted(MUTATIONS)(target, random)
  return target.replace(/[\r\n]/g, '')
}

function instantiate(random: Random, { path, wildcard }: PlannedRoute): string {
  const more = wildcard
    ? random.weighted([
        [3, 0],
        [4, 1],
        [2, 2],
        [1, 3],
      ] as const)
    : 0
  const filled = path.map((segment) => (segment.startsWith(':') ? random.pick(FILLERS) : written(segment)))
  return pathText([...filled, ...Array.from({ length: more }, () => random.pick(FILLERS))])
}

/** As clients spell it: ASCII only. */
function written(segment: string): string {
  return segment.replace(/[^ -~]/g, encodeURIComponent)
}
