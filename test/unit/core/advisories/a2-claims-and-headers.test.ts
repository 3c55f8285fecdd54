import { signToken, type TestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { describeDecision } from '../../../key-set-scenario.ts'
import { writeMembers } from '../raw-tokens.ts'
import { ask, configurationError, denied, issuer, profile } from '../server.ts'
import { bearer, createServer, expectInvalid, verdict } from './scene.ts'

const { issuer: iss, audience: aud } = issuer
const now = (): number => Math.floor(Date.now() / 1000)
const key = issuer.keys[0] as TestKey

/** A payload with one claim written as it is, also what no serialiser writes. */
async function withClaim(name: string, json: string): Promise<string> {
  const members: [string, string][] = [
    ['iss', JSON.stringify(iss)],
    ['aud', JSON.stringify(aud)],
    ['exp', String(now() + 300)],
  ]
  const payload = writeMembers([...members.filter(([other]) => other !== name), [name, json]])
  return await signToken(key, { alg: 'ES256', kid: key.kid }, payload)
}

describe('A2: claims and header parameters', () => {
  it.each<[claim: string, value: unknown]>([
    ...[['https://evil.example', iss], [iss], { 0: iss }, 7, null, true, ''].map(
      (value): [string, unknown] => ['iss', value],
    ),
    ...['sub', 'jti', 'client_id'].flatMap((claim) =>
      [['a'], { a: 1 }, 7, null].map((value): [string, unknown] => [claim, value]),
    ),
    ['scope', { read: true }],
    ['scope', 7],
    ['scope', null],
  ])('CVE-2025-30144: %s of another type than text is no match: %j', async (claim, value) => {
    await expectInvalid(createServer(), await issuer.mintToken({ claims: { [claim]: value } }))
  })

  it.each<[claim: 'iss' | 'aud', value: string]>(
    (
      [
        ['iss', iss],
        ['aud', aud],
      ] as const
    ).flatMap(([claim, ours]) =>
      [
        ours.slice(0, -1),
        ours.slice(0, 8),
        ours.slice(1),
        `${ours}x`,
        `x${ours}`,
        `${ours}/`,
        `${ours} `,
        ` ${ours}`,
        ours.toUpperCase(),
        ours.replace('e', 'е'),
        `${ours}\u0301`,
      ].map((value): ['iss' | 'aud', string] => [claim, value]),
    ),
  )('CVE-2024-53861: %s is compared byte for byte: %j', async (claim, value) => {
    await expectInvalid(createServer(), await issuer.mintToken({ claims: { [claim]: value } }))
  })

  it('CVE-2024-53861: an issuer written with a combining accent is another issuer', async () => {
    const server = createServer({ issuer: 'https://\u00e9.example' })
    await expectInvalid(server, await issuer.mintToken({ claims: { iss: 'https://e\u0301.example' } }))
  })

  it.each([
    { audience: undefined },
    { issuer: undefined },
    { audience: '' },
    { audience: [] },
    { audience: null },
  ])(
    'CVE-2025-62610, CVE-2023-22482, CVE-2026-22748, GHSA-5h2m-4q8j-pqpj: a server cannot be made with %j',
    (options) => {
      expect(configurationError({ ...profile, ...options }).message).toMatch(/^(audience|issuer)/)
    },
  )

  it.each([[undefined], [[]], ['https://other.example'], [['https://other.example']]])(
    'CVE-2025-62610, CVE-2023-22482, CVE-2026-22748, GHSA-5h2m-4q8j-pqpj: the audience %j is not ours',
    async (value) => {
      await expectInvalid(createServer(), await issuer.mintToken({ claims: { aud: value } }))
    },
  )

  it.each([
    [null],
    [[]],
    [['']],
    [[null, aud]],
    [[[aud]]],
    [{ 0: aud }],
    [`${aud},https://other.example`],
    [`${aud} https://other.example`],
    [7],
    [true],
  ])('CVE-2020-26160: the audience %j skips no check', async (value) => {
    await expectInvalid(createServer(), await issuer.mintToken({ claims: { aud: value } }))
  })

  it.each(
    ['exp', 'nbf', 'iat'].flatMap((claim) =>
      [
        '-1',
        '"9999999999"',
        'null',
        'true',
        '[]',
        '{}',
        '1e999',
        '-1e999',
        '1e300',
        String(Date.now() + 300_000),
      ].map((json): [string, string] => [claim, json]),
    ),
  )('CVE-2026-44459, CVE-2026-25537: %s written as %s is no time', async (claim, json) => {
    expect(await verdict(createServer(), await withClaim(claim, json))).toBe('401 token_claim')
  })

  it.each(['0', '-0', '1.5'])(
    'CVE-2026-44459, CVE-2026-25537: exp written as %s is long past, not absent',
    async (json) => {
      expect(await verdict(createServer(), await withClaim('exp', json))).toBe('401 token_expired')
    },
  )

  it.each([() => String(now() + 60.5), () => `${now() + 60}.0`, () => `${now() + 60}e0`])(
    'CVE-2026-44459, CVE-2026-25537: a sane exp passes however it is written',
    async (json) => {
      expect(await verdict(createServer(), await withClaim('exp', json()))).toBe('allowed')
    },
  )

  it.each(['[]', '[{"exp":9999999999}]', '"x"', '1', 'null', 'true', '', '{'])(
    'fast-jwt 86e83ef: the payload %s is no set of claims',
    async (payload) => {
      await expectInvalid(createServer(), await signToken(key, { alg: 'ES256', kid: key.kid }, payload))
    },
  )

  it.each(
    [
      ['x'],
      ['cnf'],
      [],
      'x',
      null,
      ['alg'],
      ['exp'],
      ['b64'],
      ['b64', 'b64'],
      ['__proto__'],
      ['absent'],
      [1],
    ].map((crit) => ({ crit })),
  )(
    'CVE-2026-35042, CVE-2026-32597, CVE-2025-59420: critical extensions are refused: %j',
    async ({ crit }) => {
      await expectInvalid(createServer(), await issuer.mintToken({ header: { crit } }))
      await expectInvalid(
        createServer(),
        await issuer.mintToken({ header: { crit, b64: true, cnf: 'x', x: 1 } }),
      )
    },
  )

  it('CVE-2024-51744: a bad signature is all there is to say, whatever the claims', async () => {
    const server = createServer()
    const answers = await Promise.all(
      [
        {},
        { claims: { exp: 1 } },
        { claims: { iss: 'https://evil.example' } },
        { scope: '' },
        { claims: { aud: 'x' } },
        { claims: { cnf: {} } },
      ].map(async (mint) => {
        const [head, body, signature = ''] = (await issuer.mintToken({ scope: 'read', ...mint })).split('.')
        const damaged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
        const { status, headers, body: text } = denied(await ask(server, 'GET /read', bearer(damaged)))
        return JSON.stringify({ status, headers, text })
      }),
    )
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('401')
  })

  it.each([
    'read:all',
    'readwrite',
    'xread',
    'Read',
    'READ',
    'read\u0000',
    'read,write',
    'read\twrite',
    'read\u00a0',
    'rea',
    'write',
    '*',
    'read*',
  ])('CVE-2026-32716: the scope %j is not the scope read', async (scope) => {
    const token = await issuer.mintToken({ scope })
    expect(await verdict(createServer(), token, '/read')).toBe('403 insufficient_scope')
  })

  it('CVE-2026-32716: a path bound to a claim is not bound to what begins like it', async () => {
    const server = createServer({
      routes: [{ method: 'GET', path: '/home/:user', access: 'authenticated', match: { user: 'sub' } }],
    })
    const token = await issuer.mintToken({ subject: 'john' })
    expect(await verdict(server, token, '/home/john')).toBe('allowed')
    for (const user of ['johnny', 'joh', 'John', 'john%20', 'john;x']) {
      expect(describeDecision(await ask(server, `GET /home/${user}`, bearer(token)))).toMatch(
        /^(403 resource_mismatch|400 encoding)/,
      )
    }
  })

  it.each<[option: string, options: object]>([
    ...[Number.NaN, Number.POSITIVE_INFINITY, -1, '5', 1e9, null].map((value): [string, object] => [
      'clockTolerance',
      { clockTolerance: value },
    ]),
    ...[Number.NaN, 0, -1, '60'].map((value): [string, object] => ['maxLifetime', { maxLifetime: value }]),
    ['issuer', { issuer: '' }],
    ['audience', { audience: [''] }],
    ['maxTokenLength', { maxTokenLength: Number.POSITIVE_INFINITY }],
    ['tokenCache.maxEntries', { tokenCache: { maxEntries: Number.POSITIVE_INFINITY } }],
    [
      'keySet.maxAge',
      { keys: undefined, jwksUri: 'https://issuer.example/jwks', keySet: { maxAge: Number.NaN } },
    ],
    ...[Number.NaN, -1, '5', Number.POSITIVE_INFINITY].map((maxAge): [string, object] => [
      'routes[0].maxAge',
      { routes: [{ method: 'GET', path: '/', access: 'authenticated', maxAge }] },
    ]),
  ])(
    'CVE-2026-44459, fast-jwt c0fb5b8, jose b347182: an option that would disable a check is refused: %s %j',
    (option, options) => {
      expect(configurationError({ ...profile, ...options }).message.startsWith(option)).toBe(true)
    },
  )

  it.each<[option: string, options: object]>([
    ['origins[0]', { origins: [/x/g], routes: [{ method: 'GET', path: '/', access: 'public' }] }],
    ['routes[0].path', { routes: [{ method: 'GET', path: /x/y, access: 'public' }] }],
    ['routes[0].scopes', { routes: [{ method: 'GET', path: '/', scopes: /x/ }] }],
    ['audience', { audience: /x/g }],
    ['issuer', { issuer: /x/g }],
    ['typ', { typ: /x/ }],
    ['claims.a', { claims: { a: /x/ } }],
  ])('GHSA-3j8v-cgw4-2g6q, CVE-2026-35041: no option takes a regular expression: %s', (option, options) => {
    expect(configurationError({ ...profile, ...options }).message.startsWith(option)).toBe(true)
  })

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'jose 90ab09c: the required claim %s is not there because every object has it',
    async (name) => {
      await expectInvalid(createServer({ requiredClaims: [name] }), await issuer.mintToken())
    },
  )

  it.each(['/constructor', '/__proto__', '/toString', '/hasOwnProperty/x'])(
    'jose 90ab09c: no rule is found for %s because every object has it',
    async (target) => {
      expect(await verdict(createServer(), await issuer.mintToken(), target)).toBe('403 no_rule')
    },
  )
})
