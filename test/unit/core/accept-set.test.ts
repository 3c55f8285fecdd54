import type { ResourceServerOptions, SignatureAlgorithm } from '@scopegate/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRefusal } from '../../../packages/core/src/access-token.ts'
import { compileGate } from '../../../packages/core/src/gate.ts'
import {
  ALGORITHMS,
  ASYMMETRIC_ALGORITHMS,
  createSigningKeys,
  HMAC_ALGORITHMS,
  pairOf,
  publish,
  signRaw,
  writeMembers,
} from './raw-tokens.ts'
import { createStrictJose, type JoseKeys } from './strict-jose.ts'
import { classesOf, STRICTER } from './stricter-than-jose.ts'

const RUNS = Number(process.env.SCOPEGATE_RUNS ?? 2500)
const SEED = Number(process.env.SCOPEGATE_SEED ?? 20_251_120)
const TIMEOUT = 60_000 + 30 * RUNS

const ISSUER = 'https://issuer.example'
const AUDIENCE = 'https://api.example'
const NOW = Date.UTC(2026, 0, 1) + 400
const SECONDS = Math.floor(NOW / 1000)
const keys = createSigningKeys()

/** The same keys published in several ways; each way is judged by a server of its own and by jose. */
const published: Readonly<
  Record<string, { readonly keys: JoseKeys; readonly algorithms: readonly SignatureAlgorithm[] }>
> = {
  'each key bound to an algorithm': {
    keys: {
      keys: ASYMMETRIC_ALGORITHMS.map((alg) =>
        publish(keys, pairOf(alg), { alg, kid: `k-${alg}`, use: 'sig' }),
      ),
    },
    algorithms: ASYMMETRIC_ALGORITHMS,
  },
  'keys without an algorithm, two under one kid': {
    keys: {
      keys: [
        ...(['rsa', 'p256', 'p521', 'ed25519'] as const).map((name) =>
          publish(keys, name, { kid: 'shared' }),
        ),
        publish(keys, 'p256', { alg: 'ES256' }),
        publish(createSigningKeys(), 'p256', { kid: 'shared' }),
      ],
    },
    algorithms: ['RS256', 'PS384', 'ES256', 'ES512', 'EdDSA'],
  },
  'a secret': { keys: keys.secret, algorithms: HMAC_ALGORITHMS },
  'a secret for one algorithm': { keys: keys.secret, algorithms: ['HS384'] },
}

/** Both verdicts on a token, ours cold and warm. */
interface Judges {
  readonly ours: (token: string) => Promise<'accepted' | string>
  readonly jose: (token: string) => Promise<boolean>
}

let now = NOW
const judges: Readonly<Record<string, Judges>> = Object.fromEntries(
  Object.entries(published).map(([name, { keys, algorithms }]) => {
    const given = keys instanceof Uint8Array ? { secret: keys } : { keys }
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms, now: () => now, ...given }
    const { authenticator } = compileGate(options as ResourceServerOptions)
    const jose = createStrictJose(keys, { issuer: ISSUER, audience: AUDIENCE, algorithms: [...algorithms] })
    const ours = async (text: string): Promise<string> => {
      const verdicts = new Set<string>()
      for (let attempt = 0; attempt < 2; attempt++) {
        const value = `Bearer ${text}`
        const credential = { text, header: 'authorization', value, accessToken: undefined }
        const result =
          authenticator.peek(credential) ?? (await authenticator.authenticate(credential, undefined))
        verdicts.add(isRefusal(result) ? result.refused : 'accepted')
      }
      return [...verdicts].join(', then ')
    }
    return [name, { ours, jose: async (token: string) => await jose(token, now) }]
  }),
)

const HEADER: Members = [
  ['alg', ''],
  ['typ', '"at+jwt"'],
  ['kid', ''],
]
const PAYLOAD: Members = [
  ['iss', JSON.stringify(ISSUER)],
  ['aud', JSON.stringify(AUDIENCE)],
  ['sub', '"user"'],
  ['client_id', '"client"'],
  ['iat', String(SECONDS)],
  ['exp', String(SECONDS + 300)],
  ['jti', '"1"'],
  ['scope', '"read write"'],
]

type Members = readonly (readonly [name: string, json: string])[]

