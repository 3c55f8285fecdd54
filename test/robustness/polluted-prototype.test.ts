import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createResourceServer,
  type ResourceRequest,
  type ResourceServer,
  type RouteRule,
} from '@scopegate/core'
import { createFakeClock, createTestKey } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import type { Case } from '../conformance/case.ts'
import { CONTRACT_CASES } from '../conformance/cases-contract.ts'
import { CORS_CASES } from '../conformance/cases-cors.ts'
import { HOST_CASES, TARGET_CASES } from '../conformance/cases-targets.ts'
import { createIssuer, createServer } from '../conformance/policy.ts'
import { toRawRequest, toResourceRequest } from '../conformance/run-case.ts'
import { expectNoStrayRejections } from './stray-rejections.ts'

expectNoStrayRejections()

interface Asked {
  readonly row: Case
  readonly request: ResourceRequest
}

const clock = createFakeClock()
const issuer = await createIssuer(clock)
const stranger = (await createTestKey()).publicJwk
const table: readonly Asked[] = await Promise.all(
  [...CONTRACT_CASES, ...CORS_CASES, ...HOST_CASES, ...TARGET_CASES].map(async (row) => ({
    row,
    request: toResourceRequest(await toRawRequest(row, issuer)),
  })),
)
const denied = table.filter(({ row }) => row.expected.verdict !== 'allowed')
/** One of each sort of denial: where one is let through, so are the others. */
const sample = [...new Map(denied.map((asked) => [asked.row.expected.reason, asked])).values()]

/** What a hostile dependency would leave on `Object.prototype`, by the names that decide most: the whole table is asked. */
const DECIDING: Readonly<Record<string, readonly unknown[]>> = {
  scope: ['query write delete admin read users a b c'],
  scopes: [['query', 'admin', 'a']],
  algorithms: [['none', 'HS256', 'ES256']],
  audience: [null],
  access: ['public'],
  credentials: [['x']],
  jwk: [stranger],
  keys: [[stranger], { keys: [stranger] }],
  exp: [4_102_444_800],
  iss: [issuer.issuer],
}

/** And by others an attacker would think of, asked for one denial of each sort. */
const TEMPTING: Readonly<Record<string, readonly unknown[]>> = {
  scopes: ['query write', { any: ['a'] }],
  scp: [['query', 'write', 'admin', 'a']],
  alg: ['none', 'ES256'],
  aud: [issuer.audience],
  access: ['optional', 'authenticated'],
  credentials: [true],
  kid: [issuer.keys[0]?.kid],
  issuer: [null, 'https://evil.example'],
  type: ['plain', 'app'],
  tokens: ['app', []],
  kind: ['app'],
  origins: ['*', ['https://evil.example']],
  origin: ['https://app.example'],
  mode: ['monitor'],
  methodOverride: ['ignore', false],
  expiry: ['optional'],
  clockTolerance: [1e12],
  secret: ['a shared secret that is thirty-two bytes or more'],
  opaque: [['%2f', '%25', ';', '%5c'], 15],
  overrides: ['/users/:id', ['/*']],
  allowed: [true],
  authorization: ['Bearer a.b.c'],
}

/** The work with the name on every object; nothing but the gate may run meanwhile. */
async function polluted<Result>(name: string, value: unknown, work: () => Promise<Result>): Promise<Result> {
  Object.defineProperty(Object.prototype, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  })
  try {
    return await work()
  } finally {
    Reflect.deleteProperty(Object.prototype, name)
  }
}

/** The names of the cases that were let through, cold or warm. */
async function admitted(server: ResourceServer | undefined, asked: readonly Asked[]): Promise<string[]> {
  const names: string[] = []
  for (const { row, request } of server ? asked : []) {
    const decisions = [await server?.authorize(request), server?.authorizeNow(request)]
    if (decisions.some((decision) => decision?.allowed === true)) names.push(row.name)
  }
  return names
}

function tryCreate(): ResourceServer | undefined {
  try {
    return createServer(issuer, clock)
  } catch {
    return undefined // what cannot start lets nobody in
  }
}

/** By a server that was there before, and by one that is set up in the middle of it, also once it is over. */
async function admittedWhilePolluted(
  name: string,
  value: unknown,
  asked: readonly Asked[],
): Promise<string[]> {
  const earlier = createServer(issuer, clock)
  let late: ResourceServer | undefined
  const names = await polluted(name, value, async () => {
    late = tryCreate()
    return [...(await admitted(earlier, asked)), ...(await admitted(late, asked))]
  })
  return [...names, ...(await admitted(late, sample))]
}

const inTurn = (values: typeof DECIDING): [string, unknown][] =>
  Object.entries(values).flatMap(([name, list]) => list.map((value): [string, unknown] => [name, value]))

describe('Object.prototype', () => {
  it.each(inTurn(DECIDING))(
    'with %s as %j: no case of the table is allowed that was not',
    async (name, value) => {
      expect(await admittedWhilePolluted(name, value, denied)).toEqual([])
    },
  )

  it.each(inTurn(TEMPTING))('with %s as %j: nothing is allowed that was not', async (name, value) => {
    expect(await admittedWhilePolluted(name, value, sample)).toEqual([])
  })

  it('with any name that the source reads: nothing is allowed that was not, and nothing rejects', async () => {
    const [server, few] = [createServer(issuer, clock), sample.filter((_, index) => index % 4 === 0)]
    const failures: string[] = []
    for (const name of namesInSource()) {
      const names = await polluted(name, 'a', async () => await admitted(server, few))
      const late = await polluted(name, 'a', async () => tryCreate())
      if ([...names, ...(await admitted(late, few))].length > 0) failures.push(name)
    }
    expect(failures).toEqual([])
  })
})

