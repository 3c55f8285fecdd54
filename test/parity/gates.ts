import { createResourceServer, type ResourceServer, type RouteRule } from '@scopegate/core'
import type { ArrivedRequest } from './app-hooks.ts'
import { type PlannedRule, type RuleTable, withOpaque } from './rule-table.ts'

/** The rules a request must satisfy, or satisfies, as indices of the table; or that it is refused whatever it holds. */
export type Verdict = ReadonlySet<number> | 'refused'
export type ObservingGate = (request: ArrivedRequest) => Verdict

/** Scopegate as an observer: public rules, so that it names every rule it would demand. */
export function observeEvery({ rules }: RuleTable): ObservingGate {
  const server = publicServer(rules)
  const indexOf = new Map(server.routes.map((rule, index) => [rule, index]))
  return ({ method, target, rawHeaders }) => {
    const decision = server.authorizeNow({ method, target, rawHeaders })
    if (decision === undefined) throw new Error('a public route was not decided at once')
    if (!decision.allowed) return 'refused'
    return new Set(decision.rules.map((rule) => indexOf.get(rule) as number))
  }
}

/** A server whose rules ask nothing. */
export function publicServer(rules: readonly PlannedRule[]): ResourceServer {
  return createResourceServer({
    issuer: 'https://issuer.example',
    audience: 'https://api.example',
    jwksUri: 'https://issuer.example/never-fetched',
    routes: rules.map((rule): RouteRule => ({ ...rule, ...withOpaque(rule), access: 'public' })),
  })
}

/** The positive control: of the rules that match, only the most specific one is asked, as many gates do. */
export function observeMostSpecific(table: RuleTable): ObservingGate {
  const every = observeEvery(table)
  return (request) => {
    const demanded = every(request)
    if (demanded === 'refused') return demanded
    const ranked = [...demanded].sort((one, other) => rank(table.rules[other]) - rank(table.rules[one]))
    return new Set(ranked.slice(0, 1))
  }
}

/** Literals before parameters before wildcards, from the left. */
function rank(rule: PlannedRule | undefined): number {
  const segments = (rule?.path ?? '').slice(1).split('/')
  const value = (segment: string): number => (segment === '*' ? 1 : segment.startsWith(':') ? 2 : 3)
  return Array.from({ length: 8 }, (_, i) => value(segments[i] ?? '*')).reduce((sum, each) => sum * 4 + each)
}