/** Where, what and how: `instead` replaces (or adds), `twice` adds a second member of the same name, `not` removes it. */
interface Edit {
  readonly part: 'header' | 'payload'
  readonly name: string
  readonly json: string
  readonly how: 'instead' | 'twice' | 'not'
}

/** Everything that a generated token is made of. */
interface Recipe {
  readonly published: string
  readonly algorithm: SignatureAlgorithm
  readonly signer: SignatureAlgorithm
  readonly kid: string | undefined
  readonly edits: readonly Edit[]
  readonly spoil: (text: string) => string
  readonly clock: number
}

function write(recipe: Recipe): string {
  const { algorithm, signer, kid, edits, spoil } = recipe
  const header = HEADER.map(([name, json]) => {
    if (name === 'alg') return [name, JSON.stringify(algorithm)] as const
    return [name, name === 'kid' ? JSON.stringify(kid) : json] as const
  }).filter(([, json]) => json !== undefined)
  const parts = [apply(header, 'header', edits), apply(PAYLOAD, 'payload', edits)] as const
  return spoil(signRaw(keys, signer, ...parts))
}

function apply(members: Members, part: Edit['part'], edits: readonly Edit[]): string {
  const edited = edits
    .filter((edit) => edit.part === part)
    .reduce<Members>((before, { name, json, how }) => {
      const kept = how === 'twice' ? before : before.filter(([other]) => other !== name)
      return how === 'not' ? kept : [...kept, [name, json]]
    }, members)
  return writeMembers(edited)
}

const TIMES = [
  ...['0', '-0', '-1', '-5', '1e999', '-1e999', '1e300', '1e-9', '1.5', '253402300799', '253402300800'],
  ...['"9999999999"', 'null', 'true', '[]', '{}', '""', '"never"', String(NOW), String(NOW + 300_000)],
  ...[-6, -5, -4.7, -4.6, -4, -1, 0, 0.4, 1, 4, 5, 5.3, 5.4, 5.5, 6, 299].map((offset) =>
    String(SECONDS + offset),
  ),
]
const TEXTS = [
  ...[
    'null',
    'true',
    '0',
    '""',
    '"a"',
    '[]',
    '["a"]',
    '{}',
    '[null]',
    '["a",1]',
    '"\\u0000"',
    '"\\ud800"',
    '[["a"]]',
  ],
  ...[ISSUER, AUDIENCE].flatMap((url) => [
    JSON.stringify(url),
    JSON.stringify([url]),
    JSON.stringify(['https://evil.example', url]),
    JSON.stringify([url, null]),
    JSON.stringify([[url]]),
    JSON.stringify({ 0: url }),
    JSON.stringify(`${url}/`),
    JSON.stringify(`${url} `),
    JSON.stringify(url.slice(0, -1)),
    JSON.stringify(url.toUpperCase()),
    JSON.stringify(`${url},https://other.example`),
  ]),
]
const TYPES = [
  '"JWT"',
  '"jwt"',
  '"at+JWT"',
  '"application/at+jwt"',
  '"Application/JWT"',
  '"dpop+jwt"',
  '"at+jwt;x=1"',
]
const CRITS = ['["b64"]', '["b64","b64"]', '["exp"]', '["x"]', '[]', '"b64"', 'null', '["__proto__"]', '[1]']
const ALGS = ['none', 'None', 'nOnE', 'rs256', 'RS256 ', 'HS256', 'ES256K', '', 'constructor', 'Ed448', 'dir']

