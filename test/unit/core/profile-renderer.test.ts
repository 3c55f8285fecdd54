import {
  createResourceServer,
  type ErrorRenderer,
  type ResourceServer,
  type TokenProfileOptions,
} from '@scopegate/core'
import { createTestIssuer, type TestIssuer } from '@scopegate/core/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { configurationError, profile } from './server.ts'

const spokenBy =
  (family: string): ErrorRenderer =>
  () => ({ contentType: 'text/plain', body: family })
const shared = spokenBy('shared')

let issuer: TestIssuer
let server: ResourceServer
beforeAll(async () => {
  issuer = await createTestIssuer()
  server = createResourceServer({
    tokens: [
      family('maps', spokenBy('maps')),
      family('rooms', spokenBy('rooms')),
      family('plain'),
      family('user', shared),
      family('machine', shared),
    ],
    renderError: spokenBy('server'),
    routes: [
      { method: 'GET', path: '/maps', tokens: 'maps', scopes: 'query' },
      { method: 'GET', path: '/maps/:id', tokens: 'maps', opaque: ['%2f'] },
      { method: 'GET', path: '/maps/:id/*', access: 'public' },
      { method: 'GET', path: '/rooms', tokens: 'rooms' },
      { method: 'GET', path: '/plain', tokens: 'plain' },
      { method: 'GET', path: '/either', tokens: ['maps', 'rooms'], scopes: 'query' },
      { method: 'GET', path: '/people', tokens: ['user', 'machine'] },
      { method: 'GET', path: '/anyone', scopes: 'query' },
      { method: 'GET', path: '/both/*', tokens: ['maps', 'rooms'], scopes: 'query' },
      { method: 'GET', path: '/both/rooms', tokens: 'rooms' },
    ],
  })
})

function family(kind: string, renderError?: ErrorRenderer): TokenProfileOptions {
  return {
    kind,
    issuer: issuer.issuer,
    audience: issuer.audience,
    keys: issuer.jwks,
    claims: { type: kind },
    ...(renderError && { renderError }),
  }
}

const token = async (type: string, expiresIn = 60): Promise<string> =>
  await issuer.mintToken({ claims: { type }, expiresIn })

/** Whose words a denial is in. */
async function speaker(target: string, ...tokens: readonly string[]): Promise<string> {
  const rawHeaders = tokens.flatMap((text) => ['Authorization', `Bearer ${text}`])
  const request = { method: 'GET', target, rawHeaders: ['Host', 'x', ...rawHeaders] }
  const decision = await server.authorize(request)
  if (decision.allowed) throw new Error('nothing was denied')
  return `${decision.status} ${decision.body}`
}

describe('a denial is in the words of', () => {
  it('the family that the route takes, whatever was sent', async () => {
    expect(await speaker('/maps')).toBe('401 maps')
    expect(await speaker('/maps', 'no token')).toBe('401 maps')
    expect(await speaker('/maps', await token('maps', -60))).toBe('401 maps')
    expect(await speaker('/maps', await token('maps'))).toBe('403 maps')
    expect(await speaker('/maps', await token('rooms'))).toBe('403 maps')
    expect(await speaker('/maps', await token('rooms', -60))).toBe('401 maps')
    expect(await speaker('/maps', await token('plain'))).toBe('403 maps')
    expect(await speaker('/maps', await token('maps'), await token('maps'))).toBe('400 maps')
    expect(await speaker('/maps/a%25')).toBe('400 maps')
  })

  it('the server, where that family has none of its own', async () => {
    expect(await speaker('/plain')).toBe('401 server')
    expect(await speaker('/plain', await token('rooms'))).toBe('403 server')
    expect(await speaker('/plain', await token('rooms', -60))).toBe('401 server')
  })

  it('several families that share them', async () => {
    expect(await speaker('/people')).toBe('401 shared')
    expect(await speaker('/people', await token('machine', -60))).toBe('401 shared')
    expect(await speaker('/people', await token('maps'))).toBe('403 shared')
  })

  it("the token's family, where the route takes more than one", async () => {
    expect(await speaker('/either')).toBe('401 server')
    expect(await speaker('/either', 'no token')).toBe('401 server')
    expect(await speaker('/either', await token('maps'))).toBe('403 maps')
    expect(await speaker('/either', await token('rooms'))).toBe('403 rooms')
    expect(await speaker('/either', await token('user'))).toBe('403 shared')
    expect(await speaker('/anyone', await token('rooms', -60))).toBe('401 rooms')
    expect(await speaker('/anyone', await token('plain'))).toBe('403 server')
    expect(await speaker('/anyone')).toBe('401 server')
  })

  it('the rule that did not allow, or the first where none was asked yet', async () => {
    expect(await speaker('/both/rooms')).toBe('401 server')
    expect(await speaker('/both/rooms', await token('maps'))).toBe('403 maps')
    const allowedByFirst = await issuer.mintToken({ claims: { type: 'maps' }, scope: 'query' })
    expect(await speaker('/both/rooms', allowedByFirst)).toBe('403 rooms')
  })

  it('the server, where no rule speaks of the request', async () => {
    expect(await speaker('/unknown', await token('maps'))).toBe('403 server')
    expect(await speaker('//maps', await token('maps'))).toBe('400 server')
  })

  it('the family that a guard takes', async () => {
    const decision = await server.requiring({ tokens: 'rooms' }).authorize({
      method: 'GET',
      target: '/x',
      rawHeaders: ['Host', 'x'],
    })
    expect(decision).toMatchObject({ status: 401, body: 'rooms' })
  })
})

describe('where no rule speaks of the request, a denial is in the words of', () => {
  const unknown = async (
    profiles: readonly (ErrorRenderer | undefined)[],
    own?: ErrorRenderer,
  ): Promise<string> => {
    const { authorize } = createResourceServer({
      tokens: profiles.map((renderError, index) => family(`kind-${index}`, renderError)),
      routes: [{ method: 'GET', path: '/maps', access: 'authenticated' }],
      ...(own && { renderError: own }),
    })
    const decision = await authorize({ method: 'GET', target: '/unknown', rawHeaders: ['Host', 'x'] })
    return decision.allowed ? '' : decision.body
  }

  it('all families, where they share them', async () => {
    expect(await unknown([shared])).toBe('shared')
    expect(await unknown([shared, shared])).toBe('shared')
  })

  it('nobody in particular, where they differ', async () => {
    expect(await unknown([shared, spokenBy('other')])).toContain('"access_denied"')
    expect(await unknown([shared, undefined])).toContain('"access_denied"')
    expect(await unknown([undefined])).toContain('"access_denied"')
  })

  it('the server, where it has its own', async () => {
    expect(await unknown([shared], spokenBy('server'))).toBe('server')
    expect(await unknown([shared, spokenBy('other')], spokenBy('server'))).toBe('server')
  })
})

it('asks a renderer that several families share once for each answer', () => {
  const asked: string[] = []
  const renderError: ErrorRenderer = ({ reason }) => {
    asked.push(reason)
    return {}
  }
  createResourceServer({ tokens: [family('a', renderError), family('b', renderError)] })
  expect(new Set(asked).size).toBe(asked.length)
})

it('names the renderer that fails: that of the server, or that of a family', () => {
  const silent = (() => undefined) as never
  const refused = (options: object): string => configurationError(options).key
  expect(refused({ ...profile, renderError: silent })).toBe('renderError')
  expect(refused({ tokens: [family('a'), family('b')], renderError: silent })).toBe('renderError')
  expect(refused({ tokens: [family('a'), family('b', silent)] })).toBe('tokens[1].renderError')
})
