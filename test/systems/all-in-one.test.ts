import { createFakeClock, type FakeClock, signToken } from '@scopegate/core/testing'
import { ROUTES_OF } from '@scopegate/example-all-in-one'
import { type AllInOne, startAllInOne } from '@scopegate/example-all-in-one/all-in-one.ts'
import { type IssuedToken, issueTokens } from '@scopegate/example-all-in-one/tokens.ts'
import { type Headers, handlerName } from '@scopegate/example-harness'
import { signApp, signManagement } from '@scopegate/example-hundredms/hundredms.ts'
import { ORIGINS } from '@scopegate/example-multiset/multiset.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, type Told } from './ask.ts'
import { decode, sharedKey } from './signing.ts'

type System = IssuedToken['system']

let clock: FakeClock
let all: AllInOne
let tokens: readonly IssuedToken[]
beforeAll(async () => {
  clock = createFakeClock()
  all = await startAllInOne(clock.now)
  tokens = await issueTokens(all, clock.now)
})
afterAll(async () => await all.close())

const SYSTEMS = Object.keys(ROUTES_OF) as System[]

/** Every route of a system, as a request that a handler would run for. */
function requestsOf(system: System): readonly (readonly [method: string, target: string])[] {
  const { room } = all.hundredms
  return ROUTES_OF[system].flatMap(({ method, path }) => {
    const named = path.replace(':roomId', room).replace(':tenantId', 'acme').replace(':projectId', 'bracket')
    return [method].flat().map((each) => [each, named.replaceAll(/:\w+/g, 'x1')] as const)
  })
}

async function askFor(request: string, headers: Headers): Promise<Told> {
  const [method = '', target = ''] = request.split(' ')
  return await ask(all.apis, method, target, headers)
}

describe.each(SYSTEMS)('E6: tokens of %s', (system) => {
  it('open their own system as they do without the others', async () => {
    for (const { opens, headers, what } of tokens.filter((token) => token.system === system)) {
      expect([what, (await askFor(opens, headers)).status]).toEqual([what, 200])
    }
  })

  it.each(SYSTEMS.filter((other) => other !== system))('open no route of %s', async (other) => {
    for (const { headers, what } of tokens.filter((token) => token.system === system)) {
      for (const [method, target] of requestsOf(other)) {
        const { status, body } = await ask(all.apis, method, target, headers)
        expect([what, method, target, status, body]).toEqual([
          what,
          method,
          target,
          expect.toSatisfy((code) => code === 401 || code === 403),
          expect.not.objectContaining({ handler: expect.anything() }),
        ])
      }
    }
  })
})

it('E6: a token that manages one of the systems opens none of their routes, its own among them', async () => {
  const headers: Headers = [['Authorization', `Bearer ${all.frontegg.vendorToken}`]]
  for (const system of SYSTEMS) {
    for (const [method, target] of requestsOf(system)) {
      const { status } = await ask(all.apis, method, target, headers)
      expect([method, target, [401, 403].includes(status)]).toEqual([method, target, true])
    }
  }
})

it('E6: no route but the public projects opens without a token', async () => {
  const opened = []
  for (const system of SYSTEMS) {
    for (const [method, target] of requestsOf(system)) {
      const { status } = await ask(all.apis, method, target)
      if (status !== 401) opened.push(`${method} ${target}`)
    }
  }
  const optional = ROUTES_OF.metafold.filter(({ access }) => access === 'optional').map(handlerName)
  expect(opened.map((request) => request.replace('bracket', ':projectId').replace('x1', ':assetId'))).toEqual(
    optional,
  )
})

it.each<[system: System, request: string, shape: readonly string[]]>([
  ['multiset', 'GET /v1/vps/map', ['error']],
  ['metafold', 'GET /user/usage', ['msg']],
  ['frontegg', 'GET /tenants/acme/orders', ['errors']],
  ['hundredms', 'GET /v2/rooms', ['code', 'message', 'details']],
])('E6: %s answers in its own words, whoever asks', async (system, request, shape) => {
  const foreign = tokens.filter((token) => token.system !== system)
  for (const headers of [
    [],
    [['Authorization', 'Bearer x']] as const,
    ...foreign.map((token) => token.headers),
  ]) {
    expect(Object.keys((await askFor(request, headers)).body as object)).toEqual(shape)
  }
})

