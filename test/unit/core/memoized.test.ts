import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoized } from '../../../packages/core/src/memoized.ts'

describe('a function that is asked once for each text', () => {
  it('answers as the function does, with the very thing it gave the first time', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', '', 'constructor', '__proto__')), (texts) => {
        const asked: string[] = []
        const answer = memoized((text) => {
          asked.push(text)
          return { text }
        })
        const answers = texts.map(answer)
        expect(answers).toEqual(texts.map((text) => ({ text })))
        for (const [at, given] of answers.entries())
          expect(given).toBe(answers[texts.indexOf(texts[at] ?? '')])
        expect(asked).toEqual([...new Set(texts)])
      }),
    )
  })

  it('remembers nothing where the function throws', () => {
    let isBroken = true
    const answer = memoized((text) => {
      if (isBroken) throw new Error(text)
      return text
    })
    expect(() => answer('a')).toThrow('a')
    isBroken = false
    expect(answer('a')).toBe('a')
  })
})
