import type { KeyObject } from 'node:crypto'
import type { SecretLookup, SignatureAlgorithm } from '@scopegate/core'
import { createFakeClock } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import type { CompactJws } from '../../../packages/core/src/compact-jws.ts'
import type { KeySource } from '../../../packages/core/src/key-source.ts'
import { createSecretLookup } from '../../../packages/core/src/secret-lookup.ts'
import type { VerificationKey } from '../../../packages/core/src/verification-key.ts'

const clock = createFakeClock()
const ONE = 'one secret that is long enough for a hash of 256 bits'
const OTHER = 'two secret that is long enough for a hash of 256 bits'

type Found = Awaited<ReturnType<SecretLookup['find']>>

interface Lookup extends KeySource {
  /** The key ids the store was asked for. */
  readonly asked: readonly string[]
}

function createLookup(
  find: (keyId: string) => unknown,
  options: Partial<SecretLookup> = {},
  algorithms: readonly SignatureAlgorithm[] = ['HS256'],
): Lookup {
  const asked: string[] = []
  const ask = (keyId: string): Found => {
    asked.push(keyId)
    return find(keyId) as Found
  }
  return { ...createSecretLookup({ by: 'kid', find: ask, ...options }, algorithms, clock.now), asked }
}

/** As much of a token as a look-up reads. */
function tokenWith(kid: unknown, payload: object = {}, algorithm = 'HS256'): CompactJws {
  return { kid, payload, algorithm } as unknown as CompactJws
}

