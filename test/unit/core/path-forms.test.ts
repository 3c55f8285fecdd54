import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../../packages/core/src/errors.ts'
import { hashOf } from '../../../packages/core/src/hash.ts'
import { containing, createPathForms } from '../../../packages/core/src/path-forms.ts'
import { contains, parsePathPattern } from '../../../packages/core/src/path-pattern.ts'
import { parseRequestTarget, type RequestTarget } from '../../../packages/core/src/request-target.ts'
import type { RouteRule } from '../../../packages/core/src/route-rule-options.ts'
import { compileRouteRules, type RouteTable } from '../../../packages/core/src/route-rules.ts'
import type { CompiledRule } from '../../../packages/core/src/rule-set.ts'
import { matchByLoop, methods, pathPatterns, routeTables, targets } from './route-oracle.ts'

const ASKED = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND')

describe('the compiled table', () => {
  it('finds what a loop over all rules finds, whatever the table, the method and the target', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(
        tables(),
        fc.array(fc.tuple(ASKED, targets()), { minLength: 20, maxLength: 30 }),
        (rules, requests) => {
          const table = compile(rules)
          for (const [method, target] of requests) {
            expect(placesOf(table, method, target)).toEqual(matchByLoop(rules, method, target))
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('says the same every time it is asked', () => {
    fc.assert(
      fc.property(tables(), ASKED, targets(), (rules, method, target) => {
        const table = compile(rules)
        const [first, second] = [table.match(method, target), table.match(method, target)]
        expect(second).toEqual(first)
        expect(Object.isFrozen(first.rules)).toBe(true)
      }),
    )
  })

  it('names the methods for which a rule would be found', () => {
    fc.assert(
      fc.property(tables(), targets(), (rules, target) => {
        const named = compile(rules).methods(target).split(', ').filter(Boolean)
        const asked = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']
        const found = asked.filter((method) => matchByLoop(rules, method, target).length > 0)
        expect(asked.filter((method) => named.includes(method))).toEqual(found)
        expect(new Set(named).size).toBe(named.length)
      }),
    )
  })

  it.each(['/constructor', '/__proto__', '/toString', '/hasOwnProperty', '/%5f_proto__', '/valueOf/x'])(
    'knows no %s of its own',
    (target) => {
      const table = compile([{ method: 'GET', path: '/a', access: 'public' }])
      expect(placesOf(table, 'GET', parse(target))).toEqual([])
      expect(table.match('GET', parse(target)).demand.access).toBe('none')
    },
  )

  it('can have a rule for such a name', () => {
    const table = compile([
      { method: 'GET', path: '/__proto__', access: 'public' },
      { method: 'GET', path: '/constructor/:__proto__', access: 'public' },
    ])
    expect(placesOf(table, 'GET', parse('/__proto__'))).toEqual([0])
    expect(placesOf(table, 'GET', parse('/Constructor/x'))).toEqual([1])
  })

  it('does not take a segment for another of the same hash, in whichever place', () => {
    const [written, forged] = ['ooczws', 'ufbpas']
    expect(hashOf(forged, 0, 0)).toBe(hashOf(written, 0, 0))
    const table = compile([
      { method: 'GET', path: `/${written}`, access: 'public' },
      { method: 'GET', path: `/${written}/:a/${written}`, access: 'public' },
    ])
    expect(placesOf(table, 'GET', parse(`/${written}`))).toEqual([0])
    expect(placesOf(table, 'GET', parse(`/${forged}`))).toEqual([])
    expect(placesOf(table, 'GET', parse(`/${written}/x/${written}`))).toEqual([1])
    for (const target of [`/${forged}/x/${written}`, `/${written}/x/${forged}`])
      expect(placesOf(table, 'GET', parse(target))).toEqual([])
  })

  it('does not take the beginning of a literal for the whole, nor a longer segment', () => {
    const [long, short] = ['aa3c2o6d', 'a']
    expect(hashOf(short)).toBe(hashOf(long))
    for (const [written, forged] of [
      [long, short],
      [short, long],
    ] as const) {
      const table = compile([
        { method: 'GET', path: `/${written}`, access: 'public' },
        { method: 'GET', path: `/${written}/:a/${written}`, access: 'public' },
      ])
      expect(placesOf(table, 'GET', parse(`/${written}`))).toEqual([0])
      for (const target of [`/${forged}`, `/${forged}/x/${written}`, `/${written}/x/${forged}`])
        expect(placesOf(table, 'GET', parse(target))).toEqual([])
    }
  })

  it('has no rule for a method that none names, but where one speaks of all', () => {
    const named: RouteRule = { method: ['GET', 'POST'], path: '/a', access: 'public' }
    const open: RouteRule = { method: '*', path: '/b', access: 'public' }
    expect(placesOf(compile([named]), 'PUT', parse('/a'))).toEqual([])
    expect(compile([named]).methods(parse('/a'))).toBe('GET, HEAD, POST')
    expect(placesOf(compile([named, open]), 'PUT', parse('/a'))).toEqual([])
    expect(placesOf(compile([named, open]), 'PUT', parse('/b'))).toEqual([1])
    expect(compile([]).match('GET', parse('/a')).demand.access).toBe('none')
  })

  it.each([0, 1])('takes nothing for a rule that lists inherit at %i', (at) => {
    Object.defineProperty(Array.prototype, at, { value: {}, configurable: true, writable: true })
    try {
      const table = compile([
        { method: 'GET', path: '/a', access: 'public' },
        { method: 'DELETE', path: '/b', scopes: 'admin' },
        { method: '*', path: '/c', scopes: 'c' },
      ])
      expect(table.match('DELETE', parse('/a')).demand.access).toBe('none')
      expect(table.match('PUT', parse('/a')).demand.access).toBe('none')
      expect(table.methods(parse('/a'))).toBe('GET, HEAD')
    } finally {
      Reflect.deleteProperty(Array.prototype, at)
    }
  })

  it('does not take a method for a name it inherits', () => {
    const table = compile([{ method: 'GET', path: '/a', access: 'public' }])
    expect(placesOf(table, 'constructor', parse('/a'))).toEqual([])
  })

  it('holds thousands of rules', () => {
    const rules = Array.from({ length: 5000 }, (_, i): RouteRule => {
      return { method: 'GET', path: `/r${i % 70}/s${i}/:id`, access: 'authenticated' }
    })
    const table = compile(rules)
    expect(placesOf(table, 'HEAD', parse('/R69/s4969/x/'))).toEqual([4969])
    expect(placesOf(table, 'GET', parse('/r0/s4969/x'))).toEqual([])
  })

  it('ends every search, however few the rules are', () => {
    for (let count = 0; count < 70; count++) {
      const paths = Array.from({ length: count }, (_, i) => `/r${i}`)
      const table = compile(paths.map((path) => ({ method: 'GET', path, access: 'public' })))
      for (const [i, path] of paths.entries()) expect(placesOf(table, 'GET', parse(path))).toEqual([i])
      for (let i = 0; i < 100; i++) expect(placesOf(table, 'GET', parse(`/s${i}`))).toEqual([])
    }
  })

  it('tells paths apart by the place of what they have in common', () => {
    const paths = ['/a/:x/b', '/:x/a/b', '/a/b/:x', '/b/:x/a', '/a/b', '/b/a', '/a/b/*', '/:x/b/*']
    const table = compile(paths.map((path) => ({ method: 'GET', path, access: 'public' })))
    expect(placesOf(table, 'GET', parse('/a/b'))).toEqual([4, 6, 7])
    expect(placesOf(table, 'GET', parse('/b/a'))).toEqual([5])
    expect(placesOf(table, 'GET', parse('/b/x/a'))).toEqual([3])
    expect(placesOf(table, 'GET', parse('/a/b/b'))).toEqual([0, 2, 6, 7])
    expect(placesOf(table, 'GET', parse('/a/b/c/d/e/f'))).toEqual([6, 7])
  })

  it('finds every rule of a target that meets them all, in the order of the table', () => {
    const depth = 10
    const rules = Array.from({ length: depth }, (_, at): RouteRule => {
      const segments = Array.from({ length: depth }, (_, i) => (i === at ? 'x' : `:p${i}`))
      return { method: 'GET', path: `/${segments.join('/')}`, access: 'authenticated' }
    })
    const table = compile(rules)
    for (let subset = 0; subset < 2 ** depth; subset++) {
      const spelt = Array.from({ length: depth }, (_, i) => ((subset >> i) & 1 ? 'x' : 'y'))
      const expected = rules.flatMap((_, i) => ((subset >> i) & 1 ? [i] : []))
      expect(placesOf(table, 'GET', parse(`/${spelt.join('/')}`))).toEqual(expected)
    }
  })
})

describe('the rules that contain a pattern', () => {
  it('are in the order of the table, whatever methods they are of', () => {
    const rules = ['/a/*', '/a/*', '/a/b'].map(ruleOf)
    const methods = ['GET', 'POST']
    const named = rules.map((rule, at) => ({ ...rule, methods: [['POST'], ['GET'], ['GET', 'POST']][at] }))
    const found = containing(createPathForms(named as CompiledRule[], methods), patternOf('/a/b'))
    expect(found.map(({ index }) => index)).toEqual([0, 1, 2])
  })

  it('are found by the column of every other method, where they speak of all', () => {
    const found = containing(createPathForms(['/a/*', '/b'].map(ruleOf), [undefined]), patternOf('/a/b'))
    expect(found.map(({ index }) => index)).toEqual([0])
  })

  it('are those whose pattern matches whatever it matches', () => {
    fc.assert(
      fc.property(fc.uniqueArray(pathPatterns(), { maxLength: 8 }), pathPatterns(), (paths, inner) => {
        // Each of a method of its own: some have one shape.
        const rules = paths.map((path, at) => ({ ...ruleOf(path, at), methods: [`M${at}`] }))
        const pattern = patternOf(inner)
        const columns = rules.flatMap(({ methods }) => methods)
        const found = containing(createPathForms(rules, columns), pattern)
        const expected = rules.filter((rule) => contains(rule.pattern, pattern))
        expect(found).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})

function tables(): fc.Arbitrary<RouteRule[]> {
  const rule = fc.record({ method: methods(), path: pathPatterns(), access: fc.constant('authenticated') })
  return routeTables(rule as fc.Arbitrary<RouteRule>, isAccepted)
}

function isAccepted(rules: readonly RouteRule[]): boolean {
  try {
    compile(rules)
    return true
  } catch (error) {
    if (error instanceof ConfigurationError) return false
    throw error
  }
}

function compile(rules: readonly RouteRule[]): RouteTable {
  return compileRouteRules(rules, new Set())
}

function placesOf(table: RouteTable, method: string, target: RequestTarget): number[] {
  return table.match(method, target).compiled.map(({ index }) => index)
}

function parse(target: string): RequestTarget {
  return parseRequestTarget(target) as RequestTarget
}

function ruleOf(path: string, index: number): CompiledRule {
  return {
    rule: { method: 'GET', path, access: 'authenticated' },
    index,
    methods: '*',
    pattern: patternOf(path),
    requirement: { access: 'token' } as CompiledRule['requirement'],
    overridden: new Set(),
  }
}

function patternOf(path: string): CompiledRule['pattern'] {
  const pattern = parsePathPattern(path)
  if (typeof pattern === 'string') throw new Error(pattern)
  return pattern
}
