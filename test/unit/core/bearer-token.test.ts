import { describe, expect, it } from 'vitest'
import { extractBearerToken } from '../../../packages/core/src/bearer-token.ts'

describe('an Authorization value', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER abc', 'abc'],
    ['bEaReR abc', 'abc'],
    ['Bearer    abc', 'abc'],
    ['Bearer a.b-c_d~e+f/g==', 'a.b-c_d~e+f/g=='],
  ])('%j carries %j', (value, text) => {
    expect(extractBearerToken(value)).toBe(text)
  })

  it.each([
    ['Bearer abc ', 'abc '],
    ['Bearer abc def', 'abc def'],
    ['Bearer "abc"', '"abc"'],
    ['Bearer abc;x', 'abc;x'],
    ['Bearer \tabc', '\tabc'],
    ['Bearer \u00e9', '\u00e9'],
    ['Bearer realm="x"', 'realm="x"'],
  ])('%j carries one credential, to be refused as a token: %j', (value, text) => {
    expect(extractBearerToken(value)).toBe(text)
  })

  it.each([
    '',
    ' ',
    'Bearer',
    'bearer',
    'Bearer ',
    'Bearer      ',
    'Basic YTpi',
    'Basic Bearer',
    'DPoP abc',
    'Token abc',
    'JWT abc',
    'abc',
    'BearerX abc',
    'Bearer\tabc',
    'Bearer\u00a0abc',
    'Bearer\u2003abc',
    'Bearer=abc',
    ' Bearer abc',
    '\u212Aearer abc',
    'Bea\u0280er abc',
    'Negotiate',
  ])('%j carries no bearer token', (value) => {
    expect(extractBearerToken(value)).toBe('')
  })

  it('is judged in one pass, however long it is', () => {
    expect(extractBearerToken(`Bearer${' '.repeat(5_000_000)}`)).toBe('')
    expect(extractBearerToken('Bearer '.repeat(1_000_000))).toHaveLength(6_999_993)
  })
})
