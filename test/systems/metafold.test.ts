import { createTokenManager } from '@scopegate/client'
import { createDialect } from '@scopegate/client/dialects'
import { createFetch } from '@scopegate/client/fetch'
import {
  createFakeClock,
  createTestIssuer,
  createTestKey,
  type FakeClock,
  type KeySetServer,
  signToken,
  startKeySetServer,
  type TestIssuer,
  type TestKey,
} from '@scopegate/core/testing'
import { type Api, bearer, type Headers, startGatedApis } from '@scopegate/example-harness'
import {
  codedError,
  createMetafoldServer,
  exchangeFields,
  fieldErrors,
  METAFOLD_AUDIENCE,
  METAFOLD_ROUTES,
  type Metafold,
  type MetafoldServerOptions,
  type MetafoldSettings,
  requestToken,
  startMetafold,
  TOKEN_PATH,
} from '@scopegate/example-metafold'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, askOne, type Told } from './ask.ts'
import { describeNegatives } from './negative-table.ts'
import { decode } from './signing.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => await close()))
})

interface Started extends Metafold {
  readonly clock: FakeClock
}

async function start(settings: Omit<MetafoldSettings, 'now'> = {}): Promise<Started> {
  const clock = createFakeClock()
  const metafold = await startMetafold({ ...settings, now: clock.now })
  closing.push(metafold.close)
  return { ...metafold, clock }
}

const FORM = 'application/x-www-form-urlencoded'

/** Asks the token endpoint, with a form or with JSON. */
async function exchange(
  { tenant }: Metafold,
  fields: Readonly<Record<string, string>>,
  type = FORM,
): Promise<Told> {
  const body = type === FORM ? String(new URLSearchParams(fields)) : JSON.stringify(fields)
  const headers: Headers = [['Content-Type', type]]
  return await askOne(tenant.port, { method: 'POST', target: TOKEN_PATH, headers, body })
}

/** An issuer of tokens that no real one would write, its key set, and the API on every framework. */
interface Forgery {
  readonly clock: FakeClock
  readonly issuer: TestIssuer
  readonly keySet: KeySetServer
  readonly apis: readonly Api[]
  /** The answer to `GET /projects` with a token of these claims. */
  readonly answerTo: (claims?: Readonly<Record<string, unknown>>, more?: object) => Promise<Told>
}

async function forge(settings: Partial<MetafoldServerOptions> = {}): Promise<Forgery> {
  const clock = createFakeClock()
  const issuer = await createTestIssuer({ algorithm: 'RS256', now: clock.now })
  const keySet = await startKeySetServer(issuer)
  issuer.identifyAs(`${keySet.url}/`)
  const status = { isActive: async () => true }
  const options = { issuer: issuer.issuer, status, now: clock.now, ...settings }
  const apis = await startGatedApis(() => createMetafoldServer(options), METAFOLD_ROUTES)
  closing.push(keySet.close, ...apis.map(({ close }) => close))
  const answerTo: Forgery['answerTo'] = async (claims, more) => {
    const said = { aud: METAFOLD_AUDIENCE, ...claims }
    const token = await issuer.mintToken({ scope: 'projects:read', ...more, claims: said })
    return await ask(apis, 'GET', '/projects', bearer(token))
  }
  return { clock, issuer, keySet, apis, answerTo }
}

