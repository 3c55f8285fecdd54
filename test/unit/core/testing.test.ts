import { createResourceServer } from '@scopegate/core'
import {
  createFakeClock,
  createTestIssuer,
  createTestKey,
  type KeySetFaultMode,
  type KeySetServer,
  startKeySetServer,
  type TestIssuer,
} from '@scopegate/core/testing'
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'

describe('the fake clock', () => {
  it('stands still, moves both ways and needs no object around its functions', () => {
    const { now, advance, set } = createFakeClock(1000)
    expect([now(), now()]).toEqual([1000, 1000])
    advance(2)
    advance(-0.5)
    expect(now()).toBe(2500)
    set(Number.NaN)
    expect(now()).toBeNaN()
  })
})

describe('the test issuer', { timeout: 30_000 }, () => {
  it('mints RFC 9068 access tokens that a third party verifies', async () => {
    const issuer = await createTestIssuer()
    const token = await issuer.mintToken({ scope: 'a b', clientId: 'c' })
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(toJose(issuer)), {
      issuer: issuer.issuer,
      audience: issuer.audience,
      typ: 'at+jwt',
      requiredClaims: ['jti', 'iat', 'exp'],
    })
    expect(payload).toMatchObject({ sub: 'c', client_id: 'c', scope: 'a b' })
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300)
    expect(protectedHeader.kid).toBe(issuer.keys[0]?.kid)
  })

  it.each([
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
  ] as const)('signs with %s', async (algorithm) => {
    const issuer = await createTestIssuer({ algorithm })
    const verified = await jwtVerify(await issuer.mintToken(), createLocalJWKSet(toJose(issuer)))
    expect(verified.protectedHeader.alg).toBe(algorithm)
  })

  it.each(['HS256', 'HS384', 'HS512'] as const)('signs with %s and publishes nothing', async (algorithm) => {
    const issuer = await createTestIssuer({ algorithm })
    expect(issuer.jwks).toEqual({ keys: [] })
    await jwtVerify(await issuer.mintToken(), new TextEncoder().encode(issuer.secret), {
      algorithms: [algorithm],
    })
  })

  it('takes claims and header parameters away where they are undefined', async () => {
    const issuer = await createTestIssuer()
    const token = await issuer.mintToken({
      claims: { aud: undefined, jti: undefined, token_use: 'access' },
      header: { kid: undefined, typ: 'JWT' },
    })
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'JWT' })
    expect(decodeJwt(token)).toMatchObject({ token_use: 'access' })
    expect(Object.keys(decodeJwt(token))).not.toContain('aud')
  })

  it('dates tokens by its clock', async () => {
    const clock = createFakeClock()
    const issuer = await createTestIssuer({ now: clock.now })
    const { iat, exp } = decodeJwt(await issuer.mintToken({ expiresIn: -10 }))
    expect(iat).toBe(clock.now() / 1000)
    expect(exp).toBe(clock.now() / 1000 - 10)
  })

  it('rotates its key, keeps the old one published until it is withdrawn, and can still sign with it', async () => {
    const issuer = await createTestIssuer()
    const [old] = issuer.keys
    const fresh = await issuer.rotateKey()
    expect(issuer.jwks.keys.map(({ kid }) => kid)).toEqual([fresh.kid, old?.kid])
    expect(decodeProtectedHeader(await issuer.mintToken()).kid).toBe(fresh.kid)
    issuer.withdrawKey(String(old?.kid))
    expect(issuer.jwks.keys.map(({ kid }) => kid)).toEqual([fresh.kid])
    expect(decodeProtectedHeader(await issuer.mintToken({ key: String(old?.kid) })).kid).toBe(old?.kid)
  })

  it('publishes no private part', async () => {
    const issuer = await createTestIssuer({ algorithms: ['RS256', 'ES256', 'Ed25519'] })
    for (const jwk of issuer.jwks.keys) expect(jwk).not.toHaveProperty('d')
    expect(issuer.jwks.keys.map(({ alg }) => alg)).toEqual(['RS256', 'ES256', 'Ed25519'])
  })

  it('signs with a foreign key where it is told to', async () => {
    const issuer = await createTestIssuer()
    const forged = await issuer.mintToken({ key: await createTestKey({ kid: String(issuer.keys[0]?.kid) }) })
    await expect(jwtVerify(forged, createLocalJWKSet(toJose(issuer)))).rejects.toThrow('signature')
  })
})

