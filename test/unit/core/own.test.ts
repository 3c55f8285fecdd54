import { describe, expect, it } from 'vitest'
import { own } from '../../../packages/core/src/own.ts'

describe('a member of its own', () => {
  it('is what somebody wrote', () => {
    expect(own({ kid: 'k1' }, 'kid')).toBe('k1')
    expect(own({ constructor: 'written' }, 'constructor')).toBe('written')
    expect(own({ kid: undefined }, 'kid')).toBeUndefined()
    expect(own({}, 'kid')).toBeUndefined()
  })

  it('is nothing that was inherited', () => {
    expect(own({}, 'constructor')).toBeUndefined()
    expect(own(Object.create({ kid: 'inherited' }), 'kid')).toBeUndefined()
    expect(own(Object.assign(Object.create({ kid: 'inherited' }), { kid: 'k1' }), 'kid')).toBe('k1')
  })
})
