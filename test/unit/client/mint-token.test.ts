import { ConfigurationError } from '@scopegate/client'
import { createFetch } from '@scopegate/client/fetch'
import { appToken, managementToken, mintToken, type TokenKind } from '@scopegate/client/mint'
import { type JWTVerifyResult, jwtVerify } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startServer } from './token-endpoint.ts'

const secret = crypto.randomUUID() + crypto.randomUUID()
const time = Date.UTC(2026, 0, 1) / 1000
const now = (): number => time * 1000 + 999
const day = 86_400
const participant = { access_key: 'key', room_id: 'room', user_id: 'Zoë', role: 'host' }

function verify(token: string, with_ = secret): Promise<JWTVerifyResult> {
  const options = { algorithms: ['HS256'], currentDate: new Date(now()) }
  return jwtVerify(token, new TextEncoder().encode(with_), options)
}

async function refusal(kind: TokenKind, options: object): Promise<string> {
  const error: unknown = await mintToken(kind, { secret, now, ...options } as never).catch(
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  return (error as ConfigurationError).key
}

describe('HM-11: a token minted by the holder of the key', () => {
  it('for a room has the claims of an app token, for a day', async () => {
    const { payload, protectedHeader } = await verify(
      await mintToken(appToken, { secret, claims: participant, now }),
    )
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(payload).toEqual({
      ...participant,
      type: 'app',
      version: 2,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: time,
      nbf: time,
      exp: time + day,
    })
  })

  it('for server APIs has those of a management token', async () => {
    const claims = { access_key: 'key' }
    const { payload } = await verify(await mintToken(managementToken, { secret, claims, ttl: 600, now }))
    expect(payload).toMatchObject({ access_key: 'key', type: 'management', version: 2, exp: time + 600 })
    expect(payload).not.toHaveProperty('room_id')
  })

  it('is back-dated on demand, and lives as long from iat to exp', async () => {
    const options = { secret, claims: participant, backdate: 10, ttl: 90 * day, now }
    const { payload } = await verify(await mintToken(appToken, options))
    expect(payload).toMatchObject({ iat: time - 10, nbf: time - 10, exp: time - 10 + 90 * day })
  })

  it('is another each time', async () => {
    const mint = (): Promise<string> => mintToken(appToken, { secret, claims: participant, now })
    expect(await mint()).not.toBe(await mint())
  })

  it('is good for no other key', async () => {
    const token = await mintToken(appToken, { secret, claims: participant, now })
    await expect(verify(token, 'x'.repeat(64))).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    })
  })

  it('takes bytes for a secret, and claims of any shape for a kind of one’s own', async () => {
    const kind: TokenKind = { claims: { iss: 'key' }, required: ['sub'], maxTtl: 3600 }
    const bytes = new TextEncoder().encode(secret)
    const claims = { sub: 'Zoë', video: { roomJoin: true } }
    const { payload } = await verify(await mintToken(kind, { secret: bytes, claims, ttl: 60, now }))
    expect(payload).toMatchObject({ iss: 'key', sub: 'Zoë', video: { roomJoin: true } })
  })

  it('goes out through fetch, a new one for a retry', async () => {
    const api = await startServer((_, n) => (n === 1 ? { status: 401 } : { body: 'ok' }))
    const claims = { access_key: 'key' }
    const tokens = { token: () => mintToken(managementToken, { secret, claims, ttl: 60 }), invalidate() {} }
    expect((await createFetch(tokens, { api: api.origin })('/')).status).toBe(200)
    await api.close()
  })
})

describe('HM-12: minting is refused', () => {
  afterEach(() => vi.unstubAllGlobals())

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 90 * day + 1])(
    'for a ttl of %d s',
    async (ttl) => {
      expect(await refusal(appToken, { claims: participant, ttl })).toBe('ttl')
    },
  )

  it.each([{}, { claims: {}, required: [] }, { claims: {}, required: [], maxTtl: Number.NaN }])(
    'for a kind that is none: %j',
    async (kind) => {
      expect(await refusal(kind as never, { claims: participant })).toBe('kind')
    },
  )

  it('for a management token of more than 14 days', async () => {
    const claims = { access_key: 'key' }
    await expect(mintToken(managementToken, { secret, claims, ttl: 14 * day })).resolves.toBeTypeOf('string')
    expect(await refusal(managementToken, { claims, ttl: 14 * day + 1 })).toBe('ttl')
  })

  it.each([-1, 60, Number.NaN])('for a token of 60 s back-dated by %d s', async (backdate) => {
    expect(await refusal(appToken, { claims: participant, ttl: 60, backdate })).toBe('backdate')
  })

  it.each(['access_key', 'room_id', 'role'])('without %s, or with an empty one', async (name) => {
    for (const value of ['', undefined, null])
      expect(await refusal(appToken, { claims: { ...participant, [name]: value } })).toBe(`claims.${name}`)
    const { [name as 'role']: _, ...rest } = participant
    expect(await refusal(appToken, { claims: rest })).toBe(`claims.${name}`)
  })

  it('for an optional claim that came out empty', async () => {
    expect(await refusal(appToken, { claims: { ...participant, user_id: undefined } })).toBe('claims.user_id')
  })

  it.each(['type', 'version', 'jti', 'iat', 'nbf', 'exp'])(
    'for a claim that is not the caller’s: %s',
    async (name) => {
      expect(await refusal(appToken, { claims: { ...participant, [name]: 1 } })).toBe(`claims.${name}`)
    },
  )

  it.each(['', 'short', 'x'.repeat(31), undefined])('with %j for a secret', async (weak) => {
    expect(await refusal(appToken, { claims: participant, secret: weak })).toBe('secret')
  })

  it.each(['document', 'importScripts'])('for a management token in a page, told by %s', async (name) => {
    vi.stubGlobal(name, {})
    expect(await refusal(managementToken, { claims: { access_key: 'key' } })).toBe('kind')
    await expect(mintToken(appToken, { secret, claims: participant })).resolves.toBeTypeOf('string')
  })

  it('for an option that is none', async () => {
    expect(await refusal(appToken, { claims: participant, expiresIn: 60 })).toBe('expiresIn')
  })
})
