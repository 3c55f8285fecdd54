import { signToken, type TestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import { encode } from '../raw-tokens.ts'
import { ask, issuer } from '../server.ts'
import { bearer, createServer, expectInvalid, expectQuick, verdict } from './scene.ts'

describe('A6: resource exhaustion', () => {
  it.each([
    [
      'CVE-2024-28176, CVE-2024-28180, CVE-2025-62706: compressed',
      { alg: 'dir', enc: 'A256GCM', zip: 'DEF' },
    ],
    [
      'CVE-2022-36083, CVE-2023-52428: hashed two thousand million times',
      { alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 2e9, p2s: 'AAAA' },
    ],
  ])('%s, an encrypted token is refused unread', async (_, header) => {
    const server = createServer()
    await expectQuick(
      async () =>
        await expectInvalid(
          server,
          [encode(JSON.stringify(header)), 'AAAA', 'AAAA', 'A'.repeat(4000), 'AAAA'].join('.'),
        ),
    )
    await expectInvalid(server, await issuer.mintToken({ header: { ...header, alg: 'ES256' } }))
  })

  it.each<[what: string, text: string]>([
    ['ten million dots', '.'.repeat(10_000_000)],
    ['a segment of 10 MB', `${'A'.repeat(10_000_000)}.AAAA.AAAA`],
    ['a million equals signs', '='.repeat(1_000_000)],
    ['8 KB of dots', '.'.repeat(8192)],
    ['8 KB of hyphens', '-'.repeat(8192)],
  ])(
    'CVE-2025-30204, CVE-2025-27144, CVE-2025-22868, CVE-2025-61920, CVE-2026-48525: %s are refused by their length',
    async (_, text) => {
      const server = createServer()
      await expectQuick(async () => await expectInvalid(server, text, 'too long'))
    },
  )

  it.each<[what: string, part: string]>([
    ['arrays', '['.repeat(2500) + ']'.repeat(2500)],
    ['objects', `${'{"a":'.repeat(900)}1${'}'.repeat(900)}`],
    ['names', JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`n${at}`, at])))],
    ['a number', '9'.repeat(4000)],
  ])(
    'CVE-2025-53864: deep or large %s in a header or in claims are neither a fault nor slow',
    async (_, part) => {
      const key = issuer.keys[0] as TestKey
      const claims = { iss: issuer.issuer, aud: issuer.audience, exp: Math.floor(Date.now() / 1000) + 300 }
      const header = `{"alg":"ES256","kid":"${key.kid}"}`
      const deep = `{"x":${part},${JSON.stringify(claims).slice(1)}`
      const server = createServer()
      await expectQuick(async () => {
        await expectInvalid(
          server,
          `${encode(`{"x":${part},${header.slice(1)}`)}.${encode(JSON.stringify(claims))}.AAAA`,
        )
        const token = await signToken(key, header, deep)
        expect(await verdict(server, token)).toBe(token.length > 8192 ? '401 token_too_long' : 'allowed')
      })
    },
  )

  it.each<[what: string, target: string]>([
    ['hyphens', `/${'-'.repeat(8000)}`],
    ['slashes', '/'.repeat(8000)],
    ['segments', '/a'.repeat(4000)],
    ['escapes', `/${'%41'.repeat(2600)}`],
    ['dots', `/${'.'.repeat(8000)}`],
  ])(
    'CVE-2024-45296, CVE-2026-4867, CVE-2026-4926: 8 KB of %s are matched against 2,000 rules in no time',
    async (_, target) => {
      const routes = Array.from({ length: 2000 }, (_, at) => ({
        method: 'GET',
        path: at % 2 === 0 ? `/a/:b/:c/d${at}/:e` : `/a/:b/d${at}/*`,
        scopes: 'read',
      }))
      const server = createServer({ routes })
      const token = await issuer.mintToken()
      await expectQuick(async () => {
        expect((await ask(server, `GET ${target}`, bearer(token))).allowed).toBe(false)
      })
    },
  )
})
