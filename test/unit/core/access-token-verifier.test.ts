import { createHmac, createPublicKey } from 'node:crypto'
import {
  createFakeClock,
  createTestIssuer,
  createTestKey,
  signToken,
  type TestKey,
  type TokenPart,
} from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { createJudge, createStrictJudge, signAsIssuer } from '../../token-verdicts.ts'

const clock = createFakeClock()
const issuer = await createTestIssuer({ algorithms: ['RS256', 'ES256'], now: clock.now })
const [rsa, ec] = issuer.keys as [TestKey, TestKey]
const profile = { issuer: issuer.issuer, audience: issuer.audience, keys: issuer.jwks }
const ours = createStrictJudge(issuer, clock)
const claims = { iss: issuer.issuer, aud: issuer.audience, sub: 'me', exp: clock.now() / 1000 + 300 }
const header = { alg: rsa.algorithm, kid: rsa.kid, typ: 'at+jwt' }
const verdictOnHeader = async (more: Record<string, unknown>, key = rsa): Promise<string> =>
  await ours.verdict(await issuer.mintToken({ key, header: more }))

describe('the text of a token', () => {
  it.each<[what: string, text: string]>([
    ['a word', 'token'],
    ['two parts', 'a.b'],
    ['three dots', '...'],
    ['two dots', '..'],
    ['an empty header', '.e30.AA'],
    ['an empty payload', 'e30..AA'],
    ['an empty signature', 'e30.e30.'],
    ['four parts', 'e30.e30.AA.AA'],
    ['five parts, as encryption has', 'e30.e30.AA.AA.AA'],
    ['a million dots', '.'.repeat(8000)],
    ['padding alone', '='.repeat(8000)],
    ['one character a part', 'a.b.c'],
    ['hyphens', '---.---.---'],
    ['JSON serialisation', '{"payload":"e30"}'],
    ['an API key', 'sk_live_51H8x'],
    ['quotes', '"e30.e30.AA"'],
  ])('is not %s', async (_, text) => {
    expect(await ours.verdict(text)).toBe('401 token_malformed')
  })

  it.each(['\t', '\u00a0', '\u2003', '\u0000', '\n', '=', '+', '/', 'é', '😀', '%20', '\u212a'])(
    'never holds %j',
    async (character) => {
      const token = await issuer.mintToken()
      expect(await ours.verdict(token)).toBe('allowed')
      for (const text of [
        `${token}${character}`,
        token.replace('.', `${character}.`),
        `${token.slice(0, -1)}${character}`,
      ]) {
        expect(await ours.verdict(text)).toBe('401 token_malformed')
      }
      expect(await ours.verdict(`${character}${token}`)).toBe('401 token_malformed')
    },
  )

  it('is looked at up to its longest, and no further', async () => {
    const long = await issuer.mintToken({ claims: { pad: 'x'.repeat(5000) } })
    const judgeUpTo = (maxTokenLength: number): ReturnType<typeof createJudge> =>
      createJudge({ ...profile, maxTokenLength }, clock)
    expect(await judgeUpTo(long.length).verdict(long)).toBe('allowed')
    expect(await judgeUpTo(long.length - 1).verdict(long)).toBe('401 token_too_long')
    expect(await ours.verdict('a'.repeat(50_000_000))).toBe('401 token_too_long')
  })
})

describe('a token that waits for its key', () => {
  it('is verified by its own signature, whatever came meanwhile', async () => {
    const { verdict } = createJudge(profile, clock)
    const minting = Array.from({ length: 20 }, async (_, at) => {
      return await issuer.mintToken({ key: at % 2 === 0 ? rsa : ec, claims: { jti: `waiting ${at}` } })
    })
    const tokens = await Promise.all(minting)
    expect(await Promise.all(tokens.map(verdict))).toEqual(tokens.map(() => 'allowed'))
  })
})

