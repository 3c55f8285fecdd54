import { gzipSync } from 'node:zlib'
import { ConfigurationError, createResourceServer, type DeniedDecision } from '@scopegate/core'
import { createTestKey, type KeySetFault, signToken } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { type ScenarioServer, startKeySetScenario, warmUp } from '../key-set-scenario.ts'

const json =
  (body: string | Uint8Array, headers: Record<string, string> = {}): KeySetFault =>
  (response) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body)

/** Every way in which no key set comes back. */
const outages: Record<string, KeySetFault> = {
  down: 'down',
  reset: 'reset',
  slow: 'slow',
  drip: 'drip',
  hang: 'hang',
  redirect: 'redirect',
  error: 'error',
  html: 'html',
  garbage: 'garbage',
  huge: 'huge',
  'no content': (response) => response.writeHead(204).end(),
  'not found': (response) => response.writeHead(404).end(),
  'an empty body': json(''),
  'a permanent redirect': (response) => response.writeHead(308, { location: '?moved' }).end(),
  'a choice, with a body like a key set': (response) => response.writeHead(300).end('{"keys":[]}'),
  'a part of it': (response) => response.writeHead(206).end('{"keys":[]}'),
  'an array': json('[]'),
  null: json('null'),
  'no `keys`': json('{}'),
  '`keys` that are no array': json('{"keys":{"kty":"EC"}}'),
  '`keys` inherited only': json('{"__proto__":{"keys":[]}}'),
  'invalid UTF-8': json(Buffer.from('7b226b657973223a5b5d2c2261223a22ff227d', 'hex')),
  'a small body that inflates': json(gzipSync(Buffer.alloc(50_000_000, ' ')), { 'content-encoding': 'gzip' }),
}
const rows = Object.entries(outages)
const limits = { timeout: 0.1, maxAge: 100, staleIfError: 50 }
const late = { delay: 60_000 }

const headersOf = ({ headers }: DeniedDecision): Record<string, string> => Object.fromEntries(headers.set)
const denialOf = async (server: ScenarioServer, token: string): Promise<DeniedDecision> => {
  const decision = await server.decide(token)
  if (decision.allowed) throw new Error('it was allowed')
  return decision
}

describe('a key set that cannot be had at first', () => {
  it.each(rows)('%s: 503 with Retry-After and no challenge, then recovery', async (_, fault) => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario(late)
    const server = createServer({ keySet: limits })
    const token = await issuer.mintToken()
    keySet.setFault(fault)
    const denial = await denialOf(server, token)
    expect(denial).toMatchObject({ status: 503, reason: 'key_set_unavailable' })
    expect(headersOf(denial)).toMatchObject({
      'Retry-After': expect.stringMatching(/^[1-9]\d*$/),
      'Cache-Control': 'no-store',
    })
    expect(headersOf(denial)).not.toHaveProperty('WWW-Authenticate')
    expect(JSON.parse(denial.body)).toMatchObject({ error: 'temporarily_unavailable' })
    expect(keySet.requests.redirected).toBe(0)

    keySet.setFault(undefined)
    expect(await server.verdict(token)).toBe('503 key_set_unavailable')
    clock.advance(1)
    await warmUp(server, clock)
    expect(await server.verdict(token)).toBe('allowed')
  })

  it('nobody listening: the same', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    await keySet.close()
    expect(await createServer().verdict(await issuer.mintToken())).toBe('503 key_set_unavailable')
  })

  it.each(rows)('%s: at the JWK Set alone, the metadata being right', async (_, fault) => {
    const { issuer, keySet, createServer } = await startKeySetScenario(late)
    keySet.setFault(fault, 'jwks')
    expect(await createServer({ keySet: limits }).verdict(await issuer.mintToken())).toBe(
      '503 key_set_unavailable',
    )
  })

  it('costs one fetch per pause, however many ask', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    keySet.setFault('error')
    const server = createServer({ jwksUri: keySet.jwksUri })
    const tokens = await Promise.all(Array.from({ length: 100 }, async () => await issuer.mintToken()))
    for (let attempt = 1; attempt <= 3; attempt++) {
      const verdicts = await Promise.all(tokens.map(server.verdict))
      expect(new Set(verdicts)).toEqual(new Set(['503 key_set_unavailable']))
      expect(await server.verdict(await issuer.mintToken())).toBe('503 key_set_unavailable')
      expect(keySet.requests.jwks).toBe(attempt)
      clock.advance(1)
    }
  })

  it('is no reason to doubt what is wrong with a token by its form alone', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    keySet.setFault('down')
    const server = createServer()
    const good = await issuer.mintToken()
    const key = await createTestKey()
    const tokens = {
      '401 token_malformed': ['a', 'a.b', 'a.b.c', `${good}=`, `${good}.a.b`, good.replace('.', '..')],
      '401 token_too_long': ['a'.repeat(8193)],
      '401 token_unrecognised': [await issuer.mintToken({ claims: { iss: 'https://evil.example' } })],
      '401 token_algorithm': [
        await issuer.mintToken({ header: { alg: 'none' } }),
        await signToken(key, {}, { iss: issuer.issuer }),
      ],
      '401 token_type': [await issuer.mintToken({ header: { typ: 'id+jwt' } })],
      '401 token_header': [await issuer.mintToken({ header: { crit: ['exp'] } })],
    }
    for (const [verdict, texts] of Object.entries(tokens)) {
      for (const text of texts) expect(await server.verdict(text)).toBe(verdict)
    }
    expect(keySet.requests).toMatchObject({ discovery: 0, jwks: 0 })
  })
})

