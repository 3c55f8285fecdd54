import { describe, expect, it } from 'vitest'
import { type PathPattern, parsePathPattern } from '../../../packages/core/src/path-pattern.ts'
import { compileRequirement } from '../../../packages/core/src/requirement.ts'
import { createRuleSet, NO_RULES, type RuleSet } from '../../../packages/core/src/rule-set.ts'
import { createRuleSetUnion } from '../../../packages/core/src/rule-set-union.ts'

/** How many unions are remembered at a time. */
const REMEMBERED = 4096

describe('the union of two sets of rules', () => {
  const [first, second] = [setOf(0), setOf(1)]

  it('holds the rules of both, in the order of the table', () => {
    const unite = createRuleSetUnion()
    const both = [...first.compiled, ...second.compiled]
    expect(unite(first, second).compiled).toEqual(both)
    expect(unite(second, first).compiled).toEqual(both)
  })

  it('with no rules is the set itself', () => {
    const unite = createRuleSetUnion()
    expect(unite(first, NO_RULES)).toBe(first)
    expect(unite(NO_RULES, first)).toBe(first)
    expect(unite(NO_RULES, NO_RULES)).toBe(NO_RULES)
  })

  it('is put together once for each pair', () => {
    const unite = createRuleSetUnion()
    const [one, other] = [unite(first, second), unite(first, setOf(2))]
    expect(unite(first, second)).toBe(one)
    expect(one).not.toBe(other)
  })

  it('is remembered for so many pairs and no more, since who sends targets chooses the pairs', () => {
    const unite = createRuleSetUnion()
    const union = unite(first, second)
    for (let i = 1; i < REMEMBERED; i++) unite(first, setOf(i))
    expect(unite(first, second)).toBe(union)
    const last = unite(first, setOf(REMEMBERED))
    expect(last.compiled).toHaveLength(2)
    expect(unite(first, second)).not.toBe(union)
    expect(unite(first, second)).toEqual(union)
  })
})

function setOf(index: number): RuleSet {
  const path = `/r${index}`
  const requirement = compileRequirement({ access: 'authenticated' }, 'rule')
  const rule = { method: 'GET', path, access: 'authenticated' } as const
  const pattern = parsePathPattern(path) as PathPattern
  return createRuleSet([{ rule, index, methods: ['GET'], pattern, requirement, overridden: new Set() }])
}
