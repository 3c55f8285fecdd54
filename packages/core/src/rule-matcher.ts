import { type Columns, findRules, type PathForm, takesLength } from './path-forms.ts'
import type { RequestTarget } from './request-target.ts'
import { NO_RULES, type RuleSet } from './rule-set.ts'
import { createRuleSetUnion } from './rule-set-union.ts'

/** Every rule of this method (or of every method) whose pattern matches. */
export type RuleMatcher = (method: string, target: RequestTarget) => RuleSet

/** Creates the matcher: which forms a target can have is known by its length. */
export function createRuleMatcher(forms: readonly PathForm[], columns: Columns): RuleMatcher {
  const beyond = 1 + forms.reduce((longest, { length }) => Math.max(longest, length), 0)
  const byLength = Array.from({ length: beyond + 1 }, (_, length) =>
    forms.filter((form) => takesLength(form, length)),
  )
  const others = columns.indexOf(undefined)
  const unite = createRuleSetUnion()
  return (method, target) => {
    const named = columns.indexOf(method)
    const column = named === -1 ? others : named
    if (column === -1) return NO_RULES
    const length = Math.min(target.hashes.length, beyond)
    let found = NO_RULES
    for (const form of byLength[length] as readonly PathForm[])
      found = unite(found, findRules(form, target, column))
    return found
  }
}
