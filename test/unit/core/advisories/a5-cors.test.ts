import type { AuthorizationDecision } from '@scopegate/core'
import { describe, expect, it } from 'vitest'
import { ask, configurationError, type Headers, headerOf, issuer, profile } from '../server.ts'
import { bearer, createServer, expectQuick } from './scene.ts'

const ORIGIN = 'https://app.example'
const PREFLIGHT = { Origin: ORIGIN, 'Access-Control-Request-Method': 'GET' }
const routes = [{ method: 'GET', path: '/maps', access: 'authenticated' as const }]
const server = createServer({ origins: [ORIGIN], cors: { credentials: true } })
const token = await issuer.mintToken({ scope: 'read' })

const corsOf = ({ headers }: AuthorizationDecision): readonly string[] =>
  headers.set.map(([name]) => name).filter((name) => name.startsWith('Access-Control-'))

describe('A5: CORS', () => {
  it.each<[option: string, options: object]>([
    ['cors', { cors: { credentials: true } }],
    ['origins', { origins: '*', cors: { credentials: true } }],
    ['origins', { origins: ['*'], cors: { credentials: true } }],
    ['origins', { origins: ['null'], cors: { credentials: true } }],
    ['origins', { origins: ['*'] }],
    ['origins', { origins: true }],
  ])('CVE-2026-54290, CVE-2023-49803, CVE-2024-25124: %s %j is refused at set-up', (option, options) => {
    expect(configurationError({ ...profile, routes, ...options }).message.startsWith(option)).toBe(true)
  })

  it('CVE-2026-54290, CVE-2023-49803, CVE-2024-25124: an unknown origin is told nothing', async () => {
    const Origin = 'https://evil.example'
    for (const [line, headers] of [
      ['GET /maps', bearer(token)],
      ['GET /maps', {}],
      ['GET /none', {}],
      ['OPTIONS /maps', { ...PREFLIGHT }],
    ] as [string, Headers][]) {
      expect(corsOf(await ask(server, line, { ...headers, Origin }))).toEqual([])
    }
  })

  it.each<[what: string, text: (size: number) => string]>([
    ['spaces', (size) => ' '.repeat(size)],
    ['commas', (size) => ','.repeat(size)],
    ['names', (size) => 'a,'.repeat(size / 2)],
    ['tabs and commas', (size) => '\t,'.repeat(size / 2)],
  ])(
    'CVE-2026-69207, GHSA-mh55-gqvf-xfwm, GHSA-vh9x-phq6-fx54: 15 KB of %s in Access-Control-Request-Headers cost nothing',
    async (_, text) => {
      const asked = { ...PREFLIGHT, 'Access-Control-Request-Headers': [text(15_000), text(15_000)] }
      await expectQuick(async () => {
        const decision = await ask(server, 'OPTIONS /maps', asked)
        expect(decision).toEqual(await ask(server, 'OPTIONS /maps', PREFLIGHT))
      })
    },
  )

  it('GHSA-q7jf-gf43-6x6p, hono 8bf03c37: Vary is appended, never copied from the request nor set', async () => {
    for (const [line, headers, names] of [
      ['GET /maps', { ...bearer(token), Origin: ORIGIN }, 'Origin'],
      ['GET /maps', bearer(token), 'Origin'],
      ['GET /maps', {}, 'Origin'],
      ['GET /read', { Origin: ORIGIN }, 'Origin'],
      ['GET /none', {}, 'Origin'],
      ['OPTIONS /maps', PREFLIGHT, 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'],
    ] as [string, Headers, string][]) {
      const decision = await ask(server, line, { ...headers, Vary: 'X-Evil' })
      expect(decision.headers.append, line).toEqual([['Vary', names]])
      expect(headerOf(decision, 'Vary')).toBeUndefined()
    }
  })

  it.each([
    'https://app.example.evil.example',
    'https://evilapp.example',
    'https://app.example:443',
    'http://app.example',
    'HTTPS://app.example',
    'https://APP.example',
    'https://app.example/',
    'https://app.example.',
    'https://app.example ',
    ' https://app.example',
    'https://app.example\u0000',
    'https:app.example',
    'https://app。example',
    'https://user@app.example',
    'https://app.example#',
    'https://app.example\\',
    'https://app.example\t',
    'null',
    'NULL',
    '',
    'file://',
    'chrome-extension://abc',
    `https://${'a'.repeat(8000)}.example`,
  ])(
    'CVE-2024-6844, CVE-2024-6839, CVE-2024-6866, CVE-2020-25032, CVE-2019-25211: the origin %.40j is not the one that is listed',
    async (Origin) => {
      const decision = await ask(server, 'GET /maps', { ...bearer(token), Origin })
      expect(decision.allowed).toBe(false)
      expect(corsOf(decision)).toEqual([])
      expect(corsOf(await ask(server, 'OPTIONS /maps', { ...PREFLIGHT, Origin }))).toEqual([])
    },
  )

  it.each([
    'https://app.example/',
    'https://app.example:443',
    'HTTPS://app.example',
    'https://App.example',
    'https://é.example',
    'https://*.example',
    'app.example',
    'ws://app.example:80',
    'chrome-extension://ABC',
    'ftp://%e2%98%83',
    '',
  ])(
    'CVE-2024-6844, CVE-2024-6839, CVE-2024-6866, CVE-2020-25032, CVE-2019-25211: %j cannot be listed',
    (origin) => {
      expect(configurationError({ ...profile, routes, origins: [origin] }).message).toMatch(/^origins/)
    },
  )

  it('CVE-2024-6844, CVE-2024-6839, CVE-2024-6866: private networks are opened to nobody', async () => {
    const asked = { ...PREFLIGHT, 'Access-Control-Request-Private-Network': 'true' }
    expect(await ask(server, 'OPTIONS /maps', asked)).toEqual(await ask(server, 'OPTIONS /maps', PREFLIGHT))
    expect(
      headerOf(await ask(server, 'OPTIONS /maps', asked), 'Access-Control-Allow-Private-Network'),
    ).toBeUndefined()
  })
})