describe('a key set that is lost later', () => {
  it.each(rows)('%s: known keys serve for the time of grace, then 503, then recovery', async (_, fault) => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario(late)
    const server = createServer({ keySet: limits })
    await warmUp(server, clock)
    const seen = await issuer.mintToken({ expiresIn: 1000 })
    expect(await server.verdict(seen)).toBe('allowed')
    keySet.setFault(fault)
    for (const seconds of [80, 19, 1, 49]) {
      clock.advance(seconds)
      expect(await server.verdict(seen)).toBe('allowed')
      expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
      await server.backgroundWork()
      expect(server.verdictNow(seen)).toBe('allowed')
    }
    clock.advance(1)
    expect(await server.verdict(seen)).toBe('503 key_set_unavailable')
    expect(await server.verdict(await issuer.mintToken())).toBe('503 key_set_unavailable')

    keySet.setFault(undefined)
    clock.advance(1)
    await warmUp(server, clock)
    expect(await server.verdict(seen)).toBe('allowed')
  })

  it('does not make an expired token anything but expired', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer({ keySet: { staleIfError: 0 } })
    const token = await issuer.mintToken({ expiresIn: 601 })
    expect(await server.verdict(token)).toBe('allowed')
    keySet.setFault('down')
    clock.advance(605.999)
    expect(await server.verdict(token)).toBe('503 key_set_unavailable')
    clock.advance(0.001)
    expect(server.verdictNow(token)).toBe('401 token_expired')
    expect(await server.verdict(token)).toBe('401 token_expired')
  })

  it('serves to the last moment allowed and asks once a pause meanwhile', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer({ keySet: { maxAge: 100, staleIfError: 0 } })
    const token = await issuer.mintToken({ expiresIn: 10_000 })
    expect(await server.verdict(token)).toBe('allowed')
    keySet.setFault('error')
    for (let second = 0; second < 99; second++) {
      clock.advance(1)
      expect(await server.verdict(token)).toBe('allowed')
      await server.backgroundWork()
    }
    clock.advance(1)
    expect(await server.verdict(token)).toBe('503 key_set_unavailable')
    expect(keySet.requests).toMatchObject({ discovery: 1 + 20, jwks: 2 })
  })

  it('is looked for where the metadata says it is now', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    const server = createServer({ keySet: { staleIfError: 0 } })
    await server.ready()
    keySet.setFault((response) => response.writeHead(404).end(), 'jwks')
    keySet.setFault(
      json(JSON.stringify({ issuer: issuer.issuer, jwks_uri: `${keySet.jwksUri}?moved` })),
      'discovery',
    )
    clock.advance(600)
    expect(await server.verdict(await issuer.mintToken())).toBe('503 key_set_unavailable')
    clock.advance(1)
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
    expect(keySet.requests).toEqual({ discovery: 2, jwks: 2, redirected: 1 })
  })
})

