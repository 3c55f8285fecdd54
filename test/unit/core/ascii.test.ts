import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  codesOf,
  foldAscii,
  hexDigit,
  isUpperCaseWord,
  startsIgnoringCase,
} from '../../../packages/core/src/ascii.ts'

describe('comparison without case', () => {
  it.each([
    ['authorization', 'authorization'],
    ['Authorization', 'authorization'],
    ['AUTHORIZATION', 'authorization'],
    ['x-1_~', 'x-1_~'],
    ['', ''],
    ['Authorization: x', 'authorization'],
  ])('takes %j for %j', (text, lower) => {
    expect(starts(text, lower)).toBe(true)
  })

  it.each([
    ['xauthorization', 'authorization'],
    ['', 'a'],
    ['authorizatio', 'authorization'],
    ['b', 'a'],
    ['\u212Aey', 'key'],
    ['\u017Fcope', 'scope'],
    ['[', '{'],
    ['@', '`'],
    ['_', '\u007f'],
    ['É', 'é'],
  ])('does not take %j for %j', (text, lower) => {
    expect(starts(text, lower)).toBe(false)
  })

  it('folds the 26 letters and nothing else', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'aAkK\u212Asſ[{@`'), maxLength: 3 })
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const lower = foldByHand(other)
        expect(starts(one, lower)).toBe(foldByHand(one).startsWith(lower))
      }),
    )
  })
})

describe('a row of characters', () => {
  it.each(['', 'abc', '\0a\0', 'é', 'aé', '\u{1f600}b', '\ud800', 'a\udc00'])('holds those of %j', (text) => {
    expect([...codesOf(text)]).toEqual(text.split('').map((unit) => unit.charCodeAt(0)))
  })

  it('is compared with from one place on, and so far only', () => {
    const row = codesOf('hostorigin\u0130')
    expect(row[10]).toBe(0x130)
    expect(startsIgnoringCase('ORIGINs', row, 4, 6)).toBe(true)
    expect(startsIgnoringCase('ORIGINs', row, 4, 7)).toBe(false)
    expect(startsIgnoringCase('ORIGINs', row, 3, 6)).toBe(false)
  })
})

describe('folding', () => {
  it('lower-cases ASCII letters and leaves every other character as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(foldAscii(text)).toBe(foldByHand(text))
      }),
    )
  })

  it.each(['\u212A', 'É', 'İ', 'ẞ', 'Ω'])('does not fold %j', (letter) => {
    expect(foldAscii(`A${letter}`)).toBe(`a${letter}`)
  })
})

describe('an upper-case word', () => {
  it.each(['GET', 'M', 'PROPFIND', 'AZ', 'ZA', 'A', 'Z'])('is %j', (text) => {
    expect(isUpperCaseWord(text)).toBe(true)
  })

  it.each(['', 'get', 'Get', 'GET ', ' GET', 'M-SEARCH', 'GET\n', 'GÉT', 'GET1', 'GET@', '[GET', '*'])(
    'is not %j',
    (text) => {
      expect(isUpperCaseWord(text)).toBe(false)
    },
  )
})

describe('a hexadecimal digit', () => {
  it('is worth what it says, in either case, and nothing else is worth a number', () => {
    for (let code = 0; code < 300; code++) {
      const digit = String.fromCharCode(code)
      expect(hexDigit(code), digit).toBe(/[\da-f]/i.test(digit) ? Number.parseInt(digit, 16) : Number.NaN)
    }
  })
})

function foldByHand(text: string): string {
  const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  const lower = 'abcdefghijklmnopqrstuvwxyz'
  return Array.from(text, (character) => lower[upper.indexOf(character)] ?? character).join('')
}

function starts(text: string, lower: string): boolean {
  return startsIgnoringCase(text, codesOf(lower), 0, lower.length)
}
