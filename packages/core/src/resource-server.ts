import type { VerifiedToken } from './access-token.ts'
import { type Context, peekContext, resolveContext } from './context.ts'
import type { AuthorizationDecision } from './decision.ts'
import { ConfigurationError, KeySetUnavailableError } from './errors.ts'
import { compileGate, type Gate } from './gate.ts'
import { compileGuard } from './guard.ts'
import { ALLOWED, type Outcome } from './outcome.ts'
import { makePlan, type Plan, type RuleSource } from './plan.ts'
import { report, startTimer } from './report.ts'
import type { ResourceRequest } from './request.ts'
import type { RequestTarget } from './request-target.ts'
import { judgeToken, type Requirement } from './requirement.ts'
import type { ResourceServerOptions } from './resource-server-options.ts'
import { respond, respondToFault } from './respond.ts'
import type { RouteRequirement, RouteRule } from './route-rule-options.ts'
import type { CompiledRule } from './rule-set.ts'
import type { ScopeExpression } from './scope.ts'

/** Decides whether a request may reach its handler. Never throws or rejects for a request: a fault of our own denies. */
export interface Authorizer {
  /** The decision. Always a promise, also where nothing need be waited for. */
  authorize(request: ResourceRequest): Promise<AuthorizationDecision>
  /**
   * The same decision where it can be had from caches alone, else `undefined`; then ask {@link Authorizer.authorize}.
   * Starts no work.
   */
  authorizeNow(request: ResourceRequest): AuthorizationDecision | undefined
}

/** A compiled resource server (RFC 6749 section 1.1): the policy decision point that adapters ask. */
export interface ResourceServer<Scope extends string = string> extends Authorizer {
  /** The route table, as it was written; frozen. */
  readonly routes: readonly RouteRule<Scope>[]
  /**
   * The authorizer that judges by the route table, for adapters' `protect`.
   * @throws ConfigurationError where there is no route table: it would refuse every request
   */
  protecting(): Authorizer
  /**
   * An authorizer that judges every request by one requirement, wherever it is mounted, for adapters' `requireScopes`. It
   * knows no route, so it answers no preflight and takes no `match` or `overrides`.
   * @throws ConfigurationError where the requirement is wrong or asks nothing
   */
  requiring(requirement: ScopeExpression<Scope> | RouteRequirement<Scope>): Authorizer
  /**
   * Resolves once the keys of every profile are at hand; for readiness probes. Requests need not wait for it.
   * @throws ConfigurationError where the network shows an option to be wrong (an issuer that spells itself differently)
   * @throws KeySetUnavailableError where keys cannot be fetched at the moment
   */
  ready(): Promise<void>
}

/**
 * Creates the gate of an API: checks and compiles the options, so that a request costs a few look-ups. It does not listen,
 * fetch or wait; keys are fetched when first needed, or by `ready()`.
 *
 * @throws ConfigurationError naming the option that is wrong, unknown or without effect
 * @example
 * const server = createResourceServer({
 *   issuer: 'https://issuer.example',
 *   audience: 'https://api.example',
 *   routes: [{ method: 'GET', path: '/maps/:mapCode', scopes: 'query' }],
 * })
 */
export function createResourceServer<Scope extends string = string>(
  options: ResourceServerOptions<NoInfer<Scope>>,
): ResourceServer<Scope> {
  const gate = compileGate(options)
  const byTable = createAuthorizer(gate, { answersPreflight: true, match: gate.table.match })
  return Object.freeze({
    ...byTable,
    routes: gate.table.rules as readonly RouteRule<Scope>[],
    protecting: () => {
      if (gate.table.rules.length > 0) return byTable
      throw new ConfigurationError('routes', 'is missing: every request would be refused')
    },
    requiring: (requirement: ScopeExpression<Scope> | RouteRequirement<Scope>) =>
      createAuthorizer(gate, compileGuard(requirement, gate.kinds)),
    ready: async () => await ready(gate),
  })
}

function createAuthorizer(gate: Gate, source: RuleSource): Authorizer {
  const authorizeNow = (request: ResourceRequest): AuthorizationDecision | undefined => {
    const timer = startTimer(gate)
    let plan: Plan | undefined
    try {
      plan = makePlan(gate, source, request)
      const context = peekContext(gate, plan)
      return context && report(gate, timer, conclude(gate, plan, context), context, true)
    } catch {
      return report(gate, timer, respondToFault(gate, plan), undefined, true)
    }
  }
  const authorize = async (request: ResourceRequest): Promise<AuthorizationDecision> => {
    const timer = startTimer(gate)
    let plan: Plan | undefined
    try {
      plan = makePlan(gate, source, request)
      const known = peekContext(gate, plan)
      const context = known ?? (await resolveContext(gate, plan))
      return report(gate, timer, conclude(gate, plan, context), context, known !== undefined)
    } catch {
      return report(gate, timer, respondToFault(gate, plan), undefined, false)
    }
  }
  return Object.freeze({ authorize, authorizeNow })
}

/** Steps 5 to 8 on a plan and its context: authenticate, authorize, origin, respond. Pure. */
function conclude(gate: Gate, plan: Plan, context: Context): AuthorizationDecision {
  return respond(gate, plan, plan.settled ?? judge(gate, plan, context), context)
}

function judge(gate: Gate, { set, target }: Plan, { token, refusal, origin }: Context): Outcome {
  if (token === undefined) return { reason: refusal?.refused ?? 'internal_error' }
  const denial = judgeRules(set, token, target as RequestTarget, gate.now)
  if (denial) return denial
  if (origin === 'allowed') return ALLOWED
  return { reason: origin === 'refused' ? 'origin_not_allowed' : 'origins_unavailable' }
}

/** Every rule must allow; the first that does not, in the order of the table, names the denial. */
function judgeRules(
  { compiled, demand }: Plan['set'],
  token: VerifiedToken,
  target: RequestTarget,
  now: () => number,
): Outcome | undefined {
  for (const requirement of demand.requirements) {
    const reason = judgeToken(requirement, token, target, now)
    if (reason !== undefined) return { reason, rule: ruleOf(compiled, requirement) }
  }
  return undefined
}

function ruleOf(compiled: Plan['set']['compiled'], requirement: Requirement): CompiledRule | undefined {
  for (const rule of compiled) if (rule.requirement === requirement) return rule
  return undefined
}

async function ready({ profiles }: Gate): Promise<void> {
  try {
    for (const { keys } of profiles) await keys.ready()
  } catch (error) {
    const cause = error instanceof KeySetUnavailableError ? error.cause : undefined
    throw cause instanceof ConfigurationError ? cause : error
  }
}
