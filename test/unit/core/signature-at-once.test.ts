import { createHook } from 'node:async_hooks'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createResourceServer } from '@scopegate/core'
import { createFakeClock, createTestIssuer } from '@scopegate/core/testing'
import { describe, expect, it, vi } from 'vitest'
import { type CompactJws, createCompactJwsParser } from '../../../packages/core/src/compact-jws.ts'
import {
  importKey,
  importSecret,
  verifiesAtOnce,
  verifySignature,
  verifySignatureAtOnce,
} from '../../../packages/core/src/signature.node.ts'
import * as web from '../../../packages/core/src/signature.web.ts'
import type { VerificationKey } from '../../../packages/core/src/verification-key.ts'
import { bearerRequest } from '../../key-set-scenario.ts'

const clock = createFakeClock()
const issuer = await createTestIssuer({ now: clock.now })
const jws = createCompactJwsParser()(await issuer.mintToken()) as CompactJws
const [jwk] = issuer.jwks.keys
const key: VerificationKey = {
  kid: undefined,
  algorithm: 'ES256',
  fingerprint: '',
  material: await importKey(jwk as NonNullable<typeof jwk>, 'ES256'),
}

function judged(verify: () => boolean): boolean | 'failed' {
  try {
    return verify()
  } catch {
    return 'failed'
  }
}

/** A token by another key, and that key. */
async function signed(
  algorithm: 'ES256' | 'EdDSA' | 'RS256',
): Promise<readonly [CompactJws, VerificationKey]> {
  const minting = await createTestIssuer({ now: clock.now, algorithm })
  const [published] = minting.jwks.keys
  const material = await importKey(published as NonNullable<typeof published>, algorithm)
  const token = createCompactJwsParser()(await minting.mintToken()) as CompactJws
  return [token, { ...key, algorithm, material }]
}

/** Watches how many signatures are with Node's other threads at once, until asked. */
function countJobs(): () => number {
  const jobs = new Set<number>()
  let most = 0
  const watch = createHook({
    init: (id, type) => {
      if (type === 'SIGNREQUEST') most = Math.max(most, jobs.add(id).size)
    },
    before: (id) => void jobs.delete(id),
  }).enable()
  return () => {
    watch.disable()
    return most
  }
}

/** Whether what comes at each of these times of one turn is verified at once. */
async function expectTurn(times: readonly (readonly [time: number, atOnce: boolean])[]): Promise<void> {
  await nextTurn()
  const now = vi.spyOn(performance, 'now')
  for (const [time, atOnce] of times) {
    now.mockReturnValue(time)
    expect([time, verifiesAtOnce()]).toEqual([time, atOnce])
    // Judged all the same where it is asked for, and the turn is not longer for it.
    expect(verifySignatureAtOnce(jws, key)).toBe(true)
  }
  now.mockRestore()
  await nextTurn()
  expect(verifiesAtOnce()).toBe(true)
}