describe('what makes a token a verified one', () => {
  it('is nothing that it inherits: those that were never seen are looked at', async () => {
    const allowed = table.filter(({ row }) => row.expected.verdict === 'allowed')
    const server = createServer(issuer, clock)
    const names = await polluted('accessToken', {}, async () => await admitted(server, allowed))
    expect(names).toEqual(allowed.map(({ row }) => row.name))
  })
})

/** Rules inside one another, where a rule that is not found is a hole. */
const NESTED: readonly RouteRule[] = [
  { method: '*', path: '/*', scopes: 'user' },
  { method: 'GET', path: '/users/:id', scopes: 'admin' },
  { method: 'GET', path: '/users/me', scopes: 'self', overrides: ['/users/:id', '/*'] },
  { method: 'GET', path: '/public/:page', access: 'public', overrides: '/*' },
  { method: 'GET', path: '/lists/:id/*', scopes: { all: ['read', 'write'] } },
  { method: 'POST', path: '/lists/:id/*', scopes: { any: ['read', 'write'] } },
]

/** And where no override keeps a polluted table from being set up. */
const PLAIN: readonly RouteRule[] = [
  { method: '*', path: '/users/*', scopes: 'user' },
  { method: 'GET', path: '/users/:id', scopes: 'admin' },
  { method: 'GET', path: '/public/:page', access: 'public' },
  { method: 'GET', path: '/lists/:id/*', scopes: { all: ['read', 'write'] } },
]

/** What the set-up leaves of a table's meaning, and what a request finds, by the places of arrays and the names of parts. */
const STRUCTURAL: Readonly<Record<string, readonly unknown[]>> = {
  literal: ['x', 'users', 'me', ''],
  parameter: ['id', '', {}],
  spelling: ['me', 'users'],
  ...Object.fromEntries(
    ['0', '1', '2', '3', '4', '5'].map((place) => [
      place,
      ['GET', 'DELETE', '*', 'me', { literal: 'me' }, { parameter: 'x' }, { access: 'public' }],
    ]),
  ),
  toJSON: [() => 'x', () => ({})],
}

describe('rules inside one another', () => {
  const create = (routes: readonly RouteRule[]): ResourceServer =>
    createResourceServer({
      issuer: issuer.issuer,
      audience: issuer.audience,
      keys: issuer.jwks,
      now: clock.now,
      routes,
    })
  const targets = [
    '/users/7',
    '/users/me',
    '/users/ME',
    '/public/x',
    '/PUBLIC/x',
    '/lists/1',
    '/lists/1/x',
    '/',
  ]

  const cases = inTurn(STRUCTURAL).flatMap(([name, value]) => [
    { name, value, routes: NESTED, table: 'with overrides' },
    { name, value, routes: PLAIN, table: 'without' },
  ])
  it.each(cases)(
    'with $name as $value, $table: nothing is allowed that was not',
    async ({ name, value, routes }) => {
      const granted = ['user', 'self', 'user read', 'admin', ['user'], ['admin', 'user'], ['user', 'read']]
      const tokens = await Promise.all(
        granted.map(async (scope) => await issuer.mintToken({ claims: { scope } })),
      )
      const requests = ['GET', 'POST', 'DELETE'].flatMap((method) =>
        targets.flatMap((target) =>
          [[], ...tokens.map((token) => ['Authorization', `Bearer ${token}`])].map((rawHeaders) => {
            return { method, target, rawHeaders }
          }),
        ),
      )
      const clean = create(routes)
      const verdicts = await Promise.all(requests.map(async (request) => await clean.authorize(request)))
      const refused = requests.filter((_, at) => verdicts[at]?.allowed === false)
      expect(refused.length).toBeGreaterThan(requests.length / 2)
      const letThrough = async (server: ResourceServer | undefined): Promise<string[]> => {
        const names: string[] = []
        for (const { method, target, rawHeaders } of server ? refused : []) {
          const decision = await server?.authorize({ method, target, rawHeaders })
          if (decision?.allowed === true) names.push(`${method} ${target}`)
        }
        return names
      }
      const [earlier, fresh] = [clean, create(routes)]
      let late: ResourceServer | undefined
      const names = await polluted(name, value, async () => {
        try {
          late = create(routes)
        } catch {
          late = undefined // what cannot start lets nobody in
        }
        return [...(await letThrough(earlier)), ...(await letThrough(fresh)), ...(await letThrough(late))]
      })
      expect([...names, ...(await letThrough(late))]).toEqual([])
    },
  )
})

/** Every name that the source of core reads as a property, roughly. */
function namesInSource(): readonly string[] {
  const folder = join(import.meta.dirname, '../../packages/core/src')
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'))
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
  const read = Array.from(text.matchAll(/\.([a-z]\w*)\b(?!\()/gi), ([, name]) => name as string)
  const taken = Array.from(text.matchAll(/\{([^{}()]*)\}(?:: \w+)? = |\(\{([^{}()]*)\}/g), (match) =>
    (match[1] ?? match[2] ?? '').split(',').map((part) => part.trim().split(/[:= ]/)[0] as string),
  )
  return [...new Set([...read, ...taken.flat()])].filter((name) => /^[a-z]\w*$/i.test(name) && !(name in {}))
}
