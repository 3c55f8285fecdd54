import { createRuleSet, NO_RULES, type RuleSet } from './rule-set.ts'

/** Puts the rules of two sets together. */
export type RuleSetUnion = (one: RuleSet, other: RuleSet) => RuleSet

const MAX_UNIONS = 4096

/**
 * Sets that meet once will meet again, so each pair is put together once. Rules that only cross can meet in as many ways as
 * there are subsets of them, and who sends the targets chooses: what is remembered is bounded.
 */
export function createRuleSetUnion(): RuleSetUnion {
  let unions = new WeakMap<RuleSet, WeakMap<RuleSet, RuleSet>>()
  let count = 0
  return (one, other) => {
    if (other === NO_RULES) return one
    if (one === NO_RULES) return other
    const known = unions.get(one)?.get(other)
    if (known) return known
    const union = createRuleSet([...one.compiled, ...other.compiled])
    if (++count > MAX_UNIONS) [unions, count] = [new WeakMap(), 0]
    const ofOne = unions.get(one) ?? new WeakMap<RuleSet, RuleSet>()
    unions.set(one, ofOne.set(other, union))
    return union
  }
}