describe('the JSON of a token', () => {
  const json = JSON.stringify
  const body = json(claims)
  const inside = body.slice(1)
  const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const bytes = (prefix: string, hex: string, suffix: string): Uint8Array =>
    Buffer.concat([Buffer.from(prefix), Buffer.from(hex, 'hex'), Buffer.from(suffix)])

  const malformed: [string, TokenPart][] = [
    ['an array', `[${body}]`],
    ['text', '"x"'],
    ['a number', '1'],
    ['null', 'null'],
    ['true', 'true'],
    ['nothing but a space', ' '],
    ['cut off', body.slice(0, -1)],
    ['followed by something', `${body}x`],
    ['followed by another', `${body}${body}`],
    ['a trailing comma', `${body.slice(0, -1)},}`],
    ['single quotes', body.replaceAll('"', "'")],
    ['a comment', `/**/${body}`],
    ['a byte order mark', `\ufeff${body}`],
    ['UTF-16', new Uint8Array(Buffer.from(body, 'utf16le'))],
    ['a byte that is no UTF-8', bytes('{"x":"', 'ff', `",${inside}`)],
    ['a cut UTF-8 sequence', bytes('{"x":"', 'c3', `",${inside}`)],
    ['an overlong UTF-8 sequence', bytes('{"x":"', 'c0af', `",${inside}`)],
    ['a UTF-8 surrogate', bytes('{"x":"', 'eda080', `",${inside}`)],
    ['a raw control character', `{"x":"\u0001",${inside}`],
    ['NaN', `{"x":NaN,${inside}`],
    ['a hexadecimal number', `{"x":0x1,${inside}`],
    ['a member given twice', `{"x":1,"x":1,${inside}`],
    ['a member given twice, once escaped', `{"sub":1,"\\u0073ub":"me"}`],
    ['a member given twice, further in', `{"x":[{"y":{"z":1,"z":1}}],${inside}`],
    ['`__proto__` given twice', `{"__proto__":1,"__proto__":2,${inside}`],
  ]
  const repeated: [string, TokenPart][] = ['exp', 'iss', 'aud', 'sub'].map((name) => [
    `\`${name}\` given twice`,
    `{"${name}":${json(claims[name as 'exp'])},${inside}`,
  ])

  it.each([...malformed, ...repeated])('is refused in the payload: %s', async (_, payload) => {
    expect(await ours.verdict(await signToken(rsa, header, payload))).toBe('401 token_malformed')
  })

  it.each(malformed)('is refused in the header: %s', async (_, part) => {
    expect(await ours.verdict(await signToken(rsa, part, claims))).toBe('401 token_malformed')
  })

  it.each([
    '{"alg":"none","alg":"RS256"}',
    '{"alg":"RS256","alg":"none"}',
    `{"alg":"RS256","kid":"x","kid":${json(rsa.kid)}}`,
    '{"alg":"RS256","\\u0061lg":"RS256"}',
  ])('is refused in the header: %s', async (part) => {
    expect(await ours.verdict(await signToken(rsa, part, claims))).toBe('401 token_malformed')
  })

  it('may hold a colon, a quote or a brace in text, and be spaced', async () => {
    const payload = `\n{ "a:b" : ":\\":{,\\\\", "c":"\\\\\\"", ${inside.replaceAll(':', ' : ')}\t`
    const { token } = await ours.allow(
      await signToken(rsa, header, payload.replaceAll('https : //', 'https://')),
    )
    expect(token?.claims).toMatchObject({ 'a:b': ':":{,\\', c: '\\"' })
  })

  it('may be 6,000 levels deep', async () => {
    const judge = createJudge({ ...profile, maxTokenLength: 100_000 }, clock)
    const { token } = await judge.allow(await signAsIssuer(issuer, `{"deep":${deep(6000)},${inside}`))
    let level = token?.claims.deep
    for (let i = 0; i < 5999; i++) level = (level as unknown[])[0]
    expect(level).toEqual([])
    expect(Object.isFrozen(level)).toBe(true)
    expect(await judge.verdict(await signToken(rsa, `{"deep":${deep(6000)},"alg":"x"}`, claims))).toBe(
      '401 token_algorithm',
    )
    expect(await judge.verdict(await signToken(rsa, deep(20_000), claims))).toBe('401 token_malformed')
  })

  it('may name 1,000 claims', async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`c${index}`, index]))
    const judge = createJudge({ ...profile, maxTokenLength: 100_000 }, clock)
    expect(await judge.verdict(await signAsIssuer(issuer, json({ ...many, ...claims })))).toBe('allowed')
  })

  it('that names `__proto__` gives nothing to anyone', async () => {
    const payload = `{"__proto__":{"scope":"admin","sub":"root","exp":9999999999,"account":"theirs"},${inside}`
    const { token } = await ours.allow(await signAsIssuer(issuer, payload))
    expect(token).toMatchObject({ scopes: [], subject: 'me', account: undefined, expiresAt: claims.exp })
    expect(Object.getPrototypeOf(token?.claims)).toBe(Object.prototype)
    expect({ ...token?.claims }.scope).toBeUndefined()
    const onlyThere = `{"__proto__":${body}}`
    expect(await ours.verdict(await signAsIssuer(issuer, onlyThere))).toBe('401 token_unrecognised')
    expect(await ours.verdict(await signToken(rsa, `{"__proto__":${json(header)}}`, claims))).toBe(
      '401 token_algorithm',
    )
  })
})