describe('the token endpoint', () => {
  it('MF-1: takes a form or JSON with exactly this grant type and audience', async () => {
    const metafold = await start()
    const fields = exchangeFields(metafold.designer)
    for (const type of [FORM, 'application/json']) {
      expect((await exchange(metafold, fields, type)).status).toBe(200)
      const otherGrant = { ...fields, grant_type: 'password' }
      expect(await exchange(metafold, otherGrant, type)).toMatchObject({
        status: 400,
        body: { error: 'unsupported_grant_type' },
      })
      for (const audience of [
        `${METAFOLD_AUDIENCE}/`,
        'https://api.other.example',
        METAFOLD_AUDIENCE.toUpperCase(),
      ])
        expect(await exchange(metafold, { ...fields, audience }, type)).toMatchObject({
          status: 403,
          body: { error: 'access_denied' },
        })
      const { audience: _, ...withoutAudience } = fields
      expect((await exchange(metafold, withoutAudience, type)).status).toBe(400)
      expect(await exchange(metafold, { ...fields, client_secret: 'x' }, type)).toMatchObject({
        status: 401,
        body: { error: 'access_denied', error_description: 'Unauthorized' },
      })
    }
  })

  it('MF-2: replies with access_token, token_type, expires_in in seconds, and scope', async () => {
    const metafold = await start()
    const { body, headers } = await exchange(metafold, exchangeFields(metafold.reader))
    expect(body).toEqual({
      access_token: expect.stringMatching(/^ey/),
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: 'projects:read',
    })
    expect(headers['cache-control']).toBe('no-store')
  })

  it('issues tokens that say what those of Auth0 say', async () => {
    const metafold = await start()
    const token = await requestToken(metafold.tenant, metafold.reader)
    const [header, payload] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
    const { clientId } = metafold.reader
    expect(JSON.parse(header ?? '')).toMatchObject({ alg: 'RS256', kid: expect.any(String) })
    expect(JSON.parse(payload ?? '')).toMatchObject({
      iss: `${metafold.tenant.url}/`,
      sub: `${clientId}@clients`,
      azp: clientId,
      gty: 'client-credentials',
      aud: METAFOLD_AUDIENCE,
      scope: 'projects:read',
      permissions: ['projects:read'],
    })
  })
})

describe('the tokens', () => {
  it('MF-3: must name the issuer with its slash, and us among those they are for', async () => {
    const { answerTo, keySet } = await forge()
    expect((await answerTo()).status).toBe(200)
    expect((await answerTo({ aud: ['https://tenant.example/userinfo', METAFOLD_AUDIENCE] })).status).toBe(200)
    for (const claims of [
      { iss: keySet.url },
      { iss: `${keySet.url}//` },
      { aud: 'https://api.other.example' },
    ])
      expect((await answerTo(claims)).status).toBe(401)
  })

  it('MF-4: are for an audience with a slash only where that is configured', async () => {
    const withSlash = `${METAFOLD_AUDIENCE}/`
    const strict = await forge()
    expect((await strict.answerTo({ aud: withSlash })).status).toBe(401)
    const both = await forge({ audience: [METAFOLD_AUDIENCE, withSlash] })
    for (const aud of [METAFOLD_AUDIENCE, withSlash]) expect((await both.answerTo({ aud })).status).toBe(200)
  })

  it('MF-5: grant whole scopes, split on spaces, or permissions where that is configured', async () => {
    const byScope = await forge()
    for (const [scope, status] of [
      ['assets:read projects:read', 200],
      ['projects:readonly', 401],
      ['projects:rea', 401],
      ['projects:read,assets:read', 401],
      ['projects:read\tassets:read', 401],
      ['PROJECTS:READ', 401],
      ['', 401],
    ] as const)
      expect([scope, (await byScope.answerTo({ scope })).status]).toEqual([scope, status])
    const inPermissions = { scope: undefined, permissions: ['projects:read'] }
    expect((await byScope.answerTo(inPermissions)).status).toBe(401)
    const byPermissions = await forge({ grantedBy: 'permissions' })
    expect((await byPermissions.answerTo(inPermissions)).status).toBe(200)
    expect((await byPermissions.answerTo({ permissions: [] })).status).toBe(401)
  })

  it('MF-6: without the scope are answered 401 here, 403 by default, and say what is missing either way', async () => {
    const { answerTo } = await forge()
    const challenge = expect.stringContaining('error="insufficient_scope"')
    const refused = await answerTo({ scope: 'jobs:read' })
    expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': challenge } })
    expect(refused.body).toEqual({ msg: 'The access token does not have the required scope' })
    const plain = await forge({ renderError: () => ({}) })
    const byDefault = await plain.answerTo({ scope: 'jobs:read' })
    expect(byDefault).toMatchObject({ status: 403, headers: { 'www-authenticate': challenge } })
  })

  it('MF-7: end with their client at the next request, and those of other clients do not', async () => {
    const metafold = await start()
    const [gone, kept] = [metafold.reader, metafold.designer]
    const token = bearer(await requestToken(metafold.tenant, gone))
    const other = bearer(await requestToken(metafold.tenant, kept))
    for (const headers of [token, other])
      expect((await ask(metafold.apis, 'GET', '/projects', headers)).status).toBe(200)
    await metafold.tenant.issuer.credentials.delete(gone.clientId)
    const refused = await ask(metafold.apis, 'GET', '/projects', token)
    expect(refused.status).toBe(401)
    expect(refused.headers['www-authenticate']).toContain('invalid_token')
    expect((await ask(metafold.apis, 'GET', '/projects', other)).status).toBe(200)
    expect((await exchange(metafold, exchangeFields(gone))).status).toBe(401)
  })

  it('MF-10: are not taken by the key that they bring along, nor by a public key as a secret', async () => {
    const { issuer, apis } = await forge()
    const [key] = issuer.keys as [TestKey]
    const thief = await createTestKey({ algorithm: 'RS256', kid: key.kid })
    const { publicJwk: jwk } = thief
    for (const header of [{}, { jwk }, { jku: 'https://evil.example' }, { x5u: 'https://evil.example' }]) {
      const token = await issuer.mintToken({ scope: 'projects:read', key: thief, header })
      expect((await ask(apis, 'GET', '/projects', bearer(token))).status).toBe(401)
    }
    const secret = await createTestKey({ algorithm: 'HS256', kid: key.kid })
    const claims = JSON.stringify({ iss: issuer.issuer, aud: METAFOLD_AUDIENCE, sub: 'me' })
    const confused = await signToken(secret, { alg: 'HS256', kid: key.kid }, claims)
    expect((await ask(apis, 'GET', '/projects', bearer(confused))).status).toBe(401)
  })

  it('MF-14: live for a day at most, whatever they say themselves', async () => {
    const { answerTo } = await forge()
    expect((await answerTo({}, { expiresIn: 86_400 })).status).toBe(200)
    expect((await answerTo({}, { expiresIn: 86_401 })).status).toBe(401)
    expect((await answerTo({ iat: undefined })).status).toBe(401)
    expect((await answerTo({ exp: undefined })).status).toBe(401)
  })
})

