import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStrictObject } from '../../../packages/core/src/strict-json.ts'

describe('strict JSON', () => {
  it('reads every JSON object as JSON.parse does', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.nat(4),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent)
          expect(parse(text)).toEqual(JSON.parse(text))
        },
      ),
    )
  })

  it.each([
    ['escaped quotes and colons inside strings', '{"a\\"b:c":"\\\\","d":":"}'],
    ['a member called __proto__', '{"__proto__":{"scope":"admin"}}'],
    ['the same name in two objects', '{"a":{"b":1},"c":{"b":2}}'],
    ['the same name at two depths', '{"a":{"a":{"a":1}}}'],
    ['numeric names', '{"1":1,"0":0,"-1":2}'],
    ['the largest code points', '{"\u{10ffff}":"\\ud83d\\ude00"}'],
    ['an empty object', '{}'],
    ['white space around', ' \t\r\n{ }\n'],
  ])('accepts %s', (_, text) => {
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  it.each([
    ['a member given twice', '{"alg":"none","alg":"RS256"}'],
    ['a member given twice with the same value', '{"exp":1,"exp":1}'],
    ['a member given twice in two spellings', '{"exp":1,"\\u0065xp":9999999999}'],
    ['a member given twice deep inside', '{"a":[{"b":{"c":1,"c":2}}]}'],
    ['__proto__ given twice', '{"__proto__":1,"__proto__":2}'],
    ['an array', '[{"exp":1}]'],
    ['an empty array', '[]'],
    ['a string', '"exp"'],
    ['a number', '1'],
    ['null', 'null'],
    ['true', 'true'],
    ['nothing', ''],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{"a":1}//'],
    ['two values', '{}{}'],
    ['a single quote', "{'a':1}"],
    ['NaN', '{"a":NaN}'],
    ['a control character in a string', '{"a":"\n"}'],
    ['a byte order mark', '\ufeff{}'],
    ['a byte order mark inside', '{\ufeff}'],
    ['a no-break space', '\u00a0{}'],
  ])('refuses %s', (_, text) => {
    expect(parse(text)).toBeUndefined()
  })

  it.each([
    ['a lone continuation byte', [0x7b, 0x80, 0x7d]],
    ['an overlong quote', [0x7b, 0xc0, 0xa2, 0x7d]],
    ['an encoded surrogate', [...bytes('{"a":"'), 0xed, 0xa0, 0x80, ...bytes('"}')]],
    ['a latin-1 letter', [...bytes('{"a":"'), 0xe9, ...bytes('"}')]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ['a truncated sequence', [...bytes('{"a":"'), 0xe2, 0x82]],
  ])('refuses %s', (_, invalid) => {
    expect(parseStrictObject(Uint8Array.from(invalid))).toBeUndefined()
  })

  it('finds any one duplicate, wherever it is', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(names, fc.nat(), fc.jsonValue(), fc.nat(4), (members, pick, value, depth) => {
        const twice = members[pick % members.length]
        const text = [...members, twice].map((name) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
        const nested = `${'{"in":['.repeat(depth)}{${text.join(',')}}${']}'.repeat(depth)}`
        expect(parse(nested)).toBeUndefined()
      }),
    )
  })

  it('judges thousands of levels without running out of stack', () => {
    const deep = `{"a":${'['.repeat(6000)}${']'.repeat(6000)}}`
    expect(parse(deep)).toHaveProperty('a')
    expect(parse('{"a":'.repeat(200_000))).toBeUndefined()
  })

  it('keeps a member called __proto__ an own one, so that it lends nothing to the object', () => {
    const value = parse('{"__proto__":{"scope":"admin"}}') as Record<string, unknown>
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(value.scope).toBeUndefined()
  })
})

describe('what was parsed', () => {
  it('is frozen, every object and array within', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const parsed = parse(JSON.stringify(value)) as object
        expect(everyObjectIn(parsed).every(Object.isFrozen)).toBe(true)
      }),
    )
  })
})

function bytes(text: string): number[] {
  return [...new TextEncoder().encode(text)]
}

function parse(text: string): Record<string, unknown> | undefined {
  return parseStrictObject(new TextEncoder().encode(text))
}

function everyObjectIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(everyObjectIn)]
}