describe('alg', () => {
  it.each([
    'none',
    'None',
    'nOnE',
    'NONE',
    '',
    null,
    1,
    true,
    ['RS256'],
    { RS256: 1 },
    'RS256 ',
    ' RS256',
    'rs256',
    'RS255',
    'RS512',
    'HS256',
    'constructor',
    '__proto__',
    'toString',
    undefined,
  ])('%j is refused, signed or not', async (alg) => {
    expect(await verdictOnHeader({ alg })).toBe('401 token_algorithm')
    const signed = await issuer.mintToken({ key: rsa, header: { alg } })
    const unsigned = signed.slice(0, signed.lastIndexOf('.') + 1)
    expect(await ours.verdict(unsigned)).toBe('401 token_malformed')
    expect(await ours.verdict(`${unsigned}AA`)).toBe('401 token_algorithm')
  })

  it('is the one of the signature, whatever the header says', async () => {
    const ps = { ...(await createTestKey({ algorithm: 'PS256' })), kid: rsa.kid }
    expect(await ours.verdict(await issuer.mintToken({ key: ps, header: { alg: 'RS256' } }))).toBe(
      '401 token_signature',
    )
    expect(await verdictOnHeader({ alg: 'PS256' })).toBe('401 token_key_unknown')
    expect(await verdictOnHeader({ alg: 'ES256' })).toBe('401 token_key_unknown')
    expect(await verdictOnHeader({ alg: 'ES256', kid: ec.kid })).toBe('401 token_signature')
    expect(await verdictOnHeader({ alg: 'RS256', kid: rsa.kid }, ec)).toBe('401 token_signature')
  })

  const pem = createPublicKey({ key: { ...rsa.publicJwk }, format: 'jwk' })
  const spki = String(pem.export({ type: 'spki', format: 'pem' }))
  const pkcs1 = String(pem.export({ type: 'pkcs1', format: 'pem' }))
  const { kty, n, e } = rsa.publicJwk as Record<string, string>
  const serialisations: [string, string | Uint8Array][] = [
    ['PEM', spki],
    ['PEM without its last line end', spki.trimEnd()],
    ['PEM with Windows line ends', spki.replaceAll('\n', '\r\n')],
    ['PEM behind a space', ` ${spki}`],
    ['PEM behind a NUL', `\0${spki}`],
    ['PKCS #1 PEM', pkcs1],
    ['PKCS #1 PEM without its last line end', pkcs1.trimEnd()],
    ['DER', pem.export({ type: 'spki', format: 'der' })],
    ['PKCS #1 DER', pem.export({ type: 'pkcs1', format: 'der' })],
    ['base64 of DER', pem.export({ type: 'spki', format: 'der' }).toString('base64')],
    ['a JWK', JSON.stringify(rsa.publicJwk)],
    ['a bare JWK', JSON.stringify({ e, kty, n })],
    ['the key set', JSON.stringify(issuer.jwks)],
    ['the modulus as text', String(n)],
    ['the modulus', Buffer.from(String(n), 'base64url')],
    ['nothing', ''],
    ['the kid', rsa.kid],
  ]
  it.each(serialisations)(
    'HS256, HS384 or HS512 keyed with the public key, as %s, is refused',
    async (_, secret) => {
      const other = await createTestIssuer({ algorithm: 'HS256', issuer: 'https://other.example' })
      const { issuer: iss, audience, secret: theirs } = other
      const tokens = [
        profile,
        { issuer: iss, audience, secret: theirs, algorithms: ['HS256', 'HS384', 'HS512'] },
      ]
      const judges = [ours, createJudge({ tokens }, clock)]
      for (const alg of ['HS256', 'HS384', 'HS512'] as const) {
        const sign = async (input: Uint8Array): Promise<Uint8Array> =>
          createHmac(`sha${alg.slice(2)}`, secret)
            .update(input)
            .digest()
        for (const kid of [rsa.kid, undefined]) {
          const key: TestKey = { kid: '', algorithm: alg, publicJwk: undefined, secret: undefined, sign }
          const token = await issuer.mintToken({ key, header: { kid } })
          for (const judge of judges) expect(await judge.verdict(token)).toBe('401 token_algorithm')
          const crossed = await issuer.mintToken({ key, header: { kid }, claims: { iss } })
          expect(await judges[1]?.verdict(crossed)).toBe('401 token_signature')
        }
      }
    },
  )
})

