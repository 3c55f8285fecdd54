import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rememberLatest } from '../../../packages/core/src/remember-latest.ts'

describe('a function that remembers its latest answer', () => {
  it('answers as the function does, and works only for another text than the one before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', '', 'undefined')), (texts) => {
        const asked: string[] = []
        const answer = rememberLatest((text: string) => {
          asked.push(text)
          return text === 'a'
        })
        for (const text of texts) expect(answer(text)).toBe(text === 'a')
        expect(asked).toEqual(texts.filter((text, at) => at === 0 || text !== texts[at - 1]))
      }),
    )
  })

  it('tells objects apart, whatever is in them', () => {
    const answer = rememberLatest((key: object) => [key])
    const [one, other] = [{}, {}]
    for (const key of [one, other, one]) {
      expect(answer(key)[0]).toBe(key)
      expect(answer(key)).toBe(answer(key))
    }
  })

  it('remembers nothing where the function throws', () => {
    let isBroken = true
    const answer = rememberLatest((text: string) => {
      if (isBroken) throw new Error(text)
      return text
    })
    expect(() => answer('a')).toThrow('a')
    isBroken = false
    expect(answer('a')).toBe('a')
  })
})
