import { type Case, type CaseSource, createCase, runCase } from './case.ts'
import { describeViolation } from './describe.ts'
import type { Framework } from './frameworks.ts'
import { createRequests } from './random-request.ts'
import { type CounterExample, shrink } from './shrink.ts'
import { type Violation, violationIn } from './violation.ts'

/** How many requests each random app is sent. */
export const REQUESTS_PER_APP = 250

/** What came of the requests to one framework. */
export interface Tally {
  readonly framework: string
  requests: number
  /** Requests that ran a handler. */
  handled: number
  /** Of those, the ones that the gate let pass (or would have): only they can be violations. */
  admitted: number
  violations: number
  /** The first violation, shrunk and told. */
  example: string | undefined
}

/** What to send where. */
export interface CampaignOptions {
  readonly source: CaseSource
  readonly requests: number
  /** The first app; another number replays from the middle of a run. */
  readonly firstApp: number
  readonly progress: (tally: Tally) => void
}

/** Sends random requests to random apps of one framework, and counts. */
export async function runCampaign(framework: Framework, options: CampaignOptions): Promise<Tally> {
  const tally: Tally = {
    framework: framework.name,
    requests: 0,
    handled: 0,
    admitted: 0,
    violations: 0,
    example: undefined,
  }
  for (let app = options.firstApp; tally.requests < options.requests; app++) {
    const size = Math.min(REQUESTS_PER_APP, options.requests - tally.requests)
    await runApp(options.source, framework, app, size, tally)
    options.progress(tally)
  }
  return tally
}

async function runApp(
  source: CaseSource,
  framework: Framework,
  app: number,
  size: number,
  tally: Tally,
): Promise<void> {
  const [at, random] = createCase(source, framework, app)
  const next = createRequests(at.plan, random, source.tokens.list.length)
  const [exchanges, table] = await runCase(at, source.tokens, Array.from({ length: size }, next))
  tally.requests += exchanges.length
  for (const exchange of exchanges) {
    if (exchange.ran.length === 0) continue
    tally.handled++
    if (exchange.verdict !== 'refused') tally.admitted++
    const violation = violationIn(exchange, table)
    if (violation === undefined) continue
    tally.violations++
    tally.example ??= `app ${app}: ${await tell(source, { at, request: exchange.request })}`
  }
}

async function tell(source: CaseSource, found: CounterExample): Promise<string> {
  const smallest = await shrink(found, async (smaller) => (await replay(source, smaller)) !== undefined)
  const replayed = (await replay(source, smallest)) ?? (await replay(source, found))
  if (replayed === undefined) return `does not happen again: ${JSON.stringify(found.request)}`
  return describeViolation(smallest, replayed.table, replayed.violation)
}

async function replay(
  { tokens }: CaseSource,
  { at, request }: CounterExample,
): Promise<{ table: Awaited<ReturnType<typeof runCase>>[1]; violation: Violation } | undefined> {
  const [[exchange], table] = await runCase(at as Case, tokens, [request])
  const violation = exchange && violationIn(exchange, table)
  return violation && { table, violation }
}