describe('the keys', () => {
  const mint = async ({ issuer }: Forgery, header = {}): Promise<Headers> => {
    const claims = { aud: METAFOLD_AUDIENCE }
    return bearer(await issuer.mintToken({ scope: 'projects:read', claims, header }))
  }
  const together = async ({ apis }: Forgery, tokens: readonly Headers[]): Promise<readonly number[]> => {
    const statuses = tokens.map(async (headers) => (await ask(apis, 'GET', '/projects', headers)).status)
    return [...new Set(await Promise.all(statuses))]
  }

  it('MF-8: are fetched once for many requests with a new one, and hardly ever for made-up ones', async () => {
    const forgery = await forge()
    const { clock, issuer, keySet, apis } = forgery
    const old = await mint(forgery)
    expect(await together(forgery, [old, old, old])).toEqual([200])
    expect(keySet.requests.jwks).toBe(apis.length)
    clock.advance(31)
    const { kid } = issuer.keys[0] as TestKey
    await issuer.rotateKey()
    const fresh = await Promise.all(Array.from({ length: 10 }, async () => await mint(forgery)))
    expect(await together(forgery, fresh)).toEqual([200])
    expect(keySet.requests.jwks).toBe(2 * apis.length)
    const madeUp = await Promise.all(
      Array.from({ length: 30 }, async (_, at) => await mint(forgery, { kid: `made-up-${at}` })),
    )
    expect(await together(forgery, madeUp)).toEqual([401])
    expect(keySet.requests.jwks).toBe(2 * apis.length)
    expect(await together(forgery, [old])).toEqual([200])
    issuer.withdrawKey(kid)
    clock.advance(31)
    expect(await together(forgery, [await mint(forgery, { kid: 'made-up' })])).toEqual([401])
    expect(keySet.requests.jwks).toBe(3 * apis.length)
    expect(await together(forgery, [old])).toEqual([401])
    expect(await together(forgery, fresh)).toEqual([200])
  })

  it('MF-9: serve on while they cannot be fetched; without any, the answer is 503', async () => {
    const forgery = await forge()
    const { clock, keySet } = forgery
    expect(await together(forgery, [await mint(forgery)])).toEqual([200])
    keySet.setFault('down')
    clock.advance(601)
    expect(await together(forgery, [await mint(forgery)])).toEqual([200])
    const cold = await forge()
    cold.keySet.setFault('down')
    const unknown = await ask(cold.apis, 'GET', '/projects', await mint(cold))
    expect(unknown).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(unknown.headers['www-authenticate']).toBeUndefined()
  })

  it('MF-8: of the issuer can be revoked, and what the old one signed is refused as the set is fetched anew', async () => {
    const { tenant, apis, clock, reader } = await start()
    const stolen = await requestToken(tenant, reader)
    const { kid } = decode(stolen).header
    expect((await ask(apis, 'GET', '/projects', bearer(stolen))).status).toBe(200)
    await tenant.issuer.keys.rotate()
    await tenant.issuer.keys.revoke(String(kid))
    clock.advance(31)
    const fresh = bearer(await requestToken(tenant, reader))
    expect((await ask(apis, 'GET', '/projects', fresh)).status).toBe(200)
    clock.advance(570)
    expect((await ask(apis, 'GET', '/projects', bearer(stolen))).status).toBe(401)
    expect((await ask(apis, 'GET', '/projects', fresh)).status).toBe(200)
  })

  it('MF-8: of the issuer overlap: what the old one signed is good to its end', async () => {
    const metafold = await start()
    const { tenant, apis, clock, reader } = metafold
    const old = bearer(await requestToken(tenant, reader))
    await tenant.issuer.keys.rotate()
    const fresh = bearer(await requestToken(tenant, reader))
    for (const headers of [old, fresh])
      expect((await ask(apis, 'GET', '/projects', headers)).status).toBe(200)
    clock.advance(86_399)
    expect((await ask(apis, 'GET', '/projects', old)).status).toBe(200)
    clock.advance(6)
    expect((await ask(apis, 'GET', '/projects', old)).status).toBe(401)
  })
})

