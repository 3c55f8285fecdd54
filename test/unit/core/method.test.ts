import { describe, expect, it } from 'vitest'
import { isNeverAllowed, isRoutable } from '../../../packages/core/src/method.ts'

describe('a method', () => {
  it.each(['TRACE', 'CONNECT'])('%s is never allowed', (method) => {
    expect(isNeverAllowed(method)).toBe(true)
    expect(isRoutable(method)).toBe(false)
  })

  it.each(['GET', 'HEAD', 'OPTIONS', 'PURGE', 'X', 'TRACER'])('%s may be spoken of by rules', (method) => {
    expect(isNeverAllowed(method)).toBe(false)
    expect(isRoutable(method)).toBe(true)
  })

  it.each(['', 'get', 'Get', 'GET ', 'G-T', '*', 'trace'])(
    '%j is none that rules could speak of',
    (method) => {
      expect(isRoutable(method)).toBe(false)
    },
  )
})
