import fc from 'fast-check'
import { base64url } from 'jose'
import { describe, expect, it } from 'vitest'
import { createCompactJwsParser } from '../../../packages/core/src/compact-jws.ts'

const parseCompactJws = createCompactJwsParser()

const header = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' }
const payload = { iss: 'https://issuer.example', exp: 1 }
const signature = Uint8Array.from({ length: 64 }, (_, i) => i * 5)
const good = `${encode(header)}.${encode(payload)}.${base64url.encode(signature)}`

describe('a compact JWS', () => {
  it('is taken apart into header, payload and signature', () => {
    expect(parseCompactJws(good)).toMatchObject({
      text: good,
      header,
      payload,
      signature,
      signingInputEnd: good.lastIndexOf('.'),
    })
  })

  it.each([1, 2, 3, 64, 256, 4096, 6000])(
    'keeps its signature of %i bytes, whatever comes after it',
    (length) => {
      const start = `${encode(header)}.${encode(payload)}.`
      const bytes = Array.from({ length: 300 }, (_, at) => new Uint8Array(length).fill(at))
      const parsed = bytes.map((signature) => {
        const text = start + base64url.encode(signature)
        const jws = parseCompactJws(text)
        for (const broken of [`${text}!`, `${text.slice(0, -1)}~`, `${text}AAAAA`]) parseCompactJws(broken)
        return jws
      })
      expect(parsed.map((jws) => Buffer.from(jws?.signature ?? []).toString('hex'))).toEqual(
        bytes.map((signature) => Buffer.from(signature).toString('hex')),
      )
    },
  )

  it.each([
    [{ alg: 'ES256', kid: 'k1' }, 'ES256', 'k1'],
    [{ alg: 'RS256' }, 'RS256', undefined],
    [{ kid: '' }, '', ''],
    [{ alg: 256, kid: 1 }, '', undefined],
    [{ alg: null, kid: null }, '', undefined],
    [{ alg: ['ES256'], kid: { toString: 'k1' } }, '', undefined],
    [{ ALG: 'ES256', Kid: 'k1' }, '', undefined],
  ])('with the header %j names the algorithm %j and the key %j', (written, algorithm, kid) => {
    expect(parseCompactJws(`${encode(written)}.${encode(payload)}.AAAA`)).toMatchObject({ algorithm, kid })
  })

  it.each([200, 1365, 1366, 4095, 4096, 4097, 5000, 12_288, 12_289, 20_000])(
    'is nothing of one of %i characters that came before it',
    (length) => {
      const parse = createCompactJwsParser()
      const filled = `${encode(header)}.${encode(payload)}.`
      const whole = filled + 'A'.repeat(length - filled.length - ((length - filled.length) % 4))
      for (const odd of ['\u00c1', '\u20ac', '\ud83d\ude00', '\ud83d', '\ude00', '\u0141', '\uff21', '\0']) {
        for (const cut of [1, 2, 3, 4]) {
          for (const at of [
            whole.length - cut,
            filled.length,
            filled.length - 2,
            0,
            filled.indexOf('.') + 1,
          ]) {
            expect(parse(whole)).toBeDefined()
            expect(parse(whole.slice(0, at) + odd + whole.slice(at + cut))).toBeUndefined()
            expect(parse(whole.slice(0, at) + odd + whole.slice(at + 1, whole.length - cut))).toBeUndefined()
          }
        }
      }
    },
  )

  it('names nothing that its header only inherits', () => {
    const inherited = { alg: 'none', kid: 'k1' }
    for (const [name, value] of Object.entries(inherited))
      Object.defineProperty(Object.prototype, name, { value, configurable: true })
    try {
      const parsed = parseCompactJws(`${encode({ typ: 'JWT' })}.${encode(payload)}.AAAA`)
      expect([parsed?.algorithm, parsed?.kid]).toEqual(['', undefined])
    } finally {
      for (const name of Object.keys(inherited)) Reflect.deleteProperty(Object.prototype, name)
    }
  })

  it.each<[unknown, boolean]>([
    [{}, true],
    [{ alg: 'ES256', kid: 'k', typ: 'at+jwt', x: 1 }, true],
    [{ kid: '' }, true],
    [{ kid: 'k'.repeat(1024) }, true],
    [{ kid: 'k'.repeat(1025) }, false],
    [{ kid: 1 }, false],
    [{ kid: null }, false],
    [{ kid: ['k'] }, false],
    [{ crit: [] }, false],
    [{ b64: true }, false],
    [{ enc: null }, false],
    [{ zip: '' }, false],
    [{ cty: 'JWT' }, false],
    [{ kid: 'k', crit: ['exp'] }, false],
  ])('tells whether its header is plain: %j', (written, isPlain) => {
    expect(parseCompactJws(`${encode(written)}.${encode(payload)}.AAAA`)?.isPlain).toBe(isPlain)
  })

  it('stays as it was parsed, whatever is parsed after it', () => {
    const first = parseCompactJws(good)
    const other = `${encode({ alg: 'RS256' })}.${encode({ iss: 'x', exp: 2 })}.${base64url.encode(new Uint8Array(64))}`
    parseCompactJws(other)
    parseCompactJws(`${good.slice(0, -1)}=`)
    expect(first).toMatchObject({ header, payload, signature })
    for (let i = 0; i < 3; i++) {
      expect(parseCompactJws(good)).toEqual(first)
      expect(parseCompactJws(other)).toMatchObject({ algorithm: 'RS256', payload: { iss: 'x', exp: 2 } })
    }
  })

  it('shares its header with the tokens before it that have the same, after a bad one too', () => {
    const shared = parseCompactJws(good)?.header
    expect(parseCompactJws(`${encode(header)}.${encode({})}.AAAA`)?.header).toBe(shared)
    expect(parseCompactJws(`${base64url.encode('alg')}.${encode(payload)}.AAAA`)).toBeUndefined()
    expect(parseCompactJws(`${base64url.encode('alg')}.${encode(payload)}.AAAA`)).toBeUndefined()
    expect(parseCompactJws(good)?.header).toEqual(shared)
  })

  it.each([3071, 3072, 4095, 4096, 4097, 20_000, 100])(
    'may be of any length: %i characters of it',
    (length) => {
      const long = { pad: 'p'.repeat(length) }
      const bytes = Uint8Array.from({ length }, (_, i) => i % 251)
      const text = `${encode(header)}.${encode(long)}.${base64url.encode(bytes)}`
      expect(parseCompactJws(text)).toMatchObject({ payload: long, signature: bytes })
    },
  )

  it('gives the bytes that another implementation encoded, whatever their number', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (bytes) => {
        const text = `${encode(header)}.${encode(payload)}.${base64url.encode(bytes)}`
        expect(parseCompactJws(text)?.signature).toEqual(bytes)
      }),
    )
  })

  it('has one text only: whatever is accepted is what encoding it again gives', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgw_-9='), minLength: 1, maxLength: 9 }), (last) => {
        const parsed = parseCompactJws(`${encode(header)}.${encode(payload)}.${last}`)
        if (parsed) expect(base64url.encode(parsed.signature)).toBe(last)
        else expect(base64url.encode(decodeLoosely(last))).not.toBe(last)
      }),
    )
  })

  it.each([
    ['nothing', ''],
    ['one segment', encode(header)],
    ['two segments', `${encode(header)}.${encode(payload)}`],
    ['an empty signature', `${encode(header)}.${encode(payload)}.`],
    ['an empty payload', `${encode(header)}..AAAA`],
    ['an empty header', `.${encode(payload)}.AAAA`],
    ['four segments', `${good}.AAAA`],
    ['a dot at the end', `${good}.`],
    ['five segments, as encryption has', `${encode({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`],
    ['dots alone', '..'],
    ['many dots', '.'.repeat(10_000)],
    ['a JSON serialisation', JSON.stringify({ payload: encode(payload), signatures: [] })],
    ['a space before', ` ${good}`],
    ['a space behind', `${good} `],
    ['a line feed behind', `${good}\n`],
    ['a space inside a segment', good.replace('.', ' .')],
    ['padding', `${good}==`],
    ['padding inside', good.replace('.', '=.')],
    ['the alphabet of plain base64', `${encode(header)}.${encode(payload)}.ab+/`],
    ['a percent escape', good.replace('.', '%2E')],
    ['a fullwidth letter', `${good.slice(0, -1)}Ａ`],
    ['a quoted token', `"${good}"`],
    ['a segment of impossible length', `${encode(header)}.${encode(payload)}.AAAAA`],
  ])('is not %s', (_, text) => {
    expect(parseCompactJws(text)).toBeUndefined()
  })

  it.each(['k', 'kk', 'kkk', 'kkkk'])(
    'is not two segments and a letter, however long they are together (kid %j)',
    (kid) => {
      for (const letter of 'AEIQgw')
        expect(parseCompactJws(`${encode({ ...header, kid })}.${encode(payload)}${letter}`)).toBeUndefined()
    },
  )

  it.each([0x00, 0x7f, 0x80, 0xc1, 0xff, 0x100, 0x141, 0xff21])(
    'holds no character %i, wherever it stands',
    (code) => {
      for (const at of [0, 1, good.indexOf('.') + 1, good.lastIndexOf('.') + 1, good.length - 2])
        expect(
          parseCompactJws(`${good.slice(0, at)}${String.fromCharCode(code)}${good.slice(at + 1)}`),
        ).toBeUndefined()
    },
  )

  it.each([
    ['one stray bit', 'AB'],
    ['every stray bit', 'AP'],
    ['a stray bit of the longer tail', 'AAB'],
  ])('has no second spelling with %s at the end of a segment', (_, tail) => {
    expect(parseCompactJws(`${encode(header)}.${encode(payload)}.${tail}`)).toBeUndefined()
  })

  it.each([
    ['a header that is no JSON', `${base64url.encode('alg')}.${encode(payload)}.AAAA`],
    [
      'a header with a member twice',
      `${base64url.encode('{"alg":"none","alg":"ES256"}')}.${encode(payload)}.AAAA`,
    ],
    ['an array for a header', `${base64url.encode('[]')}.${encode(payload)}.AAAA`],
    ['a payload with a member twice', `${encode(header)}.${base64url.encode('{"exp":1,"exp":2}')}.AAAA`],
    ['an array for a payload', `${encode(header)}.${base64url.encode('[{"exp":1}]')}.AAAA`],
    ['null for a payload', `${encode(header)}.${base64url.encode('null')}.AAAA`],
    ['a byte order mark', `${encode(header)}.${base64url.encode('\ufeff{}')}.AAAA`],
    ['invalid UTF-8', `${encode(header)}.${base64url.encode(Uint8Array.of(0x7b, 0xff, 0x7d))}.AAAA`],
  ])('is refused with %s', (_, text) => {
    expect(parseCompactJws(text)).toBeUndefined()
  })

  it('is refused when it is enormous and nearly right', () => {
    expect(parseCompactJws(`${good}${'='.repeat(5_000_000)}`)).toBeUndefined()
    expect(parseCompactJws(`${'A'.repeat(5_000_000)}.${encode(payload)}.AAAA`)).toBeUndefined()
  })
})

function encode(value: unknown): string {
  return base64url.encode(JSON.stringify(value))
}

/** As a lenient decoder reads it: stray bits and padding are dropped. */
function decodeLoosely(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64url'))
}