async function keyOf(source: KeySource): Promise<VerificationKey> {
  const [key] = await source.candidates(tokenWith('k'))
  if (key === undefined) throw new Error('no key was found')
  return key
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const secretIn = ({ material }: VerificationKey): string => (material as KeyObject).export().toString()

describe('a secret is looked up', () => {
  it('by the kid, or by the claim that was chosen', async () => {
    const byKid = createLookup(() => ONE)
    await byKid.candidates(tokenWith('k', { account: 'a' }))
    expect(byKid.asked).toEqual(['k'])
    const byClaim = createLookup(() => ONE, { by: { claim: 'account' } })
    await byClaim.candidates(tokenWith('k', { account: 'a' }))
    expect(byClaim.asked).toEqual(['a'])
  })

  it.each([
    ['nothing', undefined],
    ['no text', 1],
    ['an empty one', ''],
    ['one of 257 characters', 'k'.repeat(257)],
  ])('for no key id that is %s', async (_, keyId) => {
    for (const lookup of [createLookup(() => ONE), createLookup(() => ONE, { by: { claim: 'account' } })]) {
      expect(await lookup.candidates(tokenWith(keyId, { account: keyId }))).toEqual([])
      expect(lookup.asked).toEqual([])
    }
  })

  it('for a key id of 256 characters', async () => {
    expect(await createLookup(() => ONE).candidates(tokenWith('k'.repeat(256)))).toHaveLength(1)
  })

  it('for no claim that is only inherited', async () => {
    const lookup = createLookup(() => ONE, { by: { claim: 'account' } })
    expect(await lookup.candidates(tokenWith('k', Object.create({ account: 'a' })))).toEqual([])
    expect(lookup.asked).toEqual([])
  })

  it('for the algorithms of the profile, and gives the key of the one that was used', async () => {
    const secret = 's'.repeat(64)
    const lookup = createLookup(() => secret, {}, ['HS256', 'HS512'])
    const candidates = await lookup.candidates(tokenWith('k', {}, 'HS512'))
    expect(candidates).toMatchObject([{ kid: 'k', algorithm: 'HS512' }])
    expect(candidates.map(secretIn)).toEqual([secret])
    expect(Object.isFrozen(candidates[0])).toBe(true)
    expect(await lookup.candidates(tokenWith('k', {}, 'HS384'))).toEqual([])
  })

  it('in text or bytes, one or several, and copied', async () => {
    const bytes = bytesOf(ONE)
    for (const found of [bytes, ONE]) {
      const keys = await createLookup(() => found).candidates(tokenWith('k'))
      bytes.fill(0)
      expect(keys.map(secretIn)).toEqual([ONE])
    }
    const several = await createLookup(() => [ONE, bytesOf(OTHER)]).candidates(tokenWith('k'))
    expect(several.map(secretIn)).toEqual([ONE, OTHER])
  })

  it('and is no key where nobody knows the key id', async () => {
    const lookup = createLookup(() => undefined)
    expect(await lookup.candidates(tokenWith('k'))).toEqual([])
    await lookup.candidates(tokenWith('k'))
    expect(lookup.asked).toHaveLength(1)
  })

  it('when a token asks for it, and not before', async () => {
    const lookup = createLookup(() => ONE)
    await lookup.ready()
    expect(lookup.asked).toEqual([])
  })
})

describe('a look-up is an outage', () => {
  it.each<[string, unknown, string]>([
    ['too short', 'short', 'a secret that was found must be at least 32 bytes for HS256'],
    ['no secret at all', 1, 'a secret that was found is neither text nor bytes'],
    ['null', null, ''],
    ['a list with something else in it', [ONE, 1], 'a secret that was found is neither text nor bytes'],
  ])('where what was found is %s', async (_, found, why) => {
    const outage = createLookup(() => (Array.isArray(found) || found === null ? found : [found])).candidates(
      tokenWith('k'),
    )
    await expect(outage).rejects.toMatchObject({
      code: 'ERR_KEY_SET_UNAVAILABLE',
      message: 'the secret could not be looked up',
      cause: { message: expect.stringContaining(why) },
    })
  })

  it('where the store fails, and is asked again the next time', async () => {
    const cause = new Error('no store')
    const answers = [Promise.reject(cause), Promise.resolve(ONE)]
    const lookup = createLookup(() => answers.shift())
    await expect(lookup.candidates(tokenWith('k'))).rejects.toMatchObject({ cause })
    expect(await lookup.candidates(tokenWith('k'))).toHaveLength(1)
  })

  it('where a trusted key is to be asked about again', async () => {
    let down = false
    const lookup = createLookup(() => {
      if (down) throw new Error('no store')
      return ONE
    })
    const key = await keyOf(lookup)
    down = true
    clock.advance(60)
    await expect(lookup.trusts(key)).rejects.toMatchObject({ code: 'ERR_KEY_SET_UNAVAILABLE' })
  })
})

describe('a key that was found', () => {
  it('is trusted for a minute without asking, unless another time was chosen', async () => {
    for (const [options, seconds] of [
      [{}, 60],
      [{ maxAge: 5 }, 5],
    ] as const) {
      const lookup = createLookup(() => ONE, options)
      const key = await keyOf(lookup)
      clock.advance(seconds - 1)
      expect(lookup.peek(key)).toBe(true)
      expect(await lookup.trusts(key)).toBe(true)
      expect(lookup.asked).toHaveLength(1)
      clock.advance(1)
      expect(lookup.peek(key)).toBeUndefined()
      expect(await lookup.trusts(key)).toBe(true)
      expect(lookup.asked).toHaveLength(2)
      expect(lookup.peek(key)).toBe(true)
    }
  })

  it.each<[string, readonly Found[], boolean]>([
    ['still found, in other bytes', [bytesOf(ONE), bytesOf(ONE)], true],
    ['found beside another', [ONE, [OTHER, ONE]], true],
    ['replaced by another of its length', [ONE, OTHER], false],
    ['replaced by one that begins with it', [ONE, `${ONE}!`], false],
    ['replaced by its beginning', [`${ONE}!`, ONE], false],
    ['removed', [ONE, undefined], false],
  ])('that is %s is trusted accordingly', async (_, answers, trusted) => {
    const left = [...answers]
    const lookup = createLookup(() => left.shift())
    const key = await keyOf(lookup)
    clock.advance(60)
    expect(await lookup.trusts(key)).toBe(trusted)
    expect(lookup.peek(key)).toBe(trusted)
  })

  it('is trusted for its own algorithm', async () => {
    const lookup = createLookup(() => 's'.repeat(64), {}, ['HS512'])
    const [key] = await lookup.candidates(tokenWith('k', {}, 'HS512'))
    expect(await lookup.trusts(key as VerificationKey)).toBe(true)
    const other = createLookup(() => 's'.repeat(64), {}, ['HS256'])
    expect(await other.trusts(key as VerificationKey)).toBe(false)
  })

  it('is one of as many as may be remembered', async () => {
    const lookup = createLookup(() => ONE, { maxEntries: 2 })
    for (const keyId of ['a', 'b', 'c']) await lookup.candidates(tokenWith(keyId))
    const held = ['a', 'b', 'c'].map((kid) =>
      lookup.peek({ kid, algorithm: 'HS256', fingerprint: '', material: {} }),
    )
    expect(held.filter((trusted) => trusted === undefined)).toHaveLength(1)
  })
})