const timeEdit = fc.record({
  part: fc.constant('payload' as const),
  name: fc.constantFrom('exp', 'nbf', 'iat'),
  json: fc.constantFrom(...TIMES),
})
const claimEdit = fc.record({
  part: fc.constant('payload' as const),
  name: fc.constantFrom(
    'iss',
    'aud',
    'sub',
    'jti',
    'client_id',
    'azp',
    'scope',
    'scp',
    'cnf',
    '__proto__',
    'x',
  ),
  json: fc.constantFrom(...TEXTS),
})
const parameterEdit = fc.oneof(
  fc.record({ name: fc.constant('typ'), json: fc.constantFrom(...TYPES, ...TEXTS) }),
  fc.record({ name: fc.constant('crit'), json: fc.constantFrom(...CRITS) }),
  fc.record({ name: fc.constant('b64'), json: fc.constantFrom('true', 'false', 'null', '"false"') }),
  fc.record({
    name: fc.constant('alg'),
    json: fc.oneof(
      fc.constantFrom(...ALGS.map((alg) => JSON.stringify(alg))),
      fc.constantFrom('null', '1', '["RS256"]'),
    ),
  }),
  fc.record({
    name: fc.constantFrom(
      'kid',
      'cty',
      'zip',
      'enc',
      'jku',
      'x5u',
      'x5c',
      'x5t',
      'jwk',
      'epk',
      'p2c',
      '__proto__',
    ),
    json: fc.constantFrom(...TEXTS, '"DEF"', JSON.stringify(publish(keys, 'p256'))),
  }),
)
const edit: fc.Arbitrary<Edit> = fc
  .tuple(
    fc.oneof(
      timeEdit,
      claimEdit,
      parameterEdit.map((parameter) => ({ part: 'header' as const, ...parameter })),
    ),
    fc.constantFrom(
      'instead' as const,
      'instead' as const,
      'instead' as const,
      'twice' as const,
      'not' as const,
    ),
  )
  .map(([what, how]) => ({ ...what, how }))

/** What may happen to a text on its way: the aliases of one token, and damage. */
const spoils: Readonly<Record<string, (text: string, at: number) => string>> = {
  'a padding': (text) => `${text}==`,
  'a white space': (text, at) => text.slice(0, at) + ' \n\t\r'.charAt(at & 3) + text.slice(at),
  'other trailing bits': (text) => withTrailingBits(text, text.length - 1),
  'other trailing bits in the payload': (text) => withTrailingBits(text, text.lastIndexOf('.') - 1),
  'another alphabet': (text) => text.replaceAll('-', '+').replaceAll('_', '/'),
  'a fourth segment': (text) => `${text}.AAAA`,
  'an empty signature': (text) => text.slice(0, text.lastIndexOf('.') + 1),
  'no signature': (text) => text.slice(0, text.lastIndexOf('.')),
  'an empty payload': (text) => text.replace(/\.[^.]*\./, '..'),
  'a character replaced': (text, at) => `${text.slice(0, at)}A${text.slice(at + 1)}`,
  'a character removed': (text, at) => text.slice(0, at) + text.slice(at + 1),
  'a character added': (text, at) => `${text.slice(0, at)}A${text.slice(at)}`,
  'a character of two bytes': (text, at) => `${text.slice(0, at)}é${text.slice(at + 1)}`,
  'half of it': (text, at) => text.slice(0, at),
  'more of it': (text) => text + text.slice(text.lastIndexOf('.') + 1),
  quotes: (text) => `"${text}"`,
}

function withTrailingBits(text: string, at: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return text.slice(0, at) + alphabet[alphabet.indexOf(text.charAt(at)) ^ 1] + text.slice(at + 1)
}

const spoil = fc
  .tuple(fc.constantFrom(...Object.values(spoils)), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(
    ([change, place]) =>
      (text: string) =>
        change(text, Math.floor(place * (text.length - 1))),
  )
const untouched = fc.constant((text: string) => text)

const recipe: fc.Arbitrary<Recipe> = fc
  .record({
    published: fc.constantFrom(...Object.keys(published)),
    crossed: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(...ALGORITHMS) },
    ),
    kid: fc.oneof(
      { weight: 4, arbitrary: fc.constant('right') },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          'k-ES256',
          'k-RS256',
          'shared',
          'unknown',
          '__proto__',
          'x'.repeat(1025),
          undefined,
        ),
      },
    ),
    edits: fc.array(edit, { maxLength: 2 }),
    spoil: fc.oneof({ weight: 3, arbitrary: untouched }, { weight: 1, arbitrary: spoil }),
    clock: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(-400, 300, 599, 299_600, 304_600, 305_000) },
    ),
  })
  .chain(({ crossed, ...rest }) =>
    fc.constantFrom(...algorithmsOf(rest.published)).map((algorithm) => ({
      ...rest,
      algorithm,
      signer: crossed ?? algorithm,
      kid:
        rest.kid === 'right' ? (rest.published.startsWith('each') ? `k-${algorithm}` : 'shared') : rest.kid,
    })),
  )

