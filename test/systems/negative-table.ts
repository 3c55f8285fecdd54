import type { ResourceServer, RouteRule } from '@scopegate/core'
import {
  createTestKey,
  type FakeClock,
  signToken,
  type TestKey,
  type TokenPart,
} from '@scopegate/core/testing'
import { type Api, type Headers, sendRaw, startGatedApis } from '@scopegate/example-harness'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** One family of tokens, at a route that takes it. */
export interface ProfileUnderTest {
  readonly createServer: () => ResourceServer
  readonly routes: readonly RouteRule[]
  /** What a good token is sent to, by GET. */
  readonly target: string
  /** The header it comes in. Default `Authorization`. */
  readonly header?: string
  /** The key that good tokens are signed with. */
  readonly key: TestKey
  /** The claims of a good token, `iat` and `exp` but for the clock. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Those among them that let it in: without them the route is closed. None where that is asked elsewhere. */
  readonly granting: readonly string[]
  readonly clock: FakeClock
  readonly close?: () => Promise<void>
}

type Good = Record<string, unknown>
type MakeToken = (profile: ProfileUnderTest, claims: Good) => Promise<string>

/** What every family refuses with 401, whoever issues it and whatever else it asks. */
const BAD_TOKENS: Readonly<Record<string, MakeToken>> = {
  'a token of two segments': async (p, claims) => (await good(p, claims)).split('.').slice(0, 2).join('.'),
  'a token of four segments': async (p, claims) => `${await good(p, claims)}.e30`,
  'a token of five segments': async (p, claims) => `${await good(p, claims)}.e30.e30`,
  'characters that are not base64url': async (p, claims) => (await good(p, claims)).replace(/.{4}$/, '+/+/'),
  'padded base64': async (p, claims) => `${await good(p, claims)}==`,
  'a signature with its last bits changed': async (p, claims) => (await good(p, claims)).replace(/.$/, twin),
  'a payload that is null': async (p) => await signed(p, 'null'),
  'a payload that is an array': async (p, claims) => await signed(p, JSON.stringify([claims])),
  'a payload that is a text': async (p, claims) => await signed(p, JSON.stringify(JSON.stringify(claims))),
  'a claim that is there twice': async (p, claims) => await signed(p, withRaw(claims, 'exp', claims.exp)),
  'no exp that is a number': async (p, claims) => await good(p, { ...claims, exp: String(claims.exp) }),
  'an exp of 1e300': async (p, claims) =>
    await signed(p, withRaw({ ...claims, exp: undefined }, 'exp', '1e300')),
  'an exp that is not a number': async (p, claims) =>
    await signed(p, withRaw({ ...claims, exp: undefined }, 'exp', 'NaN')),
  'a negative exp': async (p, claims) => await good(p, { ...claims, exp: -1 }),
  'a huge token': async (p, claims) => await good(p, { ...claims, padding: 'x'.repeat(8192) }),
  'alg none, unsigned': async (_, claims) => unsigned({ alg: 'none' }, claims),
  'alg None, unsigned': async (_, claims) => unsigned({ alg: 'None' }, claims),
  'alg none with a signature': async (p, claims) => await signed(p, claims, { alg: 'none' }),
  'a key of the sender, named': async (p, claims) => await withOtherKey(p, claims),
  'a key of the sender, embedded': async (p, claims) => await withOtherKey(p, claims, 'jwk'),
  'a key of the sender, linked': async (p, claims) => await withOtherKey(p, claims, 'jku'),
  'HMAC with what is public': async (p, claims) => await withPublicKeyAsSecret(p, claims),
  'a critical extension': async (p, claims) => await signed(p, claims, { crit: ['b64'], b64: true }),
  'a kid that is a path': async (p, claims) => await withOtherKey(p, claims, undefined, '../../etc/passwd'),
  'an iat in the future': async (p, claims) =>
    await good(p, { ...claims, iat: Number(claims.iat) + 400, exp: Number(claims.iat) + 600 }),
  'an nbf that is its exp': async (p, claims) => await good(p, { ...claims, nbf: claims.exp }),
  'an expired token': async (p, claims) =>
    await good(p, { ...claims, iat: Number(claims.iat) - 900, exp: Number(claims.iat) - 301 }),
}

/** What those refuse besides whose tokens name an issuer or an audience. */
const BAD_NAMES: Readonly<Record<string, readonly [claim: string, value: unknown]>> = {
  'another issuer': ['iss', 'https://evil.example'],
  'an issuer with one more slash': ['iss', (iss: unknown) => `${String(iss)}/`],
  'no issuer': ['iss', undefined],
  'another audience': ['aud', 'https://evil.example'],
  'an audience with one more slash': ['aud', (aud: unknown) => `${String(aud)}/`],
  'no audience at all': ['aud', []],
  'an audience that is no text': ['aud', (aud: unknown) => [aud, 7]],
}

