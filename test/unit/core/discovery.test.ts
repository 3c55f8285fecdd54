import { describe, expect, it } from 'vitest'
import { discoverKeys, fetchJwkSet } from '../../../packages/core/src/discovery.ts'
import { ConfigurationError, KeySetUnavailableError } from '../../../packages/core/src/errors.ts'
import type { Fetch } from '../../../packages/core/src/remote-json.ts'
import { explained } from './server.ts'

const ISSUER = 'https://issuer.example'
const JWKS = 'https://keys.example/jwks'
const KEYS = [{ kty: 'EC', kid: 'k1' }]
const LIMITS = { timeout: 10_000, maxBytes: 100_000 }

/** What a web of documents answers: JSON for a URL, or a status. */
type Documents = Record<string, unknown>

describe('the keys of an address', () => {
  it('are those of its set that say what they are', async () => {
    const keys = [...KEYS, null, 'key', [], {}, { kty: 1 }, { kid: 'k2' }, { kty: 'RSA' }]
    expect(await fetchJwkSet(serving({ [JWKS]: { keys } }), JWKS, LIMITS)).toEqual([...KEYS, { kty: 'RSA' }])
  })

  it.each([
    ['a list', KEYS],
    ['text', 'keys'],
    ['null', null],
    ['an object without keys', {}],
    ['keys that are no list', { keys: { kty: 'EC' } }],
    ['keys that are text', { keys: 'kty' }],
  ])('cannot be had where it answers with %s', async (_, document) => {
    await expect(fetchJwkSet(serving({ [JWKS]: document }), JWKS, LIMITS)).rejects.toMatchObject({
      code: 'ERR_KEY_SET_UNAVAILABLE',
      message: 'the key source sent no JWK Set',
    })
  })

  it('are not those that the document inherits', async () => {
    Object.defineProperty(Object.prototype, 'keys', { value: KEYS, configurable: true })
    try {
      await expect(fetchJwkSet(serving({ [JWKS]: {} }), JWKS, LIMITS)).rejects.toThrow(KeySetUnavailableError)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'keys')
    }
  })
})

describe('the metadata of an issuer', () => {
  it.each([
    [ISSUER, `${ISSUER}/.well-known/openid-configuration`],
    [`${ISSUER}/`, `${ISSUER}/.well-known/openid-configuration`],
    [`${ISSUER}/tenant`, `${ISSUER}/tenant/.well-known/openid-configuration`],
    [`${ISSUER}/tenant/`, `${ISSUER}/tenant/.well-known/openid-configuration`],
  ])('of %s is at %s', async (issuer, url) => {
    const asked: string[] = []
    const documents = { [url]: { issuer, jwks_uri: JWKS }, [JWKS]: { keys: KEYS } }
    expect(await discoverKeys(serving(documents, asked), issuer, LIMITS)()).toEqual(KEYS)
    expect(asked).toEqual([url, JWKS])
  })

  it.each([
    [ISSUER, `${ISSUER}/.well-known/oauth-authorization-server`],
    [`${ISSUER}/`, `${ISSUER}/.well-known/oauth-authorization-server`],
    [`${ISSUER}/tenant/`, `${ISSUER}/.well-known/oauth-authorization-server/tenant`],
  ])('of %s is at %s where it is not found at the first address', async (issuer, url) => {
    const documents = { [url]: { issuer, jwks_uri: JWKS }, [JWKS]: { keys: KEYS } }
    expect(await discoverKeys(serving(documents), issuer, LIMITS)()).toEqual(KEYS)
  })

  it.each([401, 403, 410, 500, 503])('is not looked for elsewhere after status %i', async (status) => {
    const asked: string[] = []
    const first = `${ISSUER}/.well-known/openid-configuration`
    await expect(discoverKeys(serving({ [first]: status }, asked), ISSUER, LIMITS)()).rejects.toMatchObject({
      code: 'ERR_KEY_SET_UNAVAILABLE',
      message: `the key source answered with status ${status}`,
    })
    expect(asked).toEqual([first])
  })

  it('is not looked for elsewhere after a failure that is no answer', async () => {
    const asked: string[] = []
    const failing: Fetch = async (url) => {
      asked.push(url)
      return await Promise.reject(Object.assign(new Error('reset'), { status: 404 }))
    }
    await expect(discoverKeys(failing, ISSUER, LIMITS)()).rejects.toMatchObject({
      code: 'ERR_KEY_SET_UNAVAILABLE',
    })
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['a list', []],
    ['text', 'issuer'],
    ['null', null],
  ])('is an outage where it is %s', async (_, metadata) => {
    await expect(discovering(ISSUER, metadata)).rejects.toMatchObject({
      code: 'ERR_KEY_SET_UNAVAILABLE',
      message: 'the issuer sent no metadata',
    })
  })

  it.each([
    [ISSUER, `${ISSUER}/`, /slash at the end/],
    [`${ISSUER}/`, ISSUER, /slash at the end/],
    [ISSUER, 'https://Issuer.example', /letter by letter/],
    [ISSUER, `${ISSUER}//`, /letter by letter/],
    [ISSUER, undefined, /letter by letter/],
    [ISSUER, [ISSUER], /letter by letter/],
  ])('of %s that names %s is a wrong configuration, and the error says how', async (issuer, named, hint) => {
    const error = await refusal(discovering(issuer, { issuer: named, jwks_uri: JWKS }))
    expect(error.key).toBe('issuer')
    expect(error.message).toMatch(hint)
    expect(error.message).toMatch('another issuer')
  })

  it.each([undefined, 1, [JWKS], '', 'jwks', 'http://keys.example/jwks', 'file:///jwks', 'https://a@b/jwks'])(
    'that names the address %j is a wrong configuration',
    async (jwks_uri) => {
      const error = await refusal(discovering(ISSUER, { issuer: ISSUER, jwks_uri }))
      expect(error.key).toBe('issuer')
      expect(error.message).toMatch('jwks_uri')
    },
  )

  it('is asked for once, and again when the address it names has stopped working', async () => {
    const asked: string[] = []
    const metadata = `${ISSUER}/.well-known/openid-configuration`
    const moved = 'https://keys.example/moved'
    const documents: Documents = { [metadata]: { issuer: ISSUER, jwks_uri: JWKS }, [JWKS]: { keys: KEYS } }
    const discover = discoverKeys(serving(documents, asked), ISSUER, LIMITS)
    await discover()
    await discover()
    expect(asked.splice(0)).toEqual([metadata, JWKS, JWKS])
    documents[metadata] = { issuer: ISSUER, jwks_uri: moved }
    documents[JWKS] = 410
    documents[moved] = { keys: [] }
    await expect(discover()).rejects.toThrow(KeySetUnavailableError)
    expect(await discover()).toEqual([])
    expect(asked).toEqual([JWKS, metadata, moved])
  })
})

function serving(documents: Documents, asked: string[] = []): Fetch {
  return async (url) => {
    asked.push(url)
    const document = url in documents ? documents[url] : 404
    return typeof document === 'number' ? new Response('', { status: document }) : Response.json(document)
  }
}

async function discovering(issuer: string, metadata: unknown): Promise<unknown> {
  const base = issuer.replace(/\/$/, '')
  const documents = { [`${base}/.well-known/openid-configuration`]: metadata, [JWKS]: { keys: KEYS } }
  return await discoverKeys(serving(documents), issuer, LIMITS)()
}

async function refusal(work: Promise<unknown>): Promise<ConfigurationError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ConfigurationError)
  return explained(error as ConfigurationError)
}
