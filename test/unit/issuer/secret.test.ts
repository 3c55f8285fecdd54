import { describe, expect, it } from 'vitest'
import { hashSecret, matchesSecret } from '../../../packages/issuer/src/secret.ts'

describe('a secret', () => {
  const [one, two, three] = ['one', 'two', 'three'].map(hashSecret) as [string, string, string]

  it('matches any of the hashes that live, and nothing else', () => {
    expect(matchesSecret('one', [one])).toBe(true)
    expect(matchesSecret('one', [one, two])).toBe(true)
    expect(matchesSecret('two', [one, two])).toBe(true)
    expect(matchesSecret('three', [one, two])).toBe(false)
    expect(matchesSecret('One', [one])).toBe(false)
  })

  it('matches nothing where there is nothing', () => {
    for (const secret of ['', 'one', 'x'.repeat(100_000)]) expect(matchesSecret(secret, [])).toBe(false)
    expect(matchesSecret('', [one])).toBe(false)
  })

  it('is kept as base64url of its SHA-256', () => {
    expect(hashSecret('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
    expect([one, two, three].every((hash) => hash.length === 43)).toBe(true)
  })
})
