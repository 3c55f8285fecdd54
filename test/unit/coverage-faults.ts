import { createResourceServer, type ResourceServer, type RouteRule } from '@scopegate/core'
import { RouteCoverageError, type RouteCoverageFaults } from '@scopegate/core/coverage'

/** A rule in one line: `GET /users/:id`, and the pattern it overrides behind `over`. */
export function serverWith(...lines: readonly string[]): ResourceServer {
  return createResourceServer({
    issuer: 'https://issuer.example',
    audience: 'https://api.example',
    jwksUri: 'https://issuer.example/keys',
    routes: lines.map(toRule),
  })
}

function toRule(line: string): RouteRule {
  const [methods = '', path = '', , overrides] = line.split(' ')
  return { method: methods.split('|'), path, scopes: 'any', ...(overrides && { overrides }) }
}

/** What a check finds fault with; empty where it passes. */
export async function faultsOf(check: Promise<unknown>): Promise<Partial<RouteCoverageFaults>> {
  try {
    await check
    return {}
  } catch (error) {
    if (!(error instanceof RouteCoverageError)) throw error
    return Object.fromEntries(
      Object.entries(error.faults).filter(([key, list]) => key !== 'unseen' && list.length > 0),
    )
  }
}
