import { describe, expect, it } from 'vitest'
import { isCanonicalOrigin } from '../../../packages/issuer/src/origin-options.ts'

describe('an origin', () => {
  it.each([
    'https://app.example',
    'http://localhost:3000',
    'capacitor://app',
    'https://xn--bcher-kva.example',
  ])('may be %j', (origin) => {
    expect(isCanonicalOrigin(origin)).toBe(true)
  })

  it.each([
    'null',
    'https://app.example/',
    'https://app.example:443',
    'https://App.example',
    'https://*.example',
    'https://user@app.example',
    'https://bücher.example',
    'capacitor://bücher',
    'capacitor://App',
    'capacitor://',
    'file://app.example',
    `https://${'a'.repeat(300)}`,
  ])('may not be %j', (origin) => {
    expect(isCanonicalOrigin(origin)).toBe(false)
  })

  it('is ASCII, also where the platform has looked at so many that it takes bytes for characters', () => {
    const beyond = 'https://a\u00e2\u0082\u00acb'
    for (let i = 0; i < 20_000; i++) isCanonicalOrigin(i % 2 === 0 ? beyond : `https://a${i}.example`)
    expect(isCanonicalOrigin(beyond)).toBe(false)
  })
})
