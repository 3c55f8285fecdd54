import { createResourceServer, type ResourceServer, type RouteRule } from '@scopegate/core'
import type { ArrivedRequest } from './app-hooks.ts'
import { observeEvery, observeMostSpecific, type Verdict } from './gates.ts'
import type { PlannedRequest } from './planned-request.ts'
import { type RuleTable, withOpaque } from './rule-table.ts'
import { scopeOf, type Tokens } from './tokens.ts'

/** How an app is watched. */
export type WatchKind = 'observe' | 'enforce' | 'most-specific'

/** A gate over an app, and what it granted to each request. */
export interface Watch {
  readonly table: RuleTable
  /** The gate that stands in front of the app; without it, all requests go through and are watched only. */
  readonly server?: ResourceServer
  readonly equip: (request: PlannedRequest) => PlannedRequest
  readonly judge: (arrived: ArrivedRequest, request: PlannedRequest) => Verdict
}

/** Makes the gate of a table. */
export function createWatch(kind: WatchKind, table: RuleTable, tokens: Tokens): Watch {
  if (kind === 'enforce') return enforce(table, tokens)
  const gate = kind === 'observe' ? observeEvery(table) : observeMostSpecific(table)
  return { table, equip: (request) => request, judge: gate }
}

/** Every rule asks for its own scope, and what a request is granted is what its token holds. */
function enforce(table: RuleTable, { issuer, list }: Tokens): Watch {
  const server = createResourceServer({
    issuer: issuer.issuer,
    audience: issuer.audience,
    keys: issuer.jwks,
    routes: table.rules.map((rule, i): RouteRule => ({ ...rule, ...withOpaque(rule), scopes: scopeOf(i) })),
  })
  const tokenOf = ({ token }: PlannedRequest) => list[token % list.length]
  return {
    table,
    server,
    equip: (request) => ({
      ...request,
      headers: [...request.headers, ['Authorization', `Bearer ${tokenOf(request)?.text}`]],
    }),
    judge: (_, request) => tokenOf(request)?.rules ?? 'refused',
  }
}