it('E6: two tokens are refused, be they of one system or of two', async () => {
  const [map, key] = [tokens.find(({ system }) => system === 'multiset'), tokens.find(isApiKey)]
  const both = [...(map?.headers ?? []), ...(key?.headers ?? [])]
  expect(both).toHaveLength(2)
  for (const { opens } of [map, key] as const as readonly IssuedToken[]) {
    expect((await askFor(opens, both)).status).toBe(400)
  }
})

function isApiKey({ headers }: IssuedToken): boolean {
  return headers.some(([name]) => name === 'X-API-KEY')
}

it("E6: a token in another system's header opens nothing", async () => {
  for (const { headers, opens, what } of tokens) {
    const [[name, value] = ['', '']] = headers
    const moved: Headers =
      name === 'X-API-KEY'
        ? [['Authorization', `Bearer ${value}`]]
        : [['X-API-KEY', value.replace('Bearer ', '')]]
    expect([what, (await askFor(opens, moved)).status]).toEqual([what, 401])
  }
})

describe('E6: who holds the secret of one system', () => {
  const forged = async (claims: object): Promise<Headers> => {
    const { workspace } = all.hundredms
    const token = await signManagement({ workspace, now: clock.now })
    const { header, payload } = decode(token)
    const text = await signToken(sharedKey(workspace.secrets[0] ?? ''), header, { ...payload, ...claims })
    return [['Authorization', `Bearer ${text}`]]
  }

  it('gets nowhere by the names of another', async () => {
    for (const { headers, opens, what, system } of tokens.filter((token) => token.system !== 'hundredms')) {
      const [[, value = ''] = []] = headers
      const { jti: _jti, ...payload } = decode(value.replace('Bearer ', '')).payload
      const claims: Record<string, unknown> = { ...payload, access_key: all.hundredms.workspace.accessKey }
      for (const left of [[], ['type'], ['iss'], ['iss', 'type'], ['iss', 'aud', 'type']]) {
        const spread = { ...claims, ...Object.fromEntries(left.map((name) => [name, undefined])) }
        const { status } = await askFor(opens, await forged(spread))
        expect([system, what, left, [401, 403].includes(status)]).toEqual([system, what, left, true])
      }
      const { status } = await askFor(opens, await forged({ ...claims, type: 'management', iss: undefined }))
      expect([system, what, status]).toEqual([system, what, 403])
    }
  })

  it('gets nowhere by scopes and permissions that its own tokens have no use for', async () => {
    const everything = {
      scope: 'query write delete projects:read projects:write orders.read',
      permissions: ['orders.*', 'pollWrite'],
      roles: ['admin'],
      tenantId: 'acme',
      account: all.multiset.query.account,
    }
    const headers = await forged(everything)
    expect((await askFor('GET /v2/rooms', headers)).status).toBe(200)
    for (const { opens, system } of tokens.filter((token) => token.system !== 'hundredms')) {
      expect([system, (await askFor(opens, headers)).status]).toEqual([system, 403])
    }
  })
})

it('E6: pages belong to one system, and its allowlists open no other', async () => {
  const page: Headers = [['Origin', ORIGINS.museum]]
  for (const { system, what, headers, opens } of tokens) {
    const { status, headers: told } = await askFor(opens, [...headers, ...page])
    const readable = told['access-control-allow-origin'] === ORIGINS.museum
    expect([what, status, readable]).toEqual(system === 'multiset' ? [what, 200, true] : [what, 403, false])
  }
})

it('E6: an app token opens its own room alone, also behind this gate', async () => {
  const { hundredms } = all
  const token = await signApp({ workspace: hundredms.workspace, now: clock.now }, hundredms.room, 'host')
  const headers: Headers = [['Authorization', `Bearer ${token}`]]
  const statuses = []
  for (const room of [hundredms.room, hundredms.otherRoom, hundredms.foreignRoom]) {
    statuses.push((await askFor(`POST /signal/rooms/${room}/join`, headers)).status)
  }
  expect(statuses).toEqual([200, 403, 403])
})