/** Mostly those a server takes, and all others too. */
function algorithmsOf(name: string): readonly SignatureAlgorithm[] {
  const own = published[name]?.algorithms ?? []
  return [...own, ...own, ...own, ...ALGORITHMS]
}

describe('the set of accepted tokens', () => {
  it('is never wider than that of jose under strict options, and narrower only as listed', {
    timeout: TIMEOUT,
  }, async () => {
    const met = { accepted: 0, stricter: new Map<string, number>(), refused: 0 }
    await fc.assert(
      fc.asyncProperty(recipe, async (made) => {
        now = NOW + made.clock
        const text = write(made)
        const { ours, jose } = judges[made.published] as Judges
        const verdict = await ours(text)
        const accepted = await jose(text)
        const classes = classesOf(text, now)
        if (verdict === 'accepted') expect(accepted, `${text} is refused by jose`).toBe(true)
        else if (accepted) expect(classes, `${text} is refused as ${verdict}`).not.toEqual([])
        if (classes.length > 0) expect(verdict, `${text} is ${classes}`).not.toBe('accepted')
        if (verdict === 'accepted') met.accepted++
        else if (!accepted) met.refused++
        else for (const name of classes) met.stricter.set(name, (met.stricter.get(name) ?? 0) + 1)
      }),
      { numRuns: RUNS, seed: SEED },
    )
    // A generator that only makes garbage proves nothing.
    expect(met.accepted).toBeGreaterThan(RUNS / 10)
    expect(met.refused).toBeGreaterThan(RUNS / 10)
    expect(met.stricter.size).toBeGreaterThan(8)
  })

  it.each(Object.keys(published))('takes a plain token for %s', async (name) => {
    for (const algorithm of published[name]?.algorithms ?? []) {
      const kid = name.startsWith('each') ? `k-${algorithm}` : 'shared'
      const text = write({ ...PLAIN, published: name, algorithm, signer: algorithm, kid })
      expect(await judges[name]?.ours(text), algorithm).toBe('accepted')
      expect(await judges[name]?.jose(text), algorithm).toBe(true)
    }
  })
})

const SHOWN = 'each key bound to an algorithm'
const PLAIN: Recipe = {
  published: SHOWN,
  algorithm: 'ES256',
  signer: 'ES256',
  kid: 'k-ES256',
  edits: [],
  spoil: (text) => text,
  clock: 0,
}

const inHeader = (name: string, json: string): Partial<Recipe> => ({
  edits: [{ part: 'header', name, json, how: 'instead' }],
})
const inPayload = (name: string, json: string): Partial<Recipe> => ({
  edits: [{ part: 'payload', name, json, how: 'instead' }],
})
const signedAs = (header: string, payload: string): Partial<Recipe> => ({
  spoil: () => signRaw(keys, 'ES256', header, payload),
})
const plainHeader = '{"alg":"ES256","kid":"k-ES256"}'