describe('the header of a token', () => {
  it.each<Record<string, unknown>>([
    { crit: ['x'], x: 1 },
    { crit: ['exp'] },
    { crit: ['alg'] },
    { crit: ['cnf'] },
    { crit: ['b64'], b64: true },
    { crit: ['b64'], b64: false },
    { crit: ['b64', 'b64'], b64: true },
    { crit: [] },
    { crit: 'x' },
    { crit: null },
    { crit: {} },
    { crit: ['__proto__'] },
    { b64: true },
    { b64: false },
    { b64: null },
    { zip: 'DEF' },
    { zip: null },
    { enc: 'A128GCM' },
    { cty: 'JWT' },
    { cty: 'application/json' },
  ])('may not hold %j', async (more) => {
    expect(await verdictOnHeader(more)).toBe('401 token_header')
  })

  it.each([1, null, true, [], ['kid'], {}, 0, false])('may not hold the kid %j', async (kid) => {
    expect(await verdictOnHeader({ kid })).toBe('401 token_header')
  })

  it.each([
    '',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    "' OR 1=1 --",
    'x'.repeat(1024),
    '\u0000',
    rsa.kid.toUpperCase(),
    `${rsa.kid} `,
  ])("may hold the kid %j, which is nobody's", async (kid) => {
    expect(await verdictOnHeader({ kid })).toBe('401 token_key_unknown')
  })

  it('may not hold a kid without end', async () => {
    expect(await verdictOnHeader({ kid: 'x'.repeat(1025) })).toBe('401 token_header')
  })

  it('brings no key along', async () => {
    const own = await createTestKey({ algorithm: 'RS256' })
    const { publicJwk: jwk } = own
    for (const more of [
      { jwk },
      { jwk, kid: undefined },
      { jwk, kid: rsa.kid },
      { jku: 'https://evil.example/jwks' },
      { x5u: 'https://evil.example/cert' },
      { x5c: ['MIIB'], kid: undefined },
      { x5t: 'AAAA', 'x5t#S256': 'AAAA' },
    ]) {
      expect(await ours.verdict(await issuer.mintToken({ key: own, header: more }))).toMatch(
        /^401 token_(signature|key_unknown)$/,
      )
      expect(await verdictOnHeader({ ...more, kid: rsa.kid })).toBe('allowed')
    }
  })

  it.each<[typ: unknown, usual: boolean, strict: boolean, own: boolean]>([
    ['at+jwt', true, true, false],
    ['AT+JWT', true, true, false],
    ['At+Jwt', true, true, false],
    ['application/at+jwt', true, true, false],
    ['Application/AT+JWT', true, true, false],
    ['JWT', true, false, false],
    ['jwt', true, false, false],
    ['application/jwt', true, false, false],
    [undefined, true, false, false],
    ['service+jwt', false, false, true],
    ['application/SERVICE+jwt', false, false, true],
    ['application/application/at+jwt', false, false, false],
    ['text/at+jwt', false, false, false],
    ['at+jwt; charset=utf-8', false, false, false],
    [' at+jwt', false, false, false],
    ['at+jwt ', false, false, false],
    ['at jwt', false, false, false],
    ['at+jwt+x', false, false, false],
    ['id+jwt', false, false, false],
    ['dpop+jwt', false, false, false],
    ['logout+jwt', false, false, false],
    ['secevent+jwt', false, false, false],
    ['JOSE', false, false, false],
    ['', false, false, false],
    [null, false, false, false],
    [1, false, false, false],
    [['at+jwt'], false, false, false],
    [{}, false, false, false],
    [true, false, false, false],
  ])(
    'with typ %j: usually %s, under RFC 9068 %s, where another is asked for %s',
    async (typ, usual, strict, own) => {
      const token = await issuer.mintToken({ header: { typ } })
      const expected = (good: boolean): string => (good ? 'allowed' : '401 token_type')
      expect(await ours.verdict(token)).toBe(expected(usual))
      expect(await createJudge({ ...profile, rfc9068: true }, clock).verdict(token)).toBe(expected(strict))
      expect(await createJudge({ ...profile, typ: 'Service+JWT' }, clock).verdict(token)).toBe(expected(own))
    },
  )
})