describe('the routes', () => {
  it('MF-11: let a public project be read without a token, never with a bad one, and changed by none', async () => {
    const { apis, tenant, designer, neighbour } = await start()
    const good = bearer(await requestToken(tenant, designer))
    const foreign = bearer(await requestToken(tenant, neighbour))
    const bad = bearer(`${await requestToken(tenant, designer)}x`)
    for (const target of ['/projects/lattice', '/projects/lattice/assets', '/projects/lattice/assets/a1'])
      for (const [headers, status] of [
        [[], 200],
        [good, 200],
        [foreign, 200],
        [bad, 401],
        [[...good, ...good], 400],
      ] as const)
        expect((await ask(apis, 'GET', target, headers)).status).toBe(status)
    for (const [headers, status] of [
      [[], 404],
      [foreign, 404],
      [good, 200],
    ] as const)
      expect((await ask(apis, 'GET', '/projects/bracket', headers)).status).toBe(status)
    for (const method of ['PATCH', 'DELETE'])
      expect((await ask(apis, method, '/projects/lattice')).status).toBe(401)
    expect((await ask(apis, 'POST', '/projects/lattice/jobs')).status).toBe(401)
    expect((await ask(apis, 'PATCH', '/projects/lattice', foreign)).status).toBe(404)
  })

  it('MF-12: answer errors in the one of three shapes that is chosen', async () => {
    const description = 'An access token is required'
    for (const [renderError, body] of [
      [undefined, { msg: description }],
      [fieldErrors, { errors: [{ field: 'authorization', msg: description }] }],
      [codedError, { code: 401, name: 'unauthorized', description }],
    ] as const) {
      const { apis, issuer } = await forge(renderError && { renderError })
      expect(await ask(apis, 'GET', '/projects')).toMatchObject({ status: 401, body })
      const token = await issuer.mintToken({ claims: { aud: METAFOLD_AUDIENCE } })
      const lacking = await ask(apis, 'GET', '/projects', bearer(token))
      expect(lacking.status).toBe(401)
      expect(Object.keys(lacking.body as object)).toEqual(Object.keys(body))
    }
    const { apis } = await forge({ renderError: fieldErrors })
    expect((await ask(apis, 'GET', '/projects//x')).body).toMatchObject({ errors: [{ field: 'path' }] })
  })
})