describe('a key set that is there but odd', () => {
  it.each(['duplicateKid', 'brokenKey', 'notFound', 'slow'] as const)(
    '%s: good tokens are allowed',
    async (fault) => {
      const { issuer, keySet, createServer } = await startKeySetScenario()
      keySet.setFault(fault)
      expect(await createServer().verdict(await issuer.mintToken())).toBe('allowed')
    },
  )

  it.each<[string, KeySetFault]>([
    ['no keys', 'empty'],
    [
      'nothing usable',
      json(
        '{"keys":[null,1,"x",[],{},{"kty":"oct","k":"AAAA"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}',
      ),
    ],
  ])('%s: the issuer vouches for no token, which is a verdict', async (_, fault) => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    keySet.setFault(fault, 'jwks')
    const server = createServer()
    expect(await server.verdict(await issuer.mintToken())).toBe('401 token_key_unknown')
    keySet.setFault(undefined)
    clock.advance(10)
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
  })

  it('larger than allowed is an outage, as large as allowed is not', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    const body = JSON.stringify(issuer.jwks)
    keySet.setFault(json(body))
    const { jwksUri } = keySet
    const verdictWithin = async (maxBytes: number): Promise<string> =>
      await createServer({ jwksUri, keySet: { maxBytes } }).verdict(await issuer.mintToken())
    expect(await verdictWithin(body.length)).toBe('allowed')
    expect(await verdictWithin(body.length - 1)).toBe('503 key_set_unavailable')
  })
})

describe('an issuer that spells itself otherwise', () => {
  it('fails readiness as configuration and requests as an outage', async () => {
    const { clock, issuer, keySet, createServer } = await startKeySetScenario()
    keySet.setFault('wrongIssuer')
    const server = createServer()
    const refusal = await server.ready().catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ConfigurationError)
    expect(refusal).toMatchObject({ key: 'issuer', message: expect.stringContaining('slash') })
    expect(await server.verdict(await issuer.mintToken())).toBe('503 key_set_unavailable')
    expect(keySet.requests.jwks).toBe(0)
    keySet.setFault(undefined)
    clock.advance(1)
    await server.ready()
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
  })

  it('is told from an outage, which readiness names too', async () => {
    const { keySet, createServer } = await startKeySetScenario()
    keySet.setFault('error')
    await expect(createServer().ready()).rejects.toMatchObject({ code: 'ERR_KEY_SET_UNAVAILABLE' })
  })

  it('is right where its own name ends in a slash', async () => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    issuer.identifyAs(`${keySet.url}/`)
    const server = createServer()
    await server.ready()
    expect(await server.verdict(await issuer.mintToken())).toBe('allowed')
    issuer.identifyAs(keySet.url)
    expect(await server.verdict(await issuer.mintToken())).toBe('401 token_unrecognised')
  })

  it('is found out when the slash is on our side', async () => {
    const { issuer } = await startKeySetScenario()
    const server = createResourceServer({ issuer: `${issuer.issuer}/`, audience: issuer.audience })
    await expect(server.ready()).rejects.toThrow(ConfigurationError)
  })

  it.each([
    ['nothing', undefined],
    ['a number', 1],
    ['plain http', 'http://keys.example/jwks'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:application/json,{"keys":[]}'],
    ['a URL with a password', 'https://user:secret@keys.example/jwks'],
  ])('and whose metadata names %s for its keys is a matter of configuration', async (_, jwksUri) => {
    const { issuer, keySet, createServer } = await startKeySetScenario()
    keySet.setFault(json(JSON.stringify({ issuer: issuer.issuer, jwks_uri: jwksUri })), 'discovery')
    const server = createServer()
    await expect(server.ready()).rejects.toThrow(ConfigurationError)
    expect(await server.verdict(await issuer.mintToken())).toBe('503 key_set_unavailable')
  })
})
