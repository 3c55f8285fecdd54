import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OPAQUE, parseRequestTarget, type RequestTarget } from '../../../packages/core/src/request-target.ts'
import type { RouteRule } from '../../../packages/core/src/route-rule-options.ts'
import { compileRouteRules } from '../../../packages/core/src/route-rules.ts'
import {
  type CompiledRule,
  createRuleSet,
  leaveOutOverridden,
  NO_RULES,
  type RuleSet,
} from '../../../packages/core/src/rule-set.ts'

describe('the rules that speak of one request', () => {
  it('are none where no rule matches', () => {
    expect(NO_RULES).toMatchObject({ compiled: [], rules: [] })
    expect(NO_RULES.demand).toEqual({ requirements: [], access: 'none', opaque: 0, overriding: [] })
    const rules: RouteRule[] = [
      { method: 'GET', path: '/a', access: 'public' },
      { method: 'POST', path: '/b/:c', access: 'public' },
    ]
    for (const request of ['GET /c', 'POST /a', 'PUT /a', 'GET /a/x', 'GET /b', 'GET /b/x', 'POST /b/x/y'])
      expect(match(rules, request), request).toBe(NO_RULES)
  })

  it('stand in the order of the table, whatever their shape', () => {
    const rules: RouteRule[] = [
      { method: '*', path: '/*', access: 'authenticated' },
      { method: 'GET', path: '/a/b', scopes: 'x' },
      { method: '*', path: '/:p/b', access: 'public' },
      { method: ['POST', 'GET'], path: '/a/*', access: 'optional' },
    ]
    for (const order of permutations(rules)) expect(match(order, 'GET /a/b').rules).toEqual(order)
  })

  it.each([
    [['public'], 'public'],
    [['optional'], 'optional'],
    [['authenticated'], 'token'],
    [['public', 'optional'], 'optional'],
    [['optional', 'public'], 'optional'],
    [['public', 'authenticated'], 'token'],
    [['optional', 'authenticated', 'public'], 'token'],
  ] as const)('ask together for what the strictest of %j asks', (accesses, access) => {
    const paths = ['/a', '/:p', '/*']
    const rules = accesses.map((one, i): RouteRule => ({ method: 'GET', path: paths[i] ?? '', access: one }))
    expect(match(rules, 'GET /a').demand.access).toBe(access)
  })

  it('accept an opaque spelling only if every one of them does', () => {
    const all = ['%2f', '%25', ';', '%5c'] as const
    const rule = (path: string, opaque: (typeof all)[number][]): RouteRule => {
      return { method: 'GET', path, access: 'public', ...(opaque.length > 0 && { opaque }) }
    }
    fc.assert(
      fc.property(fc.subarray([...all]), fc.subarray([...all]), (one, other) => {
        const set = match([rule('/:a', one), rule('/*', other)], 'GET /x')
        const shared = one.filter((spelling) => other.includes(spelling))
        expect(set.demand.opaque).toBe(shared.reduce((bits, spelling) => bits | OPAQUE[spelling], 0))
      }),
    )
  })

  it('know what those of them ask that ask for something, in the order of the table', () => {
    const rules: RouteRule[] = [
      { method: 'GET', path: '/*', access: 'public' },
      { method: 'GET', path: '/:a', access: 'optional' },
      { method: 'GET', path: '/a', scopes: 'a' },
    ]
    const { compiled, demand } = match(rules, 'GET /a')
    const { requirements } = demand
    expect(requirements).toEqual(compiled.slice(1).map(({ requirement }) => requirement))
    expect(requirements.map(({ access }) => access)).toEqual(['optional', 'token'])
    expect(match(rules, 'GET /').demand.requirements).toEqual([])
  })

  it('share what they ask where that is one and the same thing', () => {
    const rules: RouteRule[] = ['a', 'b', 'a', 'a b'].map((scopes, at) => {
      return { method: 'GET', path: `/${at}`, scopes }
    })
    const table = compileRouteRules(rules, new Set())
    const sets = rules.map(({ path }) => table.match('GET', parseRequestTarget(path) as RequestTarget))
    const [a, b, again, both] = sets.map(({ demand }) => demand)
    expect(again).toBe(a)
    expect(new Set([a, b, both]).size).toBe(3)
    expect([a, b, both].map((demand) => demand?.requirements.map(({ scope }) => scope))).toEqual([
      ['a'],
      ['b'],
      ['a b'],
    ])
  })

  it('are frozen, so that nobody who is shown them can change them', () => {
    const { rules } = match([{ method: 'GET', path: '/a', access: 'public' }], 'GET /a')
    expect(() => (rules as RouteRule[]).pop()).toThrow(TypeError)
  })

  it.each(['/users/me', '/users/ME', '/users/x', '/groups/1', '/none'])(
    'are the same object for every request of %s, and nothing is put together for it',
    (target) => {
      const rules: RouteRule[] = [
        { method: 'GET', path: '/groups/:id', access: 'public' },
        { method: 'GET', path: '/users/:id', scopes: 'admin' },
        { method: 'POST', path: '/users/:id', scopes: 'admin' },
        { method: 'GET', path: '/users/me', scopes: 'self', overrides: '/users/:id' },
      ]
      const table = compileRouteRules(rules, new Set())
      const once = parseRequestTarget(target) as RequestTarget
      const again = parseRequestTarget(target) as RequestTarget
      for (const method of ['GET', 'POST']) expect(table.match(method, once)).toBe(table.match(method, again))
    },
  )

  it.each([['*'], [['GET', 'POST']]] as const)(
    'are one object for all methods of a rule for %j',
    (method) => {
      const table = compileRouteRules([{ method, path: '/a', scopes: 'a' }], new Set())
      const target = parseRequestTarget('/a') as RequestTarget
      expect(table.match('POST', target).rules).toHaveLength(1)
      expect(table.match('POST', target)).toBe(table.match('GET', target))
    },
  )

  it('know which of them override any', () => {
    const user: RouteRule = { method: 'GET', path: '/users/:id', scopes: 'admin' }
    const me: RouteRule = { method: 'GET', path: '/users/me', scopes: 'self', overrides: '/users/:id' }
    // What it asks is the same, and yet it replaces none.
    const group: RouteRule = { method: 'GET', path: '/groups', scopes: 'self' }
    for (const rules of [
      [user, me, group],
      [group, me, user],
    ]) {
      const overriding = (request: string): readonly CompiledRule[] => match(rules, request).demand.overriding
      expect(overriding('GET /users/x')).toEqual([])
      expect(overriding('GET /users/ME')).toMatchObject([{ rule: me }])
      expect(overriding('GET /groups')).toEqual([])
    }
  })

  it('are put together from any of them', () => {
    const { compiled } = match([{ method: 'GET', path: '/a', access: 'public' }], 'GET /a')
    expect(createRuleSet([...compiled])).toMatchObject({ demand: { access: 'public' } })
    expect(createRuleSet([])).toEqual(NO_RULES)
  })
})