describe('the key set server', () => {
  const open: KeySetServer[] = []
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close()
  })
  const start = async (...args: Parameters<typeof startKeySetServer>): Promise<KeySetServer> => {
    const server = await startKeySetServer(...args)
    open.push(server)
    return server
  }

  it('becomes the identifier of an issuer that has none, and leaves one that has alone', async () => {
    const [own, given] = [
      await createTestIssuer(),
      await createTestIssuer({ issuer: 'https://login.example' }),
    ]
    const server = await start(own)
    await start(given)
    expect(own.issuer).toBe(server.url)
    expect(given.issuer).toBe('https://login.example')
  })

  it('serves keys to a third party and counts what it was asked for', async () => {
    const issuer = await createTestIssuer()
    const server = await start(issuer)
    await jwtVerify(await issuer.mintToken(), createRemoteJWKSet(new URL(server.jwksUri)))
    expect(server.requests).toEqual({ discovery: 0, jwks: 1, redirected: 0 })
  })

  it.each(['', '/tenant'])('is found by either metadata document below "%s"', async (path) => {
    const issuer = await createTestIssuer()
    const server = await start(issuer, { path })
    for (const fault of [undefined, 'notFound'] as const) {
      server.setFault(fault)
      const gate = createResourceServer({ issuer: issuer.issuer, audience: issuer.audience, routes })
      await gate.ready()
    }
    expect(server.requests).toEqual({ discovery: 3, jwks: 2, redirected: 0 })
  })

  it.each<KeySetFaultMode>(['down', 'reset', 'drip', 'hang', 'garbage', 'huge'])(
    '%s: no document can be read',
    async (fault) => {
      const server = await start(await createTestIssuer())
      server.setFault(fault)
      await expect(read(server.jwksUri)).rejects.toThrow()
      await expect(read(`${server.url}/.well-known/openid-configuration`)).rejects.toThrow()
      expect(server.requests).toEqual({ discovery: 1, jwks: 1, redirected: 0 })
      server.setFault(undefined)
      await expect(read(server.jwksUri)).resolves.toHaveProperty('keys')
    },
  )

  it('redirects to where the right document is', async () => {
    const issuer = await createTestIssuer()
    const server = await start(issuer)
    server.setFault('redirect')
    expect(await read(server.jwksUri)).toEqual(issuer.jwks)
    expect(server.requests).toEqual({ discovery: 0, jwks: 1, redirected: 1 })
  })

  it('answers late, with 500, with a page, without keys, with two keys of one name, with broken ones', async () => {
    const issuer = await createTestIssuer()
    const server = await start(issuer)
    const statusOf = async (): Promise<number> => (await fetch(server.jwksUri)).status
    server.setFault('slow')
    expect(await read(server.jwksUri)).toEqual(issuer.jwks)
    server.setFault('error')
    expect(await statusOf()).toBe(500)
    server.setFault('html')
    expect(await statusOf()).toBe(200)
    server.setFault('empty')
    expect(await read(server.jwksUri)).toEqual({ keys: [] })
    server.setFault('duplicateKid')
    const { keys } = (await read(server.jwksUri)) as { keys: { kid: string }[] }
    expect(keys.map(({ kid }) => kid)).toEqual([issuer.keys[0]?.kid, issuer.keys[0]?.kid])
    server.setFault('brokenKey')
    expect(await read(server.jwksUri)).toEqual({ keys: expect.arrayContaining([...issuer.jwks.keys, null]) })
    server.setFault((response) => response.writeHead(418).end())
    expect(await statusOf()).toBe(418)
  })

  it('can fail at one document alone', async () => {
    const server = await start(await createTestIssuer())
    server.setFault('error', 'jwks')
    expect((await fetch(server.jwksUri)).status).toBe(500)
    expect((await fetch(`${server.url}/.well-known/openid-configuration`)).status).toBe(200)
  })

  it('refuses connections once closed, and closes twice', async () => {
    const server = await start(await createTestIssuer())
    await server.close()
    await server.close()
    await expect(fetch(server.jwksUri)).rejects.toThrow()
  })
})

const routes = [{ method: 'GET', path: '/', access: 'authenticated' }] as const

function toJose({ jwks }: TestIssuer): Parameters<typeof createLocalJWKSet>[0] {
  return { keys: jwks.keys.map((jwk) => ({ ...jwk })) }
}

/** Reads as much as a reader with limits would. */
async function read(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(100) })
  return await response.json()
}
