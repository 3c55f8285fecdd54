import { isGroup, type Member, PLAIN, pathText, type RouterOptions } from './app-plan.ts'
import type { RuleTable } from './rule-table.ts'
import type { CounterExample } from './shrink.ts'
import type { Violation } from './violation.ts'

/** Tells a counter-example so that it can be built by hand. */
export function describeViolation(
  { at, request }: CounterExample,
  { rules, ruleOf }: RuleTable,
  { exchange, handler }: Violation,
): string {
  const { verdict } = exchange
  const asked = verdict instanceof Set ? [...verdict] : []
  const own = ruleOf.get(handler) as number
  return [
    `violation on ${at.framework.name} (${at.kind}), app ${describeOptions(at.plan.options)}`,
    ...describeMembers(at.plan.members, '  '),
    `  rules: ${JSON.stringify(rules)}`,
    `  request: ${JSON.stringify(request)}`,
    `  handlers that ran: ${exchange.ran.join(', ')}; #${handler} needs rule ${own}, granted were ${asked.join(', ') || 'none'}`,
  ].join('\n')
}

function describeMembers(members: readonly Member[], indent: string): string[] {
  return members.flatMap((member) => {
    const path = pathText(member.path)
    if (isGroup(member))
      return [
        `${indent}${member.kind} ${path} ${describeOptions(member.options)}`,
        ...describeMembers(member.members, `${indent}  `),
      ]
    const { id, method, wildcard, passes } = member
    const more = { none: '', some: '/* (one or more)', any: '/* (zero or more)' }[wildcard]
    return [`${indent}#${id} ${method} ${path}${more}${passes ? ' next()' : ''}`]
  })
}

function describeOptions(options: RouterOptions): string {
  const changed = Object.entries(options).filter(([name, value]) => PLAIN[name as 'strict'] !== value)
  return JSON.stringify(Object.fromEntries(changed))
}