describe('a rule that overrides', () => {
  const user: RouteRule = { method: 'GET', path: '/users/:id', scopes: 'admin' }
  const me: RouteRule = { method: 'GET', path: '/users/me', scopes: 'self', overrides: '/users/:id' }
  const table = [user, me]

  it.each(['GET /users/me', 'HEAD /users/me', 'GET /users/me?x=1'])(
    'stands alone for %s, which spells it byte for byte',
    (request) => {
      expect(match(table, request).rules).toEqual([me])
    },
  )

  it.each(['/users/me/', '/users/ME', '/Users/me', '/users/%6De', '/%75sers/me', '/users/m%65'])(
    'stands beside the other for %s, which some router reads as the other',
    (target) => {
      expect(match(table, `GET ${target}`).rules).toEqual([user, me])
    },
  )

  it('leaves every other target to the other', () => {
    expect(match(table, 'GET /users/mee').rules).toEqual([user])
    expect(match(table, 'GET /users/me/x').rules).toEqual([])
  })

  it('speaks for its own methods only', () => {
    const rules: RouteRule[] = [
      { method: '*', path: '/users/:id', scopes: 'admin' },
      { method: 'GET', path: '/users/me', scopes: 'self', overrides: '/users/:id' },
    ]
    expect(match(rules, 'GET /users/me').rules).toEqual([rules[1]])
    expect(match(rules, 'DELETE /users/me').rules).toEqual([rules[0]])
  })

  it('names the other by its shape, whatever its parameters are called and however it is written', () => {
    for (const overrides of ['/users/{userId}', '/USERS/:x', ['/users/:x']] as const) {
      const rules: RouteRule[] = [user, { ...me, overrides } as RouteRule]
      expect(match(rules, 'GET /users/me').rules).toEqual([rules[1]])
    }
  })

  it('leaves out every rule of the shape that shares a method with the request', () => {
    const rules: RouteRule[] = [
      { method: 'GET', path: '/users/:id', scopes: 'read' },
      { method: 'DELETE', path: '/users/:id', scopes: 'delete' },
      { method: ['GET', 'DELETE'], path: '/users/me', scopes: 'self', overrides: '/users/:id' },
    ]
    expect(match(rules, 'GET /users/me').rules).toEqual([rules[2]])
    expect(match(rules, 'DELETE /users/me').rules).toEqual([rules[2]])
  })

  it('may override several', () => {
    const rules: RouteRule[] = [
      { method: '*', path: '/*', scopes: 'floor' },
      user,
      { ...me, overrides: ['/users/:id', '/*'] },
    ]
    expect(match(rules, 'GET /users/me').rules).toEqual([rules[2]])
    expect(match(rules, 'GET /users/ME').rules).toEqual(rules)
  })

  it('leaves a floor standing that it does not name', () => {
    const rules: RouteRule[] = [{ method: '*', path: '/*', scopes: 'floor' }, user, me]
    expect(match(rules, 'GET /users/me').rules).toEqual([rules[0], me])
  })

  it('leaves out what it names itself, beside another that leaves out something else', () => {
    const rules: RouteRule[] = [
      { method: 'GET', path: '/*', scopes: 'floor' },
      { method: 'GET', path: '/users/*', scopes: 'users', overrides: '/*' },
      user,
      me,
    ]
    expect(match(rules, 'GET /users/me').rules).toEqual([rules[1], me])
    expect(match(rules, 'GET /users/x').rules).toEqual([rules[1], user])
    expect(match(rules, 'GET /Users/me').rules).toEqual(rules)
  })

  it('is remembered for what a target spells, not for how much of it', () => {
    const rules: RouteRule[] = [
      { method: 'GET', path: '/*', scopes: 'floor' },
      { method: 'GET', path: '/:kind/:id', scopes: 'any' },
      { method: 'GET', path: '/users/*', scopes: 'users', overrides: '/*' },
      { method: 'GET', path: '/:kind/me', scopes: 'self', overrides: '/:kind/:id' },
    ]
    const table = compileRouteRules(rules, new Set())
    const places = (target: string): number[] =>
      table.match('GET', parseRequestTarget(target) as RequestTarget).compiled.map(({ index }) => index)
    for (let times = 0; times < 2; times++) {
      expect(places('/users/ME')).toEqual([1, 2, 3])
      expect(places('/Users/me')).toEqual([0, 2, 3])
      expect(places('/users/me')).toEqual([2, 3])
      expect(places('/Users/ME')).toEqual([0, 1, 2, 3])
    }
  })

  it('leaves the very set it was given where the target spells nothing that overrides', () => {
    const target = parseRequestTarget('/users/ME') as RequestTarget
    const set = compileRouteRules(table, new Set()).match('GET', target)
    expect(set.rules).toEqual([user, me])
    expect(leaveOutOverridden(set, target)).toBe(set)
  })

  it('is remembered for a few of all the ways to spell a target, since who sends targets chooses them', () => {
    const depth = 8
    const place = (at: number): string =>
      `/${Array.from({ length: depth }, (_, i) => (i === at ? 'x' : `:p${i}`)).join('/')}`
    const floor = place(-1)
    const rules = Array.from({ length: depth }, (_, at): RouteRule => {
      return { method: 'GET', path: place(at), scopes: 'x', overrides: floor }
    })
    const table = compileRouteRules([{ method: 'GET', path: floor, scopes: 'floor' }, ...rules], new Set())
    const spelling = (bits: number): RuleSet => {
      const segments = Array.from({ length: depth }, (_, i) => ((bits >> i) & 1 ? 'x' : 'X'))
      return table.match('GET', parseRequestTarget(`/${segments.join('/')}`) as RequestTarget)
    }
    const first = spelling(1)
    for (let bits = 2; bits < 50; bits++) expect(spelling(bits).rules).toEqual(rules)
    expect(spelling(1)).toBe(first)
    for (let bits = 50; bits <= 64; bits++) spelling(bits)
    // What is found again drives out nothing.
    for (let bits = 64; bits > 1; bits--) spelling(bits)
    expect(spelling(1)).toBe(first)
    for (let bits = 65; bits < 250; bits++) spelling(bits)
    expect(spelling(1)).not.toBe(first)
    expect(spelling(1)).toEqual(first)
  })

  it('with a wildcard needs something under it', () => {
    const rules: RouteRule[] = [
      { method: 'GET', path: '/*', scopes: 'floor' },
      { method: 'GET', path: '/docs/*', access: 'public', overrides: '/*' },
    ]
    expect(match(rules, 'GET /docs/a/B').rules).toEqual([rules[1]])
    for (const target of ['/docs', '/docs/', '/docs/a/', '/Docs/a'])
      expect(match(rules, `GET ${target}`).rules).toEqual(rules)
  })

  it('with a parameter takes any spelling of the parameter', () => {
    const rules: RouteRule[] = [
      { method: 'GET', path: '/:a/:b', scopes: 'floor' },
      { method: 'GET', path: '/users/:id', scopes: 'self', overrides: '/:x/:y' },
    ]
    expect(match(rules, 'GET /users/%41').rules).toEqual([rules[1]])
    expect(match(rules, 'GET /USERS/%41').rules).toEqual(rules)
  })

  it('decides alone which opaque spellings are accepted', () => {
    const rules: RouteRule[] = [
      { method: 'GET', path: '/*', scopes: 'floor' },
      { method: 'GET', path: '/orgs/:name', scopes: 'orgs', overrides: '/*', opaque: ['%2f'] },
    ]
    expect(match(rules, 'GET /orgs/a%2fb').demand.opaque).toBe(OPAQUE['%2f'])
    expect(match(rules, 'GET /Orgs/a%2fb').demand.opaque).toBe(0)
  })
})

function match(rules: readonly RouteRule[], request: string): RuleSet {
  const [method = '', target = ''] = request.split(' ')
  return compileRouteRules(rules, new Set()).match(method, parseRequestTarget(target) as RequestTarget)
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((first) =>
    permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  )
}
