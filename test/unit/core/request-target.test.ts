import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashOf } from '../../../packages/core/src/hash.ts'
import { isDotSegment, OPAQUE, targetOfUrl } from '../../../packages/core/src/request-target.ts'
import { readTarget } from './segments-of.ts'

/** What disguises are made of; every string over it is a target somebody has tried. */
const HOSTILE = fc.constantFrom(...'/.%2eEfF5c3b;\\#?Aa0')
const DISGUISES = fc.constantFrom(
  ...'/.;aA',
  ...['%2e', '%2E', '%2f', '%5C', '%3b', '%25', '25', '2e', '%32', '%65'],
)
const NOTHING_OPAQUE = 0

describe('the request-target', () => {
  it.each([
    ['empty', ''],
    ['the asterisk form', '*'],
    ['the authority form', 'api.example:443'],
    ['without a slash', 'admin'],
    ['a query alone', '?x'],
    ['the absolute form', 'http://evil.example/admin'],
    ['the absolute form in upper case', 'HTTP://x/ADMIN'],
    ['two slashes first', '//admin'],
    ['three slashes first', '///admin'],
    ['two slashes last', '/admin//'],
    ['two slashes inside', '/files/a//b'],
    ['slashes alone', '//'],
    ['a backslash first', '\\admin'],
    ['a raw backslash', '/admin\\users'],
    ['a backslash behind a slash', '/\\evil.example/admin'],
    ['a fragment', '/admin#f'],
    ['a fragment in the query', '/admin?x#f'],
    ['an empty fragment', '/admin#'],
    ['a tab', '/admin\t'],
    ['a space', '/a b'],
    ['a line feed', '/admin\n'],
    ['a NUL', '/admin\0'],
    ['a DEL', '/admin\x7f'],
    ['a latin-1 letter', '/\u00e9'],
    ['a no-break space', '/admin\u00a0'],
    ['a fullwidth slash', '/a\uff0fb'],
    ['a space in the query', '/admin?a b'],
    ['a latin-1 letter in the query', '/admin?\u00e9'],
    ['a DEL in the query', '/admin?\x7f'],
  ])('is refused when it is or has %s: %j', (_, target) => {
    expect(readTarget(target)).toBeUndefined()
  })

  it.each([
    '/%',
    '/%2',
    '/%zz',
    '/a%2',
    '/%u0061dmin',
    '/%%36%31dmin',
    '/%c0%ae%c0%ae/admin',
    '/%c1%9cadmin',
    '/%e0%80%af',
    '/%f8%80%80%80%af',
    '/%ed%a0%80',
    '/%f4%90%80%80',
    '/%ff',
    '/%e9',
    '/a/%80',
  ])('is refused for the escape in %s', (target) => {
    expect(readTarget(target)).toBeUndefined()
  })

  it('is refused for every escaped control character', () => {
    for (let code = 0; code < 0x100; code++) {
      const target = `/admin%${code.toString(16).padStart(2, '0')}`
      const isPrintable = code >= 0x20 && code < 0x7f
      expect(readTarget(target) !== undefined, target).toBe(isPrintable)
    }
  })

  it.each([
    '/.',
    '/..',
    '/./admin',
    '/admin/.',
    '/admin/./',
    '/public/..',
    '/public/../',
    '/public/../admin',
    '/public/..?x',
    '/public/%2e%2e/admin',
    '/public/.%2e/admin',
    '/public/%2E./admin',
    '/%2e/admin',
    '/public/..;/admin',
    '/public/..;foo=bar/admin',
    '/public/.;/admin',
    '/public/%2e%2e;x/admin',
    '/public/..%3bx/admin',
    '/public/..%2fadmin',
    '/public/%2E%2E%2Fadmin',
    '/public/a%2f..',
    '/public/a%2f..%2fb',
    '/public/a%2f.',
    '/public/..%5cadmin',
    '/public/a%5c..',
    '/public/a%5C%2e%2e%5Cb',
    '/public/a;b%2f..;c',
    '/%252e%252e/admin',
    '/public/%252e',
    '/public/.%252e/admin',
    '/public/a%252f..',
    '/public/a%252F%252E%252e',
    '/public/a%255c..',
    '/public/..%253bx',
    '/public/%25252e%25252e/admin',
    '/public/%2525252e%2525252e/admin',
    '/public/.%25252525252e/admin',
    '/public/a%25252f..',
    '/public/a%25%32f..',
  ])('is refused for the dot segment in %s, whatever a rule opts in to', (target) => {
    expect(readTarget(target)).toBeUndefined()
  })

  it.each([
    '/...',
    '/..../admin',
    '/.well-known/x',
    '/a..',
    '/api../admin',
    '/..a',
    '/a.b.c',
    '/.%41',
    '/..%20',
  ])('is not refused for the dots in %s', (target) => {
    expect(readTarget(target)).toMatchObject({ opaque: NOTHING_OPAQUE })
  })

  it.each([
    ['/', [], false],
    ['/?x', [], false],
    ['/admin', ['admin'], false],
    ['/admin/', ['admin'], true],
    ['/admin?x=1', ['admin'], false],
    ['/admin/?', ['admin'], true],
    ['/admin?a=/public/x', ['admin'], false],
    ['/a?b=//..;\\%zz%00', ['a'], false],
    ['/a?b?c', ['a'], false],
    ['/a/b/c', ['a', 'b', 'c'], false],
    ["/-._~!$&'()*+,=:@", ["-._~!$&'()*+,=:@"], false],
    ['/admin,a=b/xyz', ['admin,a=b', 'xyz'], false],
    ['/0x2e0x2e/admin', ['0x2e0x2e', 'admin'], false],
    ['/"<>[]^`{|}', ['"<>[]^`{|}'], false],
  ])('%s has the segments %j', (target, segments, trailingSlash) => {
    expect(readTarget(target)).toEqual({
      folded: segments,
      hashes: segments.map(hashed),
      decoded: segments,
      raw: segments,
      trailingSlash,
      opaque: NOTHING_OPAQUE,
    })
  })

  it.each([
    ['/Admin/USERS', ['admin', 'users'], ['Admin', 'USERS']],
    ['/%61dmin', ['admin'], ['admin']],
    ['/%41dmin', ['admin'], ['Admin']],
    ['/a%20b', ['a b'], ['a b']],
    ['/caf%c3%A9', ['café'], ['café']],
    ['/%C3%89t%C3%A9', ['Été'], ['Été']],
    ['/%E2%84%AAey', ['\u212Aey'], ['\u212Aey']],
    ['/x%40y%3A', ['x@y:'], ['x@y:']],
  ])('%s is folded to %j and captured as %j', (target, folded, decoded) => {
    expect(readTarget(target)).toMatchObject({ folded, decoded, raw: target.slice(1).split('/') })
  })

  it('is folded for each letter of ASCII, and for no other character', () => {
    for (let code = 0x21; code < 0x7f; code++) {
      const character = String.fromCharCode(code)
      const [folded] = readTarget(`/${character}`)?.folded ?? []
      if (folded !== undefined) expect(folded).toBe(foldByHand(character))
      else expect('/.%?#\\').toContain(character)
    }
  })

  it.each([
    ['/a%2fb', OPAQUE['%2f'], 'a/b'],
    ['/a%2Fb', OPAQUE['%2f'], 'a/b'],
    ['/100%25', OPAQUE['%25'], '100%'],
    ['/50%2520off', OPAQUE['%25'], '50%20off'],
    ['/a;b=c', OPAQUE[';'], 'a;b=c'],
    ['/a%3bb', OPAQUE[';'], 'a;b'],
    ['/a%3Bb', OPAQUE[';'], 'a;b'],
    ['/DOMAIN%5cuser', OPAQUE['%5c'], 'DOMAIN\\user'],
    ['/DOMAIN%5Cuser', OPAQUE['%5c'], 'DOMAIN\\user'],
    ['/%2f', OPAQUE['%2f'], '/'],
    ['/%2f%25;%5c', OPAQUE['%2f'] | OPAQUE['%25'] | OPAQUE[';'] | OPAQUE['%5c'], '/%;\\'],
  ])('%s holds an opaque spelling, told by its bit', (target, opaque, decoded) => {
    expect(readTarget(target)).toMatchObject({ opaque, decoded: [decoded] })
  })

  it('gathers the opaque spellings of all segments', () => {
    expect(readTarget('/a%2f/b/c;')?.opaque).toBe(OPAQUE['%2f'] | OPAQUE[';'])
  })

  it('gives every spelling a bit of its own', () => {
    const bits = Object.values(OPAQUE)
    expect(bits.reduce((sum, bit) => sum + bit, 0)).toBe(bits.reduce((all, bit) => all | bit, 0))
    expect(bits.every((bit) => bit > 0)).toBe(true)
  })

  it('may be 8192 characters long before the query, no more', () => {
    expect(readTarget(`/${'a'.repeat(8191)}`)).toBeDefined()
    expect(readTarget(`/${'a'.repeat(8191)}?${'a'.repeat(9000)}`)).toBeDefined()
    expect(readTarget(`/${'a'.repeat(8192)}`)).toBeUndefined()
    expect(readTarget(`/${'%41'.repeat(3000)}`)).toBeUndefined()
  })

  it('may have 64 segments, no more', () => {
    expect(readTarget('/a'.repeat(64))?.raw).toHaveLength(64)
    expect(readTarget(`${'/a'.repeat(64)}/`)?.raw).toHaveLength(64)
    expect(readTarget('/a'.repeat(65))).toBeUndefined()
    expect(readTarget('/a'.repeat(4000))).toBeUndefined()
  })

  it('decodes once: what it captures is what decodeURIComponent gives for each raw segment', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
        const parsed = readTarget(`/x${path}?${query}`)
        if (parsed) expect(parsed.decoded).toEqual(parsed.raw.map(decodeURIComponent))
      }),
    )
  })

  it('is put together again from its raw segments', () => {
    fc.assert(
      fc.property(fc.string({ unit: HOSTILE, maxLength: 12 }), (rest) => {
        const parsed = readTarget(`/${rest}`)
        if (!parsed) return
        const path = `/${parsed.raw.join('/')}${parsed.trailingSlash ? '/' : ''}`
        expect(path).toBe(`/${rest}`.split('?')[0])
        expect(parsed.folded).toEqual(parsed.decoded.map(foldByHand))
        expect(parsed.hashes).toEqual(parsed.folded.map(hashed))
      }),
      { numRuns: 5000 },
    )
  })

  it('never holds a segment that any number of decodings turns into a dot segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: DISGUISES, maxLength: 9 }), (rest) => {
        for (const segment of readTarget(`/${rest}`)?.raw ?? []) {
          expect(climbs(segment), segment).toBe(false)
        }
      }),
      { numRuns: 10_000 },
    )
  })

  it('marks every slash, percent sign, semicolon and backslash that a segment holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: HOSTILE, maxLength: 12 }), (rest) => {
        const parsed = readTarget(`/${rest}`)
        if (!parsed) return
        const held = (text: string): boolean => parsed.decoded.some((segment) => segment.includes(text))
        expect((parsed.opaque & OPAQUE['%2f']) !== 0).toBe(held('/'))
        expect((parsed.opaque & OPAQUE['%25']) !== 0).toBe(held('%'))
        expect((parsed.opaque & OPAQUE[';']) !== 0).toBe(held(';'))
        expect((parsed.opaque & OPAQUE['%5c']) !== 0).toBe(held('\\'))
      }),
      { numRuns: 5000 },
    )
  })
})

