import { RouteCoverageError } from '@scopegate/core/coverage'
import type { CheckCoverage } from './frameworks.ts'
import { publicServer } from './gates.ts'
import type { PlannedRule, RuleTable } from './rule-table.ts'

/** Every rule inside another gets an `overrides`, and keeps those that the coverage check bears out. */
export async function withOverrides(table: RuleTable, check: CheckCoverage): Promise<RuleTable> {
  const rules: PlannedRule[] = []
  for (const [index, rule] of table.rules.entries()) {
    const overrides: string[] = []
    for (const path of overridable(rule, table.rules)) {
      if (await passes(table, index, path, check)) overrides.push(path)
    }
    rules.push(overrides.length === 0 ? rule : { ...rule, overrides })
  }
  return { ...table, rules }
}

/** The patterns that contain this one, share a method with it and are another. */
function overridable(inner: PlannedRule, rules: readonly PlannedRule[]): readonly string[] {
  const outer = rules.filter(
    ({ method }) => method === '*' || inner.method === '*' || method === inner.method,
  )
  const paths = outer.map(({ path }) => path).filter((path) => path !== inner.path && accepts(inner, path))
  return [...new Set(paths)]
}

/** Core itself says which overrides mean something. */
function accepts(inner: PlannedRule, path: string): boolean {
  try {
    publicServer(
      [inner, { method: inner.method, path }].map((rule, i) =>
        i > 0 ? rule : { ...rule, overrides: [path] },
      ),
    )
    return true
  } catch {
    return false
  }
}

async function passes(
  { rules }: RuleTable,
  index: number,
  path: string,
  check: CheckCoverage,
): Promise<boolean> {
  const server = publicServer(rules.map((rule, i) => (i === index ? { ...rule, overrides: [path] } : rule)))
  try {
    await check(server)
    return true
  } catch (error) {
    if (!(error instanceof RouteCoverageError)) throw error
    return error.faults.overrides.length === 0
  }
}