describe('the client', () => {
  const dialect = createDialect({
    request: {
      body: 'json',
      fields: { clientId: 'client_id', clientSecret: 'client_secret', audience: 'audience' },
      parameters: { grant_type: 'client_credentials' },
    },
    reply: { token: 'access_token', expiresIn: 'expires_in' },
  })

  it('MF-13: counts from the start of its request, renews a minute early, and exchanges once for all', async () => {
    const { tenant, designer, clock } = await start()
    let exchanges = 0
    const renewals: Promise<unknown>[] = []
    const tokens = createTokenManager({
      tokenEndpoint: tenant.tokenEndpoint,
      credentials: designer,
      audience: METAFOLD_AUDIENCE,
      dialect,
      refreshAhead: 60 / 86_400,
      now: clock.now,
      waitUntil: (renewal) => void renewals.push(renewal),
      fetch: async (url, init) => {
        exchanges++
        const response = await fetch(url, init)
        clock.advance(10)
        return response
      },
    })
    const [one, other] = await Promise.all([tokens.token(), tokens.token()])
    expect([one === other, exchanges]).toEqual([true, 1])
    clock.advance(86_400 - 10 - 61)
    expect([await tokens.token(), renewals.length]).toEqual([one, 0])
    clock.advance(2)
    expect([await tokens.token(), renewals.length]).toEqual([one, 1])
    await Promise.all(renewals)
    expect([(await tokens.token()) === one, exchanges]).toEqual([false, 2])
  })

  it('MF-15: takes neither a used-up licence nor a missing scope for a token to be renewed', async () => {
    const metafold = await start()
    const { tenant, apis, projects, designer, reader } = metafold
    projects.exhaust(designer.account)
    for (const [credentials, method, target, status] of [
      [designer, 'POST', '/projects/bracket/jobs', 403],
      [reader, 'PATCH', '/projects/bracket', 401],
    ] as const) {
      let exchanges = 0
      const tokens = createTokenManager({
        tokenEndpoint: tenant.tokenEndpoint,
        credentials,
        audience: METAFOLD_AUDIENCE,
        dialect,
        fetch: async (url, init) => {
          exchanges++
          return await fetch(url, init)
        },
      })
      for (const { url } of apis) {
        const response = await createFetch(tokens, { api: url })(target, { method })
        expect(response.status).toBe(status)
      }
      expect(exchanges).toBe(1)
    }
  })
})

describeNegatives('metafold', async () => {
  const clock = createFakeClock()
  const issuer = await createTestIssuer({ algorithm: 'RS256', now: clock.now })
  const keySet = await startKeySetServer(issuer)
  issuer.identifyAs(`${keySet.url}/`)
  return {
    clock,
    routes: METAFOLD_ROUTES,
    target: '/projects',
    key: issuer.keys[0] as TestKey,
    claims: {
      iss: issuer.issuer,
      sub: 'client@clients',
      azp: 'client',
      aud: ['https://tenant.example/userinfo', METAFOLD_AUDIENCE],
      scope: 'projects:read',
    },
    granting: ['scope'],
    createServer: () =>
      createMetafoldServer({ issuer: issuer.issuer, status: { isActive: async () => true }, now: clock.now }),
    close: keySet.close,
  }
})
