import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AUTHORITY,
  CREDENTIALS,
  createHeaderReader,
  HOST,
  isRepeated,
  isWellFormedHost,
  METHOD_OVERRIDE,
  ORIGIN,
  REQUESTED_METHOD,
  type RequestHeaders,
} from '../../../packages/core/src/request-headers.ts'

describe('the deciding headers', () => {
  it('are read whatever their case and wherever they stand', () => {
    expect(
      read(
        'Accept',
        '*/*',
        'HOST',
        'api.example',
        'oRiGiN',
        'https://a.example',
        'authorization',
        'Bearer x',
      ),
    ).toEqual(sent([HOST, 'api.example'], [ORIGIN, 'https://a.example'], [CREDENTIALS, 'Bearer x']))
    expect(read('Access-control-REQUEST-method', 'PUT')).toEqual(sent([REQUESTED_METHOD, 'PUT']))
    expect(read(':authority', 'api.example')).toEqual(sent([AUTHORITY, 'api.example']))
  })

  it.each([
    'From',
    'Accept',
    'Connection',
    ':authoritx',
    'Cache-Control',
    'If-None-Match',
    'X-Forwarded-Proto',
    'X-Forwarded-Prefix-Uri',
    'X-Http-Method-Overridx',
    'Access-Control-Request-Xethod',
    'Accept-Control-Request-Header',
  ])('are not %s, however long its name is', (name) => {
    expect(read(name, 'GET')).toEqual(read())
    expect(read(name, 'GET', name, 'a,b')).toEqual(read())
  })

  it('are found by their names in any case, and by no other name', () => {
    const credentials = ['authorization', 'x-api-key', '_token', '^key', '~~', '1-2', "!#$%&'*+.^_`|~-"]
    const names = ['host', ':authority', 'origin', 'access-control-request-method', ...credentials]
    const reader = createHeaderReader(credentials)
    const isRead = (name: string): boolean => reader([name, 'v']).values.includes('v')
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.infiniteStream(fc.boolean()), (name, upper) => {
        const mixed = name.replace(/[a-z]/g, (letter) => (upper.next().value ? letter.toUpperCase() : letter))
        expect(isRead(mixed), mixed).toBe(true)
      }),
    )
    for (const name of names) {
      for (let at = 0; at < name.length; at++) {
        for (const other of [
          '\0',
          ' ',
          '@',
          '[',
          '`',
          '{',
          '_',
          '\u000d',
          '\u001a',
          '\u212a',
          '\u017f',
          '\u0131',
          '\uff41',
          '\u0141',
        ]) {
          const near = name.slice(0, at) + other + name.slice(at + 1)
          expect(isRead(near), JSON.stringify(near)).toBe(names.includes(near))
        }
      }
    }
  })

  it('are all absent where none was sent', () => {
    expect(read()).toEqual({ values: new Array(CREDENTIALS + 1).fill(undefined), repeated: 0 })
    expect(Object.keys(read().values)).toHaveLength(CREDENTIALS + 1)
    expect(Object.keys(createHeaderReader(['a', 'b', 'c'])([]).values)).toHaveLength(CREDENTIALS + 3)
  })

  it('keep an empty value apart from an absent header', () => {
    expect(read('Origin', '', 'Authorization', '', 'Host', '')).toEqual(
      sent([ORIGIN, ''], [HOST, ''], [CREDENTIALS, '']),
    )
  })

  it.each([
    ['Host', HOST],
    [':authority', AUTHORITY],
    ['Origin', ORIGIN],
    ['Access-Control-Request-Method', REQUESTED_METHOD],
    ['Authorization', CREDENTIALS],
  ] as const)('tell that %s was sent twice, also with one value or none', (name, slot) => {
    expect(repeatedIn(read(name, 'a'))).toEqual([])
    expect(repeatedIn(read(name, 'a', name.toLowerCase(), 'b'))).toEqual([slot])
    expect(repeatedIn(read(name, 'a', 'Accept', 'x', name, 'a'))).toEqual([slot])
    expect(repeatedIn(read(name, '', name, 'a'))).toEqual([slot])
    expect(repeatedIn(read(name, '', name, ''))).toEqual([slot])
  })

  it.each([
    ['Origin', 'https://a.example, https://b.example', ORIGIN],
    ['Origin', 'https://a.example,', ORIGIN],
    ['Access-Control-Request-Method', 'GET, PUT', REQUESTED_METHOD],
  ])('count %s: %s as repeated, as a proxy may have joined it', (name, value, slot) => {
    expect(repeatedIn(read(name, value))).toEqual([slot])
  })

  it('tell that any of many credential headers was sent twice', () => {
    const names = Array.from({ length: 100 }, (_, at) => `x-key-${at}`)
    const readMany = createHeaderReader(names)
    names.forEach((name, at) => {
      expect(readMany([name, 'k']).values[CREDENTIALS + at]).toBe('k')
      expect(repeatedIn(readMany([name, 'k']))).toEqual([])
      expect(repeatedIn(readMany([name, 'k', name.toUpperCase(), 'k']))).toEqual([CREDENTIALS])
    })
    expect(repeatedIn(readMany(names.flatMap((name) => [name, 'k'])))).toEqual([])
  })

  it('are told apart from those whose names are as long, or longer by what lengths are counted in', () => {
    const long = `x-${'k'.repeat(43)}`
    const readBoth = createHeaderReader(['authorization', 'x-http-methoe', long])
    const values = (...rawHeaders: string[]): unknown[] => readBoth(rawHeaders).values.slice(CREDENTIALS)
    expect(values('X-Http-Methoe', 'a', 'Authorization', 'b', long, 'c')).toEqual(['b', 'a', 'c'])
    expect(values('If-None-Match', 'a', long.slice(32), 'b', `authorization${'x'.repeat(32)}`, 'c')).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(readBoth(['X-Http-Method', 'a']).values[METHOD_OVERRIDE]).toBe('a')
  })

  it('have nothing in them that was put on a prototype', () => {
    const slots = Array.from({ length: 64 }, (_, at) => String(at))
    for (const slot of slots) Object.assign(Object.prototype, { [slot]: 'Bearer polluted' })
    try {
      const { values, repeated } = read('X', 'a', 'Authorization', 'b')
      expect([values[HOST], values[CREDENTIALS], repeated]).toEqual([undefined, 'b', 0])
      expect(read('X', 'a').values[CREDENTIALS]).toBeUndefined()
    } finally {
      for (const slot of slots) Reflect.deleteProperty(Object.prototype, slot)
    }
  })

  it.each([
    'X-HTTP-Method-Override',
    'x-http-method-override',
    'X-HTTP-Method',
    'X-Method-Override',
    'X-METHOD-OVERRIDE',
  ])('tell that %s was sent, even empty', (name) => {
    expect(read(name, '')).toEqual(sent([METHOD_OVERRIDE, '']))
  })

  it.each([
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-Forwarded-Host',
    'X-Forwarded-Method',
    'Forwarded',
    'X-Forwarded-Uri',
    'X-Forwarded-Prefix',
    'Authorization_',
    'Authorizatio',
    'X-Authorization',
    'Proxy-Authorization',
    'Hosts',
    'Origin ',
    ' Origin',
    'Orig\u0131n',
    'X_HTTP_METHOD_OVERRIDE',
    ':path',
    ':method',
  ])('leave %j unread', (name) => {
    expect(read(name, 'https://evil.example')).toEqual(read())
  })

  it('are a fault where one is named and not given, which is not the same as not sent', () => {
    expect(() => read('Host', 'api.example', 'Authorization')).toThrow(TypeError)
    expect(read('Host', 'api.example', 'Accept')).toEqual(sent([HOST, 'api.example']))
  })

  it('keep the values of several credential headers apart', () => {
    const { values, repeated } = createHeaderReader(['authorization', 'x-api-key'])([
      'X-API-KEY',
      'k',
      'Authorization',
      'Bearer t',
    ])
    expect(values.slice(CREDENTIALS)).toEqual(['Bearer t', 'k'])
    expect(repeated).toBe(0)
  })

  it('read a credential header that is one of the known ones as both', () => {
    const { values } = createHeaderReader(['origin'])(['Origin', 'x'])
    expect([values[ORIGIN], values[CREDENTIALS]]).toEqual(['x', 'x'])
  })

  it('are counted right among any others', () => {
    const others = fc.array(fc.constantFrom('Accept', 'Cookie', 'X-Trace', 'Hos', 'Origins'), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(others, fc.nat(3), fc.nat(), (names, copies, seed) => {
        const all = [...names, ...Array<string>(copies).fill('Authorization')]
        const rotated = all.map((_, i) => all[(i + seed) % all.length] as string)
        const headers = read(...rotated.flatMap((name) => [name, 'v']))
        expect(isRepeated(headers, CREDENTIALS)).toBe(copies > 1)
        expect(headers.values[CREDENTIALS]).toBe(copies === 0 ? undefined : 'v')
      }),
    )
  })
})