/** Registers the table for one family: every row on every framework. */
export function describeNegatives(name: string, start: () => Promise<ProfileUnderTest>): void {
  describe(`bad requests to ${name}`, async () => {
    let apis: readonly Api[] = []
    const profile = await start()
    const claims = goodClaims(profile)
    const header = profile.header ?? 'Authorization'
    const isBearer = header === 'Authorization'
    const carry = (token: string): Headers => [[header, isBearer ? `Bearer ${token}` : token]]
    const statuses = async (headers: Headers): Promise<readonly number[]> => {
      const request = { method: 'GET', target: profile.target, headers }
      return await Promise.all(apis.map(async ({ port }) => (await sendRaw(port, request)).status))
    }
    const expectStatus = async (headers: Headers, status: number): Promise<void> =>
      expect(await statuses(headers)).toEqual([status, status, status])

    beforeAll(async () => {
      apis = await startGatedApis(profile.createServer, profile.routes)
    })
    afterAll(async () => {
      for (const api of apis) await api.close()
      await profile.close?.()
    })

    it('a good token is let in', async () => {
      await expectStatus(carry(await good(profile, claims)), 200)
      const inFractions = { ...claims, exp: Number(claims.exp) + 0.5 }
      await expectStatus(carry(await good(profile, inFractions)), 200)
    })

    it.each(Object.entries(BAD_TOKENS))('%s: 401', async (_, make) => {
      await expectStatus(carry(await make(profile, { ...claims })), 401)
    })

    it.each(Object.entries(BAD_NAMES).filter(([, [claim]]) => claim in claims))('%s: 401', async (_, bad) => {
      const [claim, value] = bad
      const changed = typeof value === 'function' ? value(claims[claim]) : value
      await expectStatus(carry(await good(profile, { ...claims, [claim]: changed })), 401)
    })

    if (profile.granting.length > 0)
      it('claims of a prototype: nothing is granted', async () => {
        const bare = Object.fromEntries(
          Object.entries(claims).filter(([key]) => !profile.granting.includes(key)),
        )
        const hidden = Object.fromEntries(profile.granting.map((key) => [key, claims[key]]))
        for (const member of ['__proto__', 'constructor', 'prototype']) {
          const token = await signed(profile, withRaw(bare, member, JSON.stringify(hidden)))
          for (const status of await statuses(carry(token))) expect([401, 403]).toContain(status)
        }
        const named = profile.granting.map((key) => [key, '__proto__ constructor toString'])
        const token = await good(profile, { ...claims, ...Object.fromEntries(named) })
        for (const status of await statuses(carry(token))) expect([401, 403]).toContain(status)
      })

    it('no header, or nothing in it: 401', async () => {
      await expectStatus([], 401)
      await expectStatus([[header, '']], 401)
    })

    it('two headers: 400', async () => {
      const [one] = carry(await good(profile, claims))
      await expectStatus([one, one] as Headers, 400)
      await expectStatus([one, [header.toLowerCase(), 'x']] as Headers, 400)
      await expectStatus([[header, `${one?.[1]}, ${one?.[1]}`]], 400)
    })

    if (isBearer)
      it('the scheme may be spelt in any case and be followed by spaces, and must be there', async () => {
        const token = await good(profile, claims)
        await expectStatus([[header, `bearer ${token}`]], 200)
        await expectStatus([[header, `BEARER  ${token}`]], 200)
        for (const value of [
          'Bearer',
          'Bearer ',
          token,
          `Bearer${token}`,
          `Basic ${token}`,
          `Token ${token}`,
        ]) {
          await expectStatus([[header, value]], 401)
        }
      })

    if (!isBearer)
      it('the token stands alone, and in no other header', async () => {
        const token = await good(profile, claims)
        await expectStatus([[header, `Bearer ${token}`]], 401)
        await expectStatus([['Authorization', `Bearer ${token}`]], 401)
      })
  })
}

function goodClaims({ clock, claims }: ProfileUnderTest): Good {
  const iat = Math.floor(clock.now() / 1000)
  return { iat, exp: iat + 300, ...claims }
}

async function good(profile: ProfileUnderTest, claims: Good): Promise<string> {
  return await signed(profile, claims)
}

async function signed({ key }: ProfileUnderTest, payload: TokenPart, header: object = {}): Promise<string> {
  return await signToken(key, { alg: key.algorithm, typ: 'JWT', kid: key.kid, ...header }, payload)
}

/** JSON with one more member, written as it is. */
function withRaw(claims: Good, name: string, value: unknown): string {
  return `${JSON.stringify(claims).slice(0, -1)},${JSON.stringify(name)}:${String(value)}}`
}

function unsigned(header: object, claims: Good): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${encode(header)}.${encode(claims)}.`
}

/** The same bits but for those that a decoder throws away, or the next letter where none are. */
function twin(letter: string): string {
  return letter === 'A' ? 'B' : 'A'
}

async function withOtherKey(
  { key }: ProfileUnderTest,
  claims: Good,
  parameter?: 'jwk' | 'jku',
  kid: string = key.kid,
): Promise<string> {
  const other = await createTestKey({ algorithm: key.algorithm, kid })
  const jwk = other.publicJwk ?? { kty: 'oct', k: Buffer.from(other.secret ?? '').toString('base64url') }
  const value = { jwk, jku: 'https://evil.example/jwks.json', none: undefined }[parameter ?? 'none']
  const extra = parameter === undefined ? {} : { [parameter]: value }
  return await signToken(other, { alg: other.algorithm, typ: 'JWT', kid, ...extra }, claims)
}

/** Algorithm confusion: the text of the public key as a secret; the id of the key where the key is a secret. */
async function withPublicKeyAsSecret({ key }: ProfileUnderTest, claims: Good): Promise<string> {
  const secret = new TextEncoder().encode(JSON.stringify(key.publicJwk ?? key.kid))
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', secret, hmac, false, ['sign'])
  const sign = async (input: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.sign(hmac, imported, new Uint8Array(input)))
  return await signToken({ ...key, sign }, { alg: 'HS256', typ: 'JWT', kid: key.kid }, claims)
}
