import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  contains,
  type PathPattern,
  parameterIndex,
  parsePathPattern,
  shapeOf,
  spellsExactly,
} from '../../../packages/core/src/path-pattern.ts'
import { parseRequestTarget, type RequestTarget } from '../../../packages/core/src/request-target.ts'
import { segmentAt } from '../../../packages/core/src/segments.ts'
import { matchesPath, pathPatterns, targets } from './route-oracle.ts'

describe('a rule path', () => {
  it.each([
    ['/', '/', 0, false],
    ['/*', '/*', 0, true],
    ['/admin', '/admin', 1, false],
    ['/Admin/USERS', '/admin/users', 2, false],
    ['/v1/maps/:mapCode', '/v1/maps/:', 3, false],
    ['/v1/maps/{mapCode}', '/v1/maps/:', 3, false],
    ['/files/*', '/files/*', 1, true],
    ['/:a/*', '/:/*', 1, true],
    ['/:_a1/{B_2}', '/:/:', 2, false],
    ["/a-b.c_d~e@f$g&h'i,j=k", "/a-b.c_d~e@f$g&h'i,j=k", 1, false],
    ['/.well-known/jwks.json', '/.well-known/jwks.json', 2, false],
    ['/...', '/...', 1, false],
    ['/café/Ünder', '/café/Ünder', 2, false],
    [`/${Array(64).fill('a').join('/')}/*`, `/${Array(64).fill('a').join('/')}/*`, 64, true],
  ])('%s has the shape %s', (path, shape, segments, wildcard) => {
    const pattern = parse(path)
    expect(pattern.wildcard).toBe(wildcard)
    expect(shapeOf(pattern)).toBe(shape)
    expect(pattern.segments).toHaveLength(segments)
  })

  it.each([
    ['nothing', ''],
    ['no slash first', 'admin'],
    ['an absolute URL', 'https://api.example/admin'],
    ['a wildcard without a slash', '*'],
  ])('with %s is told to start with a slash', (_, path) => {
    expect(parsePathPattern(path)).toMatch(/^must start with "\/"/)
  })

  it.each(['//', '/admin/', '//admin', '/a//b', '/:id/'])('%s is told of its empty segment', (path) => {
    expect(parsePathPattern(path)).toMatch(/^has an empty segment/)
  })

  it.each(['/*/', '/*/a', '/a/*/b', '/*/*'])('%s is told that a wildcard stands at the end', (path) => {
    expect(parsePathPattern(path)).toMatch(/"\*"/)
  })

  it.each([
    '/a*',
    '/**',
    '/a/**',
    '/*a',
    '/:',
    '/{}',
    '/:1a',
    '/{a b}',
    '/:a-:b',
    '/:id{.+}',
    '/:id(\\d+)',
    '/:id?',
    '/{/:opt}',
    '/a+b',
    '/a(b)',
    '/[a]',
    '/a!',
    '/a;b',
    '/a:b',
    '/a?b',
    '/a#b',
    '/a b',
    '/a\\b',
    '/a|b',
    '/a%20b',
    '/%61dmin',
    '/a%2fb',
    '/"a"',
    '/a\0',
    '/a\n',
    '/a\x7f',
    '/:é',
    '/^admin$',
  ])('%s is told of the grammar', (path) => {
    expect(parsePathPattern(path)).toMatch(/outside the grammar/)
  })

  it.each(['/.', '/..', '/a/../b', '/./a'])('%s is told that no target ever has a dot segment', (path) => {
    expect(parsePathPattern(path)).toMatch(/can never match/)
  })

  it('of more segments than any target has is refused', () => {
    expect(parsePathPattern('/a'.repeat(65))).toMatch(/can never match/)
  })

  it('may not name a parameter twice, in whichever notation', () => {
    expect(parsePathPattern('/:id/x/{id}')).toBe('names a parameter twice')
    expect(shapeOf(parse('/:id/:ID'))).toBe('/:/:')
  })

  it('matches a target that is written like it, which no pattern for nothing does', () => {
    fc.assert(
      fc.property(pathPatterns(), fc.constantFrom('x', 'Y', '0', '~'), (path, filler) => {
        const written = path.replace(/:\w+|\*/g, filler)
        expect(matchesPath(path, parseTarget(written))).toBe(true)
      }),
    )
  })
})