describe('the host', () => {
  it.each([
    'api.example',
    'localhost',
    'API.Example',
    'api.example:443',
    'api.example:0',
    'api.example:65535',
    'a',
    'a_b-c.d.',
    'xn--bcher-kva.example',
    '127.0.0.1:3000',
    '[::1]',
    '[::1]:3000',
    '[2001:DB8::1]',
    '[::ffff:192.0.2.1]:80',
    `${'a'.repeat(252)}:8080`,
  ])('may be %s', (host) => {
    expect(isWellFormedHost(read('Host', host))).toBe(true)
    expect(isWellFormedHost(read(':authority', host))).toBe(true)
  })

  it.each([
    '',
    ' ',
    ':80',
    'api.example:',
    'api.example:port',
    'api.example:123456',
    'api.example:80:80',
    'api.example:-1',
    'a/admin',
    '1/admin',
    'a\\admin',
    'a?b',
    'a#b',
    'a@b',
    'user@api.example',
    'evil.example:x@api.example',
    'api.example, evil.example',
    'api.example,evil.example',
    'api.example ',
    ' api.example',
    'api example',
    'a\tb',
    'a%2fb',
    'api.example\0',
    '\u00bc/admin?aa',
    '\u00bc',
    'b\u00fccher.example',
    'a\u3002example',
    'a*',
    '"a"',
    '[::1',
    '::1',
    '[::1]x',
    '[::1]:',
    '[]',
    '[:]',
    '[::1%25eth0]',
    '[::g]',
    '[v1.a]',
    '[::1]]',
    'http://api.example',
    'a'.repeat(300),
  ])('may not be %j', (host) => {
    expect(isWellFormedHost(read('Host', host))).toBe(false)
    expect(isWellFormedHost(read(':authority', host))).toBe(false)
  })

  it('may be absent', () => {
    expect(isWellFormedHost(read())).toBe(true)
  })

  it('may not be sent twice, not even with the same value', () => {
    expect(isWellFormedHost(read('Host', 'a', 'Host', 'a'))).toBe(false)
    expect(isWellFormedHost(read('Host', 'a', 'Host', 'b'))).toBe(false)
    expect(isWellFormedHost(read('Host', '', 'Host', 'a'))).toBe(false)
  })

  it('may be sent as Host and :authority if they agree', () => {
    expect(isWellFormedHost(read(':authority', 'a', 'Host', 'a'))).toBe(true)
    expect(isWellFormedHost(read(':authority', 'a', 'Host', 'b'))).toBe(false)
    expect(isWellFormedHost(read(':authority', '', 'Host', 'b'))).toBe(false)
    expect(isWellFormedHost(read(':authority', 'a/b', 'Host', 'a/b'))).toBe(false)
  })

  it('holds, of all characters, just those of a name, of an address or of a port', () => {
    const taken = (around: (character: string) => string): string =>
      Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code))
        .filter((character) => isWellFormedHost(read('Host', around(character))))
        .join('')
    const [digits, upper, lower] = ['0123456789', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz']
    expect(taken((character) => `a${character}b`)).toBe(`-.${digits}${upper}_${lower}`)
    expect(taken((character) => `[:${character}:]`)).toBe(`.${digits}:ABCDEFabcdef`)
    expect(taken((character) => `a:4${character}`)).toBe(digits)
  })

  it('is at most 261 characters long', () => {
    expect(isWellFormedHost(read('Host', 'a'.repeat(261)))).toBe(true)
    expect(isWellFormedHost(read('Host', 'a'.repeat(262)))).toBe(false)
  })

  it('never holds what could move the path of a URL made from it', () => {
    const characters = fc.constantFrom(...'a1.:[]-_/?#@\\% ,;', '\u00bc', '\uff0f', '\u3002')
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 8 }), (host) => {
        if (!isWellFormedHost(read('Host', host))) return
        expect(host).toMatch(/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?$/)
        const url = `http://${host}/path`
        if (URL.canParse(url)) expect(new URL(url).pathname).toBe('/path')
      }),
      { numRuns: 5000 },
    )
  })
})

function read(...rawHeaders: string[]): RequestHeaders {
  return createHeaderReader(['authorization'])(rawHeaders)
}

function sent(...values: [slot: number, value: string][]): RequestHeaders {
  const all = new Array<string | undefined>(CREDENTIALS + 1).fill(undefined)
  for (const [slot, value] of values) all[slot] = value
  return { values: all, repeated: 0 }
}

function repeatedIn(headers: RequestHeaders): number[] {
  return [HOST, AUTHORITY, ORIGIN, REQUESTED_METHOD, CREDENTIALS].filter((slot) => isRepeated(headers, slot))
}
