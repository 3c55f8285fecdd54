import type { AppPlan } from './app-plan.ts'
import { FRAMEWORKS, type Framework } from './frameworks.ts'
import { withOverrides } from './nested-overrides.ts'
import type { PlannedRequest } from './planned-request.ts'
import { createRandom, type Random } from './random.ts'
import { randomApp } from './random-app.ts'
import { type RuleTable, writeRules } from './rule-table.ts'
import type { Tokens } from './tokens.ts'
import { type Exchange, runTrial } from './trial.ts'
import { createWatch, type WatchKind } from './watch.ts'

/** One app under one gate. */
export interface Case {
  readonly framework: Framework
  readonly plan: AppPlan
  readonly kind: WatchKind
  readonly overriding: boolean
}

/** What a run draws its cases from. */
export interface CaseSource {
  readonly seed: number
  readonly tokens: Tokens
  readonly control: boolean
}

/** The case of this number: the same for the same seed. Its random goes on to the requests. */
export function createCase(source: CaseSource, framework: Framework, app: number): [Case, Random] {
  const random = createRandom(`${source.seed}/${framework.name}/${app}`)
  const overriding = !source.control && app % 2 === 1
  const kind = source.control ? 'most-specific' : app % 4 < 2 ? 'observe' : 'enforce'
  const plan = randomApp(random, { passing: !overriding })
  return [{ framework, plan, kind, overriding }, random]
}

/** Runs the requests through a case. */
export async function runCase(
  { framework, plan, kind, overriding }: Case,
  tokens: Tokens,
  requests: readonly PlannedRequest[],
): Promise<readonly [readonly Exchange[], RuleTable]> {
  const written = writeRules(plan)
  const table = overriding ? await withOverrides(written, framework.check(plan)) : written
  return [await runTrial(framework, plan, createWatch(kind, table, tokens), requests), table]
}

export function frameworkNamed(name: string): Framework {
  const found = FRAMEWORKS.find((framework) => framework.name === name)
  if (found) return found
  throw new Error(`no framework '${name}'; there are ${FRAMEWORKS.map((each) => each.name).join(', ')}`)
}