describe('containment', () => {
  it.each([
    ['/users/:id', '/users/me', true],
    ['/users/:id', '/users/:other', true],
    ['/users/me', '/users/:id', false],
    ['/*', '/', true],
    ['/*', '/a/b', true],
    ['/*', '/a/*', true],
    ['/a/*', '/a', true],
    ['/a/*', '/A/b', true],
    ['/a/*', '/b', false],
    ['/a/*', '/*', false],
    ['/:x/*', '/a', true],
    ['/:x/*', '/', false],
    ['/:x/*', '/*', false],
    ['/a/b', '/a', false],
    ['/a', '/a/*', false],
    ['/a/:x', '/a/*', false],
  ])('%s contains %s: %s', (outer, inner, expected) => {
    expect(contains(parse(outer), parse(inner))).toBe(expected)
  })

  it('means that whatever the inner matches the outer matches, and no less', () => {
    fc.assert(
      fc.property(pathPatterns(), pathPatterns(), (outer, inner) => {
        const witnesses = ['', '/zz', '/zz/yy'].map((tail) =>
          parseTarget(inner.replace(/:\w+/g, 'zz').replace(/\/\*$/, tail) || '/'),
        )
        const matched = witnesses
          .filter((target) => matchesPath(inner, target))
          .every((target) => matchesPath(outer, target))
        expect(contains(parse(outer), parse(inner))).toBe(matched)
      }),
      { numRuns: 5000 },
    )
  })

  it('is told between a pattern and itself', () => {
    fc.assert(fc.property(pathPatterns(), (path) => contains(parse(path), parse(path))))
  })
})

describe('a parameter', () => {
  it('is found by its exact name', () => {
    const pattern = parse('/v1/:account/maps/{mapCode}')
    expect(parameterIndex(pattern, 'account')).toBe(1)
    expect(parameterIndex(pattern, 'mapCode')).toBe(3)
    expect(parameterIndex(pattern, 'mapcode')).toBeUndefined()
    expect(parameterIndex(pattern, 'maps')).toBeUndefined()
    expect(parameterIndex(pattern, 'constructor')).toBeUndefined()
  })
})

describe('an exact spelling', () => {
  it.each([
    ['/users/me', '/users/me', true],
    ['/users/me', '/users/me?x=/y', true],
    ['/users/me', '/users/me/', false],
    ['/users/me', '/users/ME', false],
    ['/users/me', '/Users/me', false],
    ['/users/me', '/users/%6de', false],
    ['/users/@me', '/users/@me', true],
    ['/users/@me', '/users/%40me', false],
    ['/Users/Me', '/Users/Me', true],
    ['/Users/Me', '/users/me', false],
    ['/users/:id/a', '/users/%6De/a', true],
    ['/users/:id/a', '/users/ME/a', true],
    ['/users/:id/a', '/users/x/A', false],
    ['/files/*', '/files/x', true],
    ['/files/*', '/files/X/%2e_', true],
    ['/files/*', '/files', false],
    ['/files/*', '/files/', false],
    ['/files/*', '/files/x/', false],
    ['/', '/', true],
  ])('of %s is %s: %s', (path, target, expected) => {
    expect(spellsExactly(parseTarget(target), parse(path))).toBe(expected)
  })

  it('is one of the spellings that match', () => {
    fc.assert(
      fc.property(pathPatterns(), targets(), (path, target) => {
        if (matchesPath(path, target) && spellsExactly(target, parse(path))) {
          const raw = path.replace(/\/\*$/, '').slice(1).split('/').filter(Boolean)
          expect(raw.every((part, i) => part.startsWith(':') || part === segmentAt(target.raw, i))).toBe(true)
        }
      }),
      { numRuns: 5000 },
    )
  })
})

function parse(path: string): PathPattern {
  const pattern = parsePathPattern(path)
  if (typeof pattern === 'string') throw new Error(`${path}: ${pattern}`)
  return pattern
}

function parseTarget(target: string): RequestTarget {
  const parsed = parseRequestTarget(target)
  if (parsed === undefined) throw new Error(target)
  return parsed
}