/** For each class tokens that are in it and in no other, and the reason they are refused for. */
const WITNESSES: Readonly<Record<string, readonly (readonly [reason: string, made: Partial<Recipe>])[]>> = {
  'non-canonical base64url': [
    ['token_malformed', { spoil: (text) => `${text}==` }],
    ['token_malformed', { spoil: (text) => `${text} ` }],
    ['token_malformed', { spoil: (text) => `${text.slice(0, -3)}\n${text.slice(-3)}` }],
    ['token_malformed', { spoil: (text) => withTrailingBits(text, text.length - 1) }],
  ],
  'over-long text': [['token_too_long', inPayload('x', JSON.stringify('x'.repeat(7000)))]],
  'byte order mark': [
    ['token_malformed', signedAs(`\ufeff${plainHeader}`, writeMembers(PAYLOAD))],
    ['token_malformed', signedAs(plainHeader, `\ufeff${writeMembers(PAYLOAD)}`)],
  ],
  'member given twice': [
    ['token_malformed', signedAs('{"alg":"none","alg":"ES256","kid":"k-ES256"}', writeMembers(PAYLOAD))],
    ['token_malformed', signedAs(plainHeader, writeMembers([['exp', '1'], ...PAYLOAD]))],
    ['token_malformed', inPayload('x', '{"a":1,"\\u0061":2}')],
  ],
  'crit, b64, enc, zip or cty': [
    [
      'token_header',
      signedAs('{"alg":"ES256","kid":"k-ES256","b64":true,"crit":["b64"]}', writeMembers(PAYLOAD)),
    ],
    ['token_header', inHeader('b64', 'true')],
    ['token_header', inHeader('b64', 'false')],
    ['token_header', inHeader('zip', '"DEF"')],
    ['token_header', inHeader('enc', '"A256GCM"')],
    ['token_header', inHeader('cty', '"JWT"')],
  ],
  'foreign typ': [
    ['token_type', inHeader('typ', '"dpop+jwt"')],
    ['token_type', inHeader('typ', '"id_token"')],
    ['token_type', inHeader('typ', 'null')],
    ['token_type', inHeader('typ', '"at+jwt;charset=utf-8"')],
  ],
  'kid that is no text or over-long': [],
  'audience list with something else than text': [
    ['token_audience', inPayload('aud', JSON.stringify([null, AUDIENCE]))],
    ['token_audience', inPayload('aud', JSON.stringify([AUDIENCE, { a: 1 }]))],
  ],
  'sub, jti, client_id or azp that is no text': [
    ['token_claim', inPayload('sub', '1')],
    ['token_claim', inPayload('jti', '["1"]')],
    ['token_claim', inPayload('client_id', '{}')],
    ['token_claim', inPayload('azp', 'null')],
  ],
  'NumericDate out of range': [
    ['token_claim', inPayload('exp', '1e999')],
    ['token_claim', inPayload('exp', String(NOW))],
    ['token_claim', inPayload('nbf', '-1e999')],
    ['token_claim', inPayload('iat', '-5')],
  ],
  'issued in the future': [['token_not_yet_valid', inPayload('iat', String(SECONDS + 60))]],
  'expired within this second': [['token_expired', inPayload('exp', String(SECONDS - 4.7))]],
  cnf: [
    ['token_binding', inPayload('cnf', '{"jkt":"x"}')],
    ['token_binding', inPayload('cnf', 'null')],
  ],
  'scopes that are neither text nor a list of texts': [
    ['token_claim', inPayload('scope', '{"read":true}')],
    ['token_claim', inPayload('scope', '["read",1]')],
    ['token_claim', inPayload('scope', 'null')],
  ],
}

describe('a token that jose accepts and Scopegate refuses', () => {
  it('belongs to a class that is on the list', () => {
    expect(Object.keys(WITNESSES)).toEqual(Object.keys(STRICTER))
  })

  it.each(
    Object.entries(WITNESSES).flatMap(([name, list]) =>
      list.map(([reason, made], nth) => [name, nth + 1, reason, made] as const),
    ),
  )('%s (%i): %s', async (name, _, reason, made) => {
    now = NOW
    const text = write({ ...PLAIN, ...made })
    expect(classesOf(text, now)).toEqual([name])
    expect(await judges[SHOWN]?.jose(text)).toBe(true)
    expect(await judges[SHOWN]?.ours(text)).toBe(reason)
  })

  // jose refuses such a `kid` too where it chooses a key of a set by it; with a secret it never looks at it.
  it.each([['7'], ['null'], ['["k"]'], [JSON.stringify('k'.repeat(1025))]])(
    'kid that is no text or over-long: case %# with a secret',
    async (json) => {
      now = NOW
      const text = write({
        ...PLAIN,
        algorithm: 'HS384',
        signer: 'HS384',
        kid: undefined,
        ...inHeader('kid', json),
      })
      expect(classesOf(text, now)).toEqual(['kid that is no text or over-long'])
      expect(await judges['a secret']?.jose(text)).toBe(true)
      expect(await judges['a secret']?.ours(text)).toBe('token_header')
    },
  )
})

describe('the moment a token begins', () => {
  // jose judges by whole seconds: 5.4 seconds ahead is beyond its tolerance of 5 until the next second has begun.
  it.each([
    [NOW, 'token_not_yet_valid', false],
    [NOW + 599, 'token_not_yet_valid', false],
    [NOW + 600, 'accepted', true],
  ])('at %i, is never earlier than with jose', async (at, ours, jose) => {
    now = at
    const text = write({ ...PLAIN, ...inPayload('nbf', String(SECONDS + 5.4)) })
    expect(await judges[SHOWN]?.ours(text)).toBe(ours)
    expect(await judges[SHOWN]?.jose(text)).toBe(jose)
  })
})
