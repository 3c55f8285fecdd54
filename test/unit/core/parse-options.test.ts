import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../../packages/core/src/errors.ts'
import { jsonWebKeySetSchema } from '../../../packages/core/src/key-set-options.ts'
import { parseOptions } from '../../../packages/core/src/parse-options.ts'
import { schemaOf } from '../../../packages/core/src/resource-server-options.ts'

const schema = schemaOf({})
const rule = { method: 'GET', path: '/', access: 'public' }
const good = { issuer: 'https://issuer.example', audience: 'https://api.example' }

describe('options', () => {
  it('are copied at every depth and frozen', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const keys = { keys: [{ kty: 'x', value }] }
        const copy = parseOptions<typeof keys>(jsonWebKeySetSchema, keys, '')
        expect(copy).toEqual(keys)
        expect(everyObjectIn(copy).every(Object.isFrozen)).toBe(true)
        expect(everyObjectIn(copy).filter((object) => everyObjectIn(keys).includes(object))).toEqual([])
      }),
    )
  })

  it('do not change when what was passed does', () => {
    const options = { ...good, audience: ['a'], claims: { use: 'access' } }
    const parsed = parseOptions<typeof options>(schema, options, '')
    options.issuer = 'https://evil.example'
    options.audience.push('b')
    options.claims.use = 'id'
    expect(parsed).toEqual({ ...good, audience: ['a'], claims: { use: 'access' } })
  })

  it('are read once: a getter cannot answer twice', () => {
    let reads = 0
    const options = {
      ...good,
      get realm() {
        return reads++ === 0 ? 'checked' : 'used'
      },
    }
    expect(parseOptions(schema, options, '')).toEqual({ ...good, realm: 'checked' })
    expect(reads).toBe(1)
  })

  it('inherit nothing', () => {
    const options = { ...good, tokenCache: {}, routes: [{ method: 'GET', path: '/', access: 'public' }] }
    const parsed = parseOptions<object>(schema, options, '')
    for (const object of everyObjectIn(parsed).filter((value) => !Array.isArray(value)))
      expect(Object.getPrototypeOf(object)).toBeNull()
  })

  it('are judged by what is wrong with them, not by what results inherit', () => {
    for (const name of ['error', 'success']) {
      Object.defineProperty(Object.prototype, name, { value: 5, configurable: true, writable: true })
      try {
        expect(parseOptions(schema, good, '')).toMatchObject(good)
        expect(() => parseOptions(schema, { ...good, realm: 5 }, '')).toThrow('realm: must be of type string')
      } finally {
        Reflect.deleteProperty(Object.prototype, name)
      }
    }
  })

  it('keep bytes, in a copy of their own', () => {
    for (const bytes of [Uint8Array.of(1, 2), Buffer.from([1, 2])]) {
      const copy = parseOptions<{ secret: Uint8Array }>(schema, { ...good, secret: bytes }, '')
      bytes.fill(0)
      expect(copy.secret).toEqual(Uint8Array.of(1, 2))
    }
  })

  it('keep functions as they are', () => {
    const now = (): number => 1
    expect(parseOptions<{ now: unknown }>(schema, { ...good, now }, '').now).toBe(now)
  })

  it('leave out what is undefined', () => {
    const options = { ...good, tokenCache: { maxEntries: undefined }, realm: undefined }
    const parsed = parseOptions<Record<string, object>>(schema, options, '')
    expect(Object.keys(parsed)).toEqual(['issuer', 'audience', 'tokenCache'])
    expect(Object.keys(parsed.tokenCache ?? [1])).toEqual([])
  })

  it('may have no prototype, or that of another realm', () => {
    const bare = Object.assign(Object.create(null), good)
    const foreign = runInNewContext('({ issuer: "a", audience: ["b"], tokenCache: { maxEntries: 1 } })')
    expect(parseOptions(schema, bare, '')).toEqual(good)
    expect(parseOptions(schema, foreign, '')).toEqual({
      issuer: 'a',
      audience: ['b'],
      tokenCache: { maxEntries: 1 },
    })
  })

  it.each([
    ['an instance of a class', new (class Limits {})()],
    ['an object that inherits', Object.create({ maxEntries: 1 })],
    ['a map', new Map([['maxEntries', 1]])],
    ['a set', new Set()],
    ['a date', new Date(0)],
    ['a regular expression', /a/],
    ['a URL', new URL('https://a.example')],
    ['a promise', Promise.resolve({})],
    ['an error', new Error('a')],
  ])('are plain objects: %s is refused by its name', (_, tokenCache) => {
    expect(refusal({ ...good, tokenCache })).toMatchObject({ key: 'tokenCache' })
    expect(refusal({ ...good, audience: ['a', tokenCache] })).toMatchObject({ key: 'audience' })
  })

  it('are told what should stand there, where something else than an object should', () => {
    expect(refusal({ ...good, tokenCache: new Map() }).message).toBe('tokenCache: must be a plain object')
    expect(refusal({ ...good, realm: /a/ }).message).toBe('realm: must be of type string')
    expect(refusal({ ...good, jwksUri: new URL('https://a.example') }).message).toMatch(
      /must be of type string/,
    )
  })

  it.each([
    ['an unknown key', { ...good, issuers: 'a' }, 'issuers', /no option/],
    ['an unknown key that is undefined', { ...good, issuers: undefined }, 'issuers', /no option/],
    ['an unknown key deep inside', { ...good, routes: [{ ...rule, x: 1 }] }, 'routes[0].x', /no option/],
    ['a missing one deep inside', { ...good, keys: {} }, 'keys.keys', /is required \(array\)/],
    ['another type', { ...good, realm: 1 }, 'realm', /must be of type string/],
    ['null', { ...good, realm: null }, 'realm', /must be of type string/],
    ['undefined as a rule', { ...good, routes: [rule, undefined] }, 'routes[1]', /is required \(object\)/],
    [
      'a key called __proto__',
      JSON.parse('{"issuer":"a","audience":"b","__proto__":{}}'),
      '__proto__',
      /no option/,
    ],
    ['a key called constructor', { ...good, constructor: 1 }, 'constructor', /no option/],
    ['a list', [good], 'options', /must be of type object/],
    ['text', 'issuer', 'options', /must be of type object/],
    ['null for all', null, 'options', /must be of type object/],
    ['nothing', undefined, 'options', /is required \(object\)/],
  ])('are refused for %s', (_, options, key, problem) => {
    const error = refusal(options)
    expect(error.key).toBe(key)
    expect(error.message).toMatch(problem)
    expect(error.message.startsWith(`${key}: `)).toBe(true)
  })

  it('are named by where they stand', () => {
    expect(refusal({ ...good, nmae: 1 }, 'tokens[1]').key).toBe('tokens[1].nmae')
    expect(refusal([], 'requirement').message).toBe('requirement: must be of type object')
  })
})

describe('a configuration error', () => {
  it('has a name, a code, a key and a message that a log can do something with', () => {
    const cause = new Error('why')
    const error = new ConfigurationError('routes[2].scopes', 'is empty', { cause })
    expect(error).toMatchObject({
      name: 'ConfigurationError',
      code: 'ERR_CONFIGURATION',
      key: 'routes[2].scopes',
      message: 'routes[2].scopes: is empty',
      cause,
    })
    expect(new ConfigurationError('', 'must be of type object').message).toBe('must be of type object')
  })
})

function refusal(options: unknown, where = ''): ConfigurationError {
  try {
    parseOptions(schema, options, where)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return error as ConfigurationError
  }
  throw new Error('the options were taken')
}

function everyObjectIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(everyObjectIn)]
}
