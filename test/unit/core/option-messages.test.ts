import { createResourceServer } from '@scopegate/core'
import { createTestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { configurationError, profile } from './server.ts'

const { keys, ...named } = profile
const secret = 'a secret that is long enough for any hash there is, as it has 64+'
const { publicJwk: jwk } = await createTestKey({ algorithm: 'ES256' })
const rsa = (await createTestKey({ algorithm: 'RS256' })).publicJwk
const yes = (): boolean => true
const find = (): string => secret
const rule = { method: 'GET', path: '/rooms/:id', scopes: 'a' }

const SCOPES =
  "must be 'a b' (all of them), { all: [...] }, { any: [...] } or { anyOf: [[...], ...] }, not a bare array"
const TEXTS = 'must be a string or a non-empty array of non-empty strings'
const TYPES =
  'must be a non-empty list of claims, or claims with their types (any, string, number, boolean, array, object, uuid)'
const ALGORITHMS =
  'RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519, HS256, HS384, HS512'
const NOT_CANONICAL =
  "must be as browsers send it, e.g. 'https://app.example': without path, default port or upper case"
const URL_WANTED = 'must be an https URL (http on loopback only) without userinfo or fragment'
const NO_HEADER = 'is no header name ("*" would not cover Authorization)'

/** What is wrong with the options of a server that could be used otherwise, and what its author is told. */
type Mistake = readonly [message: string, options: object]

describe('a mistake is told in words that help to mend it', () => {
  it.each<Mistake>([
    ['realm: must be of type string', { realm: 1 }],
    ['realm: must be printable ASCII without quotes and backslashes', { realm: 'a"b' }],
    ['noRule: must be 403 or 404', { noRule: 200 }],
    ["methodOverride: must be 'refuse' or 'ignore'", { methodOverride: 'allow' }],
    ["mode: must be 'enforce' or 'monitor'", { mode: 'off' }],
    ['basePath: must be of type string', { basePath: 1 }],
    ['renderError: must be a function: (answer) => ({ status, body })', { renderError: 'json' }],
    ['now: must be a function: () => milliseconds since 1970', { now: 0 }],
    ['fetch: must be a function: (url, init) => Promise<Response>', { fetch: 'fetch' }],
    ['onDecision: must be a function: (event) => void', { onDecision: {} }],
    ['routes: is empty; leave it out if only `requiring` is used', { routes: [] }],
    ['routes: must be of type array', { routes: {} }],
    ['cache: is no option here; check its spelling and its place', { cache: {} }],
  ])('on the server: %s', refusedBeside(profile))

  it.each<Mistake>([
    ['name: is empty', { name: '' }],
    ['name: must be of type string', { name: 1 }],
    ['kind: is empty', { kind: '' }],
    ["issuer: must be the issuer's URL, or null to give the check up", { issuer: 1 }],
    ['audience: must be one audience, a list of them, or null to give the check up', { audience: 1 }],
    [
      'audience: null needs `claims` that tie the token to this API, such as { token_use: "access" }',
      { audience: null },
    ],
    ['algorithms: is empty; leave it out for the default', { algorithms: [] }],
    [`algorithms[0]: must be one of ${ALGORITHMS}`, { algorithms: ['none'] }],
    ['algorithms: HMAC needs a `secret`; public keys never verify it', { algorithms: ['HS256'] }],
    [`typ: ${TEXTS}`, { typ: 1 }],
    ['claims: is empty; leave it out', { claims: {} }],
    ['claims: has a member without a name', { claims: { '': 1 } }],
    ['claims.tenant: must be a string, number or boolean', { claims: { tenant: ['a'] } }],
    [`requiredClaims: ${TYPES}`, { requiredClaims: 'jti' }],
    ['requiredClaims: is empty; leave it out', { requiredClaims: [] }],
    ['requiredClaims[0]: is empty', { requiredClaims: [''] }],
    [`requiredClaims: ${TYPES}`, { requiredClaims: { jti: 'text' } }],
    ['header: is no header name', { header: 'X-Api Key' }],
    ['renderError: must be a function: (answer) => ({ status, body })', { renderError: 'json' }],
    ["expiry: must be 'required' or 'optional'", { expiry: 'never' }],
    ["expiry: 'optional' needs `status`: something must say when such a token ends", { expiry: 'optional' }],
    [
      "maxLifetime: refuses the tokens without `exp` that `expiry: 'optional'` admits",
      { expiry: 'optional', status: { isActive: yes }, maxLifetime: 60 },
    ],
    ['status.isActive: must be a function: (token) => boolean', { status: { isActive: true } }],
    ['grants.resolve: must be a function: (token) => scopes', { grants: { resolve: 'a' } }],
    ['implies: is empty; leave it out', { implies: {} }],
    ['implies.admin: implies nothing; leave it out', { implies: { admin: [] } }],
    ['implies.admin[0]: is empty', { implies: { admin: [''] } }],
    ['wildcardSeparator: must be one character', { wildcardSeparator: '::' }],
    ['rfc9068: must be true or false', { rfc9068: 'yes' }],
    ['typ: cannot stand beside `rfc9068`, which asks for at+jwt', { rfc9068: true, typ: 'JWT' }],
    ['maxLifetime: must be seconds, above 0', { maxLifetime: 0 }],
    ['maxLifetime: must be seconds, above 0', { maxLifetime: '60' }],
    [`read.scopes: ${TEXTS}`, { read: { scopes: 1 } }],
    [`read.clientId: ${TEXTS}`, { read: { clientId: 1 } }],
    [`read.subject: ${TEXTS}`, { read: { subject: 1 } }],
    [`read.account: ${TEXTS}`, { read: { account: 1 } }],
  ])('in a profile: %s', (message, options) => {
    refusedBeside(profile)(message, options)
    const { message: inList } = configurationError({ tokens: [{ ...profile, ...options }] })
    expect(inList).toBe(`tokens[0].${message}`)
  })

  it.each<Mistake>([
    ['tokens: names no token profile', {}],
    ['tokens: must be of type array', { tokens: {} }],
    ['tokens[0]: must be of type object', { tokens: [null] }],
    [
      "tokens[0].issuer: must be the issuer's URL, or null to give the check up",
      { tokens: [{ audience: 'a', keys }] },
    ],
    ['tokens[1].name: is the name of another profile too; name this one', { tokens: [profile, profile] }],
    [
      'tokens[1].issuer: is that of another profile too; tell their tokens apart by `claims`',
      { tokens: [profile, { ...profile, name: 'b' }] },
    ],
  ])('in a list of profiles: %s', refusedBeside({ tokens: [] }))

  it.each<Mistake>([
    [`jwksUri: ${URL_WANTED}`, { jwksUri: 'http://issuer.example/jwks' }],
    ['jwksUri: must be of type string', { jwksUri: 1 }],
    [
      'jwksUri: cannot stand beside `keys`; say where the keys are once',
      { jwksUri: 'https://a.example', keys },
    ],
    ['keys: cannot stand beside `secret`; say where the keys are once', { secret, keys }],
    ['keySet: has no effect beside `keys`; nothing is fetched', { keys, keySet: {} }],
    ['initialKeys: has no effect beside `secret`; nothing is fetched', { secret, initialKeys: keys }],
    ['issuer: null leaves nothing to find keys by; give `jwksUri`, `keys` or `secret`', { issuer: null }],
    [
      'issuer: is no https URL (http on loopback only) to find keys by; give `jwksUri`, `keys` or `secret`',
      { issuer: 'http://issuer.example' },
    ],
    ['keys.keys: is required (array)', { keys: {} }],
    ['keys.keys: holds no key to verify with', { keys: { keys: [] } }],
    ['keys.keys[0].kty: is required; it must be of type string', { keys: { keys: [{}] } }],
    [
      'keys.keys[0]: fits none of the algorithms RS256, PS256',
      { keys: { keys: [jwk] }, algorithms: ['RS256', 'PS256'] },
    ],
    [
      'initialKeys.keys[0]: is not a public key; publish the public part only',
      { initialKeys: { keys: [{ ...jwk, d: 'AA' }] } },
    ],
    ['keys.keys[0]: is not meant for signatures ("use")', keysOf({ ...jwk, use: 'enc' })],
    ['keys.keys[0]: is not meant for verifying ("key_ops")', keysOf({ ...jwk, key_ops: ['sign'] })],
    ['keys.keys[0]: has an "ext" that is neither true nor false', keysOf({ ...jwk, ext: 1 })],
    ['keys.keys[0]: has a "kid" that is no string', keysOf({ ...jwk, kid: 1 })],
    ['keys.keys[0]: has an RSA modulus under 2048 bits', keysOf({ ...rsa, n: 'AQAB' })],
    ['keys.keys[0]: has an RSA modulus over 16384 bits', keysOf({ ...rsa, n: '_'.repeat(3000) })],
    ['keys.keys[0]: has an RSA exponent that is even or under 65537', keysOf({ ...rsa, e: 'AQ' })],
    ['secret: must be text, bytes, a non-empty array of them, or { by, find }', { secret: 1 }],
    ['secret: must be at least 32 bytes for HS256', { secret: 'short' }],
    [
      'secret: must be at least 64 bytes for HS256, HS512',
      { secret: secret.slice(0, 40), algorithms: ['HS256', 'HS512'] },
    ],
    [
      'secret: looks like a key, not a shared secret; give it as `keys`',
      { secret: `-----BEGIN PUBLIC KEY-----${secret}` },
    ],
    ['algorithms: a `secret` is for HS256, HS384 and HS512 only', { secret, algorithms: ['ES256'] }],
    ['secret.find: is required; it must be a function: (keyId) => secret', { secret: { by: 'kid' } }],
    [
      'secret: must be text, bytes, a non-empty array of them, or { by, find }',
      { secret: { by: 'x5t', find } },
    ],
    ['secret.by.claim: is empty', { secret: { by: { claim: '' }, find } }],
    [
      'secret.ttl: is no option here; check its spelling and its place',
      { secret: { by: 'kid', find, ttl: 1 } },
    ],
  ])('about keys: %s', refusedBeside(named))

  it.each<Mistake>([
    [
      "origins: must be '*', an array of origins, or { known, allows, maxAge?, timeout? }",
      { origins: 'https://app.example' },
    ],
    ['origins[0]: must be an origin, as a string; no regular expressions', { origins: [1] }],
    [`origins[0]: ${NOT_CANONICAL}`, { origins: ['https://app.example/'] }],
    [
      'origins.allows: is required; it must be a function: (origin, token) => boolean',
      { origins: { known: yes } },
    ],
    ['origins.known: is required; it must be a function: (origin) => boolean', { origins: { allows: yes } }],
    ['cors: has no effect without `origins`', { cors: {} }],
    ['cors.credentials: must be true or false', { origins: '*', cors: { credentials: 'yes' } }],
    [
      'cors.allowedHeaders: is empty; leave it out for the default',
      { origins: '*', cors: { allowedHeaders: [] } },
    ],
    [`cors.allowedHeaders[0]: ${NO_HEADER}`, { origins: '*', cors: { allowedHeaders: ['*'] } }],
    ['cors.exposedHeaders: is empty; leave it out', { origins: '*', cors: { exposedHeaders: [] } }],
    [`cors.exposedHeaders[0]: ${NO_HEADER}`, { origins: '*', cors: { exposedHeaders: ['a b'] } }],
  ])('about origins: %s', refusedBeside({ ...profile, routes: [rule] }))

  it.each<Mistake>([
    ['method: must be a string or a non-empty array of non-empty strings', { method: undefined }],
    ['method: is empty', { method: '' }],
    ['path: must be of type string', { path: 1 }],
    [`scopes: ${SCOPES}`, { scopes: ['a', 'b'] }],
    ['scopes: is no space-separated list of scopes; name at least one', { scopes: '' }],
    ['scopes.all: names no scope', { scopes: { all: [] } }],
    ['scopes.any: names no scope', { scopes: { any: [] } }],
    [
      'scopes.any[0]: must be printable ASCII without space, quote or backslash',
      { scopes: { any: ['a b'] } },
    ],
    ['scopes.anyOf: names no alternative', { scopes: { anyOf: [] } }],
    ['scopes.anyOf[1]: names no scope', { scopes: { anyOf: [['a'], []] } }],
    [`amr: ${SCOPES}`, { amr: ['otp'] }],
    ['tokens: must be a string or a non-empty array of non-empty strings', { tokens: 1 }],
    ['tokens: is empty', { tokens: [] }],
    ['tokens[0]: is empty', { tokens: [''] }],
    ["access: must be 'public' or 'optional' or 'authenticated'", { access: 'private' }],
    ['acr: must be one class or a non-empty list', { acr: 1 }],
    ['acr: is empty', { acr: [] }],
    ['acr[0]: must be printable ASCII without space, quote or backslash', { acr: ['a b'] }],
    ['maxAge: must be whole seconds', { maxAge: -1 }],
    ['maxAge: must be whole seconds', { maxAge: 1.5 }],
    ['opaque: is empty; leave it out', { opaque: [] }],
    ["opaque[0]: must be '%2f' or '%25' or ';' or '%5c'", { opaque: ['%2F'] }],
    ['match: is empty; leave it out', { match: {} }],
    ['match.id: is empty', { match: { id: '' } }],
    ['overrides: is empty', { overrides: [] }],
    ['overides: is no option here; check its spelling and its place', { overides: '/*' }],
  ])('in a rule: %s', (message, options) => {
    refusedBeside(profile)(`routes[1].${message}`, { routes: [rule, { ...rule, ...options }] })
  })
})

/** Options that are numbers, by their paths: what they count, and from where to where. */
const NUMBERS = [
  ['maxTokenLength', 'a whole number', 64, 1_048_576],
  ['tokenCache.maxEntries', 'a whole number', 1, 1_000_000],
  ['tokenCache.maxBytes', 'a whole number', 16_384, 4_294_967_296],
  ['clockTolerance', 'seconds', 0, 300],
  ['status.maxAge', 'seconds', 0, 3600],
  ['status.timeout', 'seconds', 0.01, 60],
  ['grants.maxAge', 'seconds', 0, 3600],
  ['grants.timeout', 'seconds', 0.01, 60],
  ['secret.maxAge', 'seconds', 0.1, 3600],
  ['secret.timeout', 'seconds', 0.01, 60],
  ['secret.maxEntries', 'a whole number', 1, 1_000_000],
  ['keySet.maxAge', 'seconds', 1, 86_400],
  ['keySet.staleIfError', 'seconds', 0, 604_800],
  ['keySet.cooldown', 'seconds', 0.1, 3600],
  ['keySet.retryAfter', 'seconds', 0.1, 3600],
  ['keySet.timeout', 'seconds', 0.05, 60],
  ['keySet.maxBytes', 'a whole number', 1, 16_777_216],
  ['keySet.maxKeys', 'a whole number', 1, 1000],
  ['origins.maxAge', 'seconds', 0.1, 3600],
  ['origins.timeout', 'seconds', 0.01, 60],
  ['cors.maxAge', 'whole seconds', 0, 86_400],
] as const

describe('a number', () => {
  it.each(NUMBERS)('%s is %s from %d to %d, both included', (path, unit, least, most) => {
    const whole = unit !== 'seconds'
    for (const value of [least, most, ...(whole ? [] : [most - 0.5])])
      expect(() => createResourceServer(withNumber(path, value)), String(value)).not.toThrow()
    const half = whole ? [least + 0.5] : []
    const below = least - (whole ? 1 : 0.001)
    for (const value of [below, most + 1, ...half, Number.NaN, Number.POSITIVE_INFINITY, String(most), null])
      expect(configurationError(withNumber(path, value)).message).toBe(
        `${path}: must be ${unit} from ${least} to ${most}`,
      )
  })
})

function refusedBeside(base: object): (message: string, options: object) => void {
  return (message, options) => {
    expect(configurationError({ ...base, ...options }).message).toBe(message)
  }
}

function keysOf(key: object): object {
  return { keys: { keys: [key] } }
}

/** The options of a server that could do with this number. */
function withNumber(path: string, value: unknown): Parameters<typeof createResourceServer>[0] {
  const [group = '', member] = path.split('.')
  const beside: Readonly<Record<string, object>> = {
    status: { isActive: yes },
    grants: { resolve: find },
    secret: { by: 'kid', find },
    origins: { known: yes, allows: yes },
  }
  const base = {
    ...named,
    ...(group === 'secret' || group === 'keySet' ? {} : { keys }),
    ...(group === 'cors' || group === 'origins' ? { origins: '*', routes: [rule] } : {}),
  }
  const option = member === undefined ? value : { ...beside[group], [member]: value }
  return { ...base, [group]: option } as unknown as Parameters<typeof createResourceServer>[0]
}