describe('a signature', () => {
  it('is verified at once for 2 ms of a turn; what comes later in it is left to other threads', async () => {
    await verifySignature(jws, key)
    await expectTurn([
      [100, true],
      [101.5, true],
      [101.999, true],
      [102, false],
      [103, false],
      [1000, false],
    ])
  })

  it('is verified at once for a tenth of that while several come at a time', async () => {
    await Promise.all([verifySignature(jws, key), verifySignature(jws, key)])
    const crowded = [
      [100, true],
      [100.199, true],
      [100.2, false],
      [101, false],
    ] as const
    await expectTurn(crowded)
    await expectTurn(crowded)
    await verifySignature(jws, key)
    await expectTurn([
      [100, true],
      [101.999, true],
      [102, false],
    ])
  })

  it('is not verified at once while other threads are at it, so that none overtakes the queue', async () => {
    const verdicts = [verifySignature(jws, key), verifySignature(jws, key)]
    expect(verifiesAtOnce()).toBe(false)
    expect(await Promise.all(verdicts)).toEqual([true, true])
    await nextTurn()
    expect(verifiesAtOnce()).toBe(true)
  })

  it.each([
    ['ES256', 24],
    ['EdDSA', 40],
    ['RS256', 48],
  ] as const)('waits in a crowd, and gets its own verdict: %s', async (algorithm, most) => {
    const [good, theirs] = await signed(algorithm)
    const forged = { ...good, signature: good.signature.map((byte) => byte ^ 1) }
    const isForged = (at: number): boolean => at % 3 === 0
    const mostAtOnce = countJobs()
    const verdicts = Array.from({ length: 100 }, (_, at) =>
      verifySignature(isForged(at) ? forged : good, theirs),
    )
    expect(await Promise.all(verdicts)).toEqual(verdicts.map((_, at) => !isForged(at)))
    expect(mostAtOnce()).toBe(most)
    await nextTurn()
    expect(verifiesAtOnce()).toBe(true)
  })

  it('finds its own crowd no larger behind another that may be larger', async () => {
    const [cheap, theirs] = await signed('RS256')
    const first = Array.from({ length: 60 }, () => verifySignature(cheap, theirs))
    const behind = Array.from({ length: 100 }, () => verifySignature(jws, key))
    expect(await Promise.all(first)).toEqual(first.map(() => true))
    const mostAtOnce = countJobs()
    expect(await Promise.all(behind)).toEqual(behind.map(() => true))
    expect(mostAtOnce()).toBeLessThanOrEqual(24)
    await nextTurn()
    expect(verifiesAtOnce()).toBe(true)
  })

  it('goes before what came later, however much room there is for that', async () => {
    const [cheap, theirs] = await signed('RS256')
    const ended: string[] = []
    const behind = Array.from({ length: 60 }, async () => {
      await verifySignature(jws, key)
      ended.push('first')
    })
    const later = verifySignature(cheap, theirs).then(() => ended.push('later'))
    await Promise.all([...behind, later])
    // At most as many as are with other threads are still there when the later one comes in.
    expect(ended.indexOf('later')).toBeGreaterThanOrEqual(60 - 24)
  })

  it('that the cryptography chokes on in another thread leaves no trace of itself', async () => {
    const { publicKey } = generateKeyPairSync('x25519')
    for (const material of [{ type: 'public' }, publicKey]) {
      const unfit: VerificationKey = { ...key, algorithm: 'EdDSA', material }
      const crowd = await Promise.allSettled(Array.from({ length: 40 }, () => verifySignature(jws, unfit)))
      expect(crowd.map(({ status }) => status)).toEqual(crowd.map(() => 'rejected'))
    }
    await nextTurn()
    expect(verifiesAtOnce()).toBe(true)
  })

  it('by a shared secret is cheap, and holds up nobody', async () => {
    const material = await importSecret(new Uint8Array(32), 'HS256')
    const secret: VerificationKey = { ...key, algorithm: 'HS256', material }
    await nextTurn()
    for (let i = 0; i < 2000; i++) expect(verifySignatureAtOnce(jws, secret)).toBe(false)
    expect(verifiesAtOnce()).toBe(true)
    const verdict = verifySignature(jws, secret)
    expect(verifiesAtOnce()).toBe(true)
    expect(await verdict).toBe(false)
  })

  it('is verified as its algorithm says, whatever the key turns out to be', async () => {
    // The attack of RFC 8725 section 2.1, one level down: what is public used as if it were a secret.
    const secret = new Uint8Array(32)
    const input = jws.text.slice(0, jws.signingInputEnd)
    const signature = createHmac('sha256', secret).update(input, 'latin1').digest()
    const forged: CompactJws = { ...jws, signature }
    for (const algorithm of ['RS256', 'PS256', 'ES256', 'EdDSA'] as const) {
      for (const material of [secret, await importSecret(secret, 'HS256')]) {
        const unfit: VerificationKey = { ...key, algorithm, material }
        expect(judged(() => verifySignatureAtOnce(forged, unfit))).not.toBe(true)
        expect(await verifySignature(forged, unfit).catch(() => 'failed')).not.toBe(true)
      }
    }
    const publicKey: VerificationKey = { ...key, algorithm: 'HS256' }
    expect(judged(() => verifySignatureAtOnce(jws, publicKey))).toBe('failed')
    expect(await verifySignature(jws, publicKey).catch(() => 'failed')).toBe('failed')
  })

  it('is verified as its algorithm says, whatever an object has inherited', () => {
    Object.assign(Object.prototype, { isHmac: true })
    try {
      expect(verifySignatureAtOnce(jws, key)).toBe(true)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'isHmac')
    }
  })

  it('is never verified at once where the platform has promises only', () => {
    expect(web.verifiesAtOnce()).toBe(false)
    expect(web.verifySignatureAtOnce(jws, key)).toBe(false)
  })
})

describe('a burst of tokens never seen before', () => {
  it('is judged alike by both ways: each token by itself, good ones and forged ones', async () => {
    const { authorize } = createResourceServer({
      issuer: issuer.issuer,
      audience: issuer.audience,
      keys: issuer.jwks,
      now: clock.now,
      routes: [{ method: 'GET', path: '/maps', access: 'authenticated' }],
    })
    const tokens = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => await issuer.mintToken({ subject: `s${i}` })),
    )
    const sent = tokens.map((token, i) => (i % 3 === 0 ? `${token.slice(0, -6)}AAAAAA` : token))
    const decisions = await Promise.all(sent.map(async (token) => await authorize(bearerRequest(token))))
    expect(
      decisions.map((decision) => (decision.allowed ? decision.token?.subject : decision.reason)),
    ).toEqual(tokens.map((_, i) => (i % 3 === 0 ? 'token_signature' : `s${i}`)))
  })
})
