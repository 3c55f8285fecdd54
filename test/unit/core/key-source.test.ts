import { createTestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import type { CompactJws } from '../../../packages/core/src/compact-jws.ts'
import { importKeyRing, type KeyRing } from '../../../packages/core/src/key-ring.ts'
import type { KeySet } from '../../../packages/core/src/key-set.ts'
import type { JsonWebKey } from '../../../packages/core/src/key-set-options.ts'
import { fromKeySet } from '../../../packages/core/src/key-source.ts'
import type { VerificationKey } from '../../../packages/core/src/verification-key.ts'

const [first, second] = [await ringOf('first'), await ringOf('second')]

async function ringOf(kid: string): Promise<KeyRing> {
  const { publicJwk } = await createTestKey({ algorithm: 'ES256', kid })
  return await importKeyRing([publicJwk as JsonWebKey], ['ES256'])
}

/** A key set that holds the one ring, and the other once it is fetched again. */
function rotating(): KeySet & { readonly calls: readonly string[] } {
  const calls: string[] = []
  return {
    calls,
    peek: () => first,
    current: async () => {
      calls.push('current')
      return first
    },
    refreshed: async () => {
      calls.push('refreshed')
      return second
    },
    ready: async () => void calls.push('ready'),
  }
}

const keyOf = ({ keys }: KeyRing): VerificationKey => keys[0] as VerificationKey
const naming = (kid: string | undefined): CompactJws => ({ algorithm: 'ES256', kid }) as CompactJws

describe('a key set as a source of keys', () => {
  it('trusts the keys it holds now', async () => {
    const source = fromKeySet(rotating())
    expect([source.peek(keyOf(first)), source.peek(keyOf(second))]).toEqual([true, false])
    expect([await source.trusts(keyOf(first)), await source.trusts(keyOf(second))]).toEqual([true, false])
    expect(fromKeySet({ ...rotating(), peek: () => undefined }).peek(keyOf(first))).toBeUndefined()
  })

  it('names the signer without waiting, where it can be no other key', () => {
    const source = fromKeySet(rotating())
    expect(source.peekSigner?.(naming('first'))).toBe(keyOf(first))
    expect(source.peekSigner?.(naming(undefined))).toBe(keyOf(first))
    expect(source.peekSigner?.(naming('second'))).toBeUndefined()
    expect(fromKeySet({ ...rotating(), peek: () => undefined }).peekSigner?.(naming('first'))).toBeUndefined()
  })

  it('is fetched again for a kid that it does not know, and for no other', async () => {
    const keySet = rotating()
    const source = fromKeySet(keySet)
    expect(await source.candidates(naming('first'))).toEqual(first.keys)
    expect(await source.candidates(naming(undefined))).toEqual(first.keys)
    expect(keySet.calls).not.toContain('refreshed')
    expect(await source.candidates(naming('second'))).toEqual(second.keys)
    expect(await source.candidates(naming('third'))).toEqual([])
  })

  it('is ready once the set is', async () => {
    const keySet = rotating()
    await fromKeySet(keySet).ready()
    expect(keySet.calls).toEqual(['ready'])
  })
})
