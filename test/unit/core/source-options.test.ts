import { expect, it } from 'vitest'
import { toMilliseconds } from '../../../packages/core/src/source-options.ts'

it('a source is remembered for ten seconds and waited for five, unless it is said otherwise', () => {
  expect(toMilliseconds({})).toEqual({ maxAge: 10_000, timeout: 5000 })
  expect(toMilliseconds({ maxAge: 0, timeout: 0.25 })).toEqual({ maxAge: 0, timeout: 250 })
})
