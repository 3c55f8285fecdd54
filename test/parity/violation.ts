import type { RuleTable } from './rule-table.ts'
import type { Exchange } from './trial.ts'

/** A handler that ran without its own rule having been asked (or satisfied). */
export interface Violation {
  readonly exchange: Exchange
  readonly handler: number
}

/** The property: each handler that ran has its own rule among those granted. */
export function violationIn(exchange: Exchange, { ruleOf }: RuleTable): Violation | undefined {
  const { verdict, ran } = exchange
  if (verdict === 'refused') return undefined
  const handler = ran.find((id) => !verdict?.has(ruleOf.get(id) as number))
  return handler === undefined ? undefined : { exchange, handler }
}