describe('a dot segment', () => {
  it.each([
    ...['.', '..', '.;', '..;a=b', '%2e', '.%2E', 'a/..', '../a', 'a\\..', 'a/./b', '..%3Bx', 'a%2f..'],
    ...['%252e', '%25252e', '%2525252E.', 'a%25252f..', '..%25253bx'],
    // Escapes whose own characters are escaped, in the order in which nobody would expect them.
    ...['%25%32%65', '%%32e', '%2%65', '.%25%32%2545', '..%%33%42x', 'a%%35c..'],
  ])('is %j, once decoded', (decoded) => {
    expect(isDotSegment(decoded)).toBe(true)
  })

  it.each([
    ...['', 'a', '...', '.a', 'a.', '..a', ';..', 'a;..', '%', '%2', '100%', 'a/b', '.hidden/x', 'a..;'],
    ...['.%2', '..%', '%2 e', '%32%65', '%2g', '%%', '%25', '100%25', '%41'],
  ])('is not %j', (decoded) => {
    expect(isDotSegment(decoded)).toBe(false)
  })
})

describe('the target of a URL', () => {
  const host = 'api.example'

  it.each([
    ['https://api.example/admin?x=//y', host, '/admin?x=//y'],
    ['http://api.example/', host, '/'],
    ['https://API.example/a', 'api.EXAMPLE', '/a'],
    ['https://api.example/a', 'api.example:443', '/a'],
    ['https://api.example:443/a', host, '/a'],
    ['http://api.example:80/a', host, '/a'],
    ['http://api.example:8080/a', 'api.example:8080', '/a'],
    ['http://[::1]:3000/a', '[::1]:3000', '/a'],
    ['http://[::80]/a', '[::80]', '/a'],
    ['https://api.example//a/../b%2f#c', host, '//a/../b%2f#c'],
    ['https://api.example/a', undefined, '/a'],
  ])('is cut out of %s by text alone (Host: %s)', (url, sent, target) => {
    expect(targetOfUrl(url, sent)).toBe(target)
  })

  it.each([
    ['a relative URL', '/admin', host],
    ['another scheme', 'ftp://api.example/admin', host],
    ['a scheme in upper case', 'HTTPS://api.example/admin', host],
    ['a scheme in upper case and without s', 'HTTP://api.example/admin', host],
    ['a scheme of the same length', 'file://api.example/admin', host],
    ['no scheme', 'api.example/admin', host],
    ['no scheme but its slashes', '//api.example/admin', host],
    ['a scheme without slashes', 'https:api.example/admin', host],
    ['nothing', '', host],
    ['no path', 'https://api.example', host],
    ['no path but a letter', 'https://api.examplea', host],
    ['no path but a query', 'https://api.example?/admin', host],
    ['no path but a fragment', 'https://api.example#/admin', host],
    ['another host', 'https://evil.example/admin', host],
    ['another host without s', 'http://evil.example/admin', host],
    ['another host at the default port', 'http://evil.example:80/admin', 'api.example:80'],
    ['user information', 'https://a@api.example/admin', host],
    ['another port', 'https://api.example:8443/admin', host],
    ["the other scheme's default port", 'https://api.example:80/admin', host],
    ["a port where Host names the other scheme's default", 'https://api.example/admin', 'api.example:80'],
    ['an authority that ends early', 'https://api.example\\evil/admin', host],
    ['a longer host', 'https://api.example.evil/admin', host],
    ['no authority', 'https:///admin', host],
    ['no authority and no Host', 'https:///admin', undefined],
    ['a query for a path and no Host', 'https://api.example?/admin', undefined],
    ['a fragment for a path and no Host', 'https://api.example#/admin', undefined],
    ['user information and no Host', 'https://a@b/admin', undefined],
  ])('is refused for %s: %s', (_, url, sent) => {
    expect(targetOfUrl(url, sent)).toBeUndefined()
  })
})

describe('a character that no path may have', () => {
  it('is refused, whatever prototypes have been given', () => {
    const prototypes: object[] = [Object.prototype, Array.prototype, Uint8Array.prototype]
    for (const prototype of prototypes) {
      for (const value of [1, 2, true]) {
        Object.defineProperty(prototype, 0xe9, { value, configurable: true, writable: true })
        const parsed = readTarget('/caf\xe9')
        Reflect.deleteProperty(prototype, 0xe9)
        expect(parsed).toBeUndefined()
      }
    }
  })
})

function foldByHand(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** Whether a reader who decodes as often as there is something to decode ends up at a dot segment. */
function climbs(segment: string): boolean {
  for (let text = segment, before = ''; text !== before; ) {
    if (text.split(/[/\\]/).some((part) => /^\.{1,2}(;|$)/.test(part))) return true
    before = text
    text = text.replace(/%[\da-f]{2}/gi, (hidden) =>
      String.fromCharCode(Number.parseInt(hidden.slice(1), 16)),
    )
  }
  return false
}

function hashed(segment: string): number {
  return hashOf(segment, 0, 0)
}
