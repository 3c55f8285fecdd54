import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codesOf, foldAscii, hexDigit, isUpperCaseWord } from '../../../packages/core/src/ascii.ts'

describe('a row of characters', () => {
  it.each(['', 'abc', '\0a\0', 'é', 'aé', '\u{1f600}b', '\ud800', 'a\udc00'])('holds those of %j', (text) => {
    expect([...codesOf(text)]).toEqual(text.split('').map((unit) => unit.charCodeAt(0)))
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