describe('what is judged first', () => {
  it('is the signature: a forged token tells nothing of its claims', async () => {
    const forger = await createTestKey({ algorithm: 'RS256', kid: rsa.kid })
    for (const wrong of [
      {},
      { exp: 1 },
      { aud: 'x' },
      { nbf: 9e9 },
      { scope: 1 },
      { cnf: {} },
      { exp: undefined },
    ]) {
      expect(await ours.verdict(await issuer.mintToken({ key: forger, claims: wrong }))).toBe(
        '401 token_signature',
      )
    }
  })

  it('finds one changed bit, anywhere', async () => {
    const token = await issuer.mintToken({ key: ec })
    const signature = Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url')
    const signed = token.slice(0, token.lastIndexOf('.') + 1)
    for (let bit = 0; bit < signature.length * 8; bit += 7) {
      const forged = Buffer.from(signature)
      forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(await ours.verdict(`${signed}${forged.toString('base64url')}`)).toBe('401 token_signature')
    }
  })

  it('takes no signature of zeros, of another length or in another encoding', async () => {
    const signed = (await issuer.mintToken({ key: ec })).replace(/[^.]*$/, '')
    const der = Buffer.from(`30440220${'01'.repeat(32)}0220${'01'.repeat(32)}`, 'hex')
    for (const signature of [
      Buffer.alloc(64),
      Buffer.alloc(64, 0xff),
      Buffer.alloc(63),
      Buffer.alloc(65),
      Buffer.alloc(1),
      Buffer.alloc(1000),
      der,
    ]) {
      expect(await ours.verdict(`${signed}${signature.toString('base64url')}`)).toBe('401 token_signature')
    }
    for (const kid of [rsa.kid, ec.kid]) {
      expect(
        await ours.verdict(
          await issuer.mintToken({ key: { ...rsa, kid, sign: async () => new Uint8Array(256) } }),
        ),
      ).toMatch(/^401 /)
    }
  })
})
