import type { DeniedDecision } from '@scopegate/core'
import { describe, expect, it } from 'vitest'
import { describeDecision } from '../../key-set-scenario.ts'
import { bearer, createFetching, createServer, INVALID_TOKEN } from './advisories/scene.ts'
import { ask, denied, type Headers, headerOf, issuer } from './server.ts'

const REALM = 'Bearer realm="api"'
const server = createServer()
const scoped = await issuer.mintToken({ scope: 'read' })
const plain = await issuer.mintToken()

async function refuse(line: string, headers: Headers = {}, by = server): Promise<DeniedDecision> {
  return denied(await ask(by, line, headers))
}

async function tell(line: string, headers: Headers = {}, by = server): Promise<string> {
  return describeDecision(await ask(by, line, headers))
}

/** Parameters of a challenge, each of which may be there once (RFC 9110 section 11.6.1). */
function parametersOf(challenge = ''): ReadonlyMap<string, string> {
  const list = [...challenge.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [
    name,
    value,
  ])
  const parameters = new Map(list as [string, string][])
  expect(parameters.size).toBe(list.length)
  expect(challenge).toBe(`Bearer ${list.map(([name, value]) => `${name}="${value}"`).join(', ')}`)
  return parameters
}

/** One of every sort of denial that carries a challenge. */
const challenged: readonly (readonly [status: number, line: string, headers: Headers])[] = [
  [401, 'GET /maps', {}],
  [401, 'GET /maps', bearer('a.b.c')],
  [401, 'GET /maps', bearer(await issuer.mintToken({ expiresIn: -60 }))],
  [403, 'GET /read', bearer(plain)],
  [400, 'GET /maps', { Authorization: ['Bearer a', 'Bearer b'] }],
]
/** And of every sort that carries none. */
const unchallenged: readonly (readonly [status: number, line: string, headers: Headers])[] = [
  [400, 'GET //maps', {}],
  [400, 'get /maps', {}],
  [403, 'GET /none', bearer(plain)],
  [405, 'TRACE /maps', {}],
]

describe('RFC 6750 and RFC 9110: bearer tokens and challenges', () => {
  it('B101: takes the scheme in any case, with any number of spaces, and the token text only in its canonical form', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER ', 'bEARER   ']) {
      expect(await tell('GET /maps', { Authorization: `${scheme} ${plain}` })).toBe('allowed')
    }
    for (const text of [`${plain}=`, `${plain} `, `${plain}~`, plain.replace('.', '/')]) {
      expect(await tell('GET /maps', bearer(text))).toBe('401 token_malformed')
    }
  })

  it('B102: answers no credentials, another scheme and an empty one with a bare challenge', async () => {
    for (const Authorization of [undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Negotiate', plain]) {
      const decision = await refuse('GET /maps', Authorization === undefined ? {} : { Authorization })
      expect(decision.status).toBe(401)
      expect(headerOf(decision, 'WWW-Authenticate')).toBe(REALM)
      expect(JSON.parse(decision.body)).toEqual({
        error: 'unauthorized',
        error_description: 'An access token is required',
      })
    }
  })

  it('B103: challenges 401 and a lack of scope, with a realm, each parameter once', async () => {
    for (const [status, line, headers] of challenged) {
      const decision = await refuse(line, headers)
      expect(decision.status).toBe(status)
      expect(parametersOf(headerOf(decision, 'WWW-Authenticate')).get('realm')).toBe('api')
    }
    for (const [status, line, headers] of unchallenged) {
      const decision = await refuse(line, headers)
      expect(decision.status).toBe(status)
      expect(headerOf(decision, 'WWW-Authenticate')).toBeUndefined()
    }
  })

  it('B104: answers two credentials with 400 invalid_request', async () => {
    for (const Authorization of [
      [`Bearer ${plain}`, `Bearer ${plain}`],
      `Bearer ${plain}, Bearer ${plain}`,
      'Basic a,b',
    ]) {
      const decision = await refuse('GET /maps', { Authorization })
      expect(decision.status).toBe(400)
      expect(parametersOf(headerOf(decision, 'WWW-Authenticate')).get('error')).toBe('invalid_request')
    }
    const twoPlaces = createServer({
      issuer: undefined,
      audience: undefined,
      keys: undefined,
      tokens: [
        { issuer: issuer.issuer, audience: issuer.audience, keys: issuer.jwks, name: 'bearer' },
        {
          issuer: issuer.issuer,
          audience: issuer.audience,
          keys: issuer.jwks,
          name: 'key',
          header: 'x-api-key',
        },
      ],
    })
    expect(await tell('GET /maps', { ...bearer(plain), 'X-API-Key': plain }, twoPlaces)).toBe(
      '400 ambiguous_credentials',
    )
  })

  it('B105: answers a bad token with 401 invalid_token, also where the scope lacks too, and a lack of scope with 403', async () => {
    const bad = [
      'a.b.c',
      await issuer.mintToken({ expiresIn: -60 }),
      await issuer.mintToken({ claims: { aud: 'https://other.example' } }),
      await issuer.mintToken({ header: { typ: 'secevent+jwt' } }),
    ]
    for (const token of bad) {
      const decision = await refuse('GET /read', bearer(token))
      expect(decision.status).toBe(401)
      expect(parametersOf(headerOf(decision, 'WWW-Authenticate')).get('error')).toBe('invalid_token')
    }
    const decision = await refuse('GET /read', bearer(plain))
    expect(decision.status).toBe(403)
    const parameters = parametersOf(headerOf(decision, 'WWW-Authenticate'))
    expect([parameters.get('error'), parameters.get('scope')]).toEqual(['insufficient_scope', 'read'])
    expect(await tell('GET /read', bearer(scoped))).toBe('allowed')
  })

  it('B106: looks for no token in the query', async () => {
    expect(await tell(`GET /maps?access_token=${plain}`)).toBe('401 no_credentials')
  })

  it('B107: says fixed texts in the characters the grammar allows, and nothing of the request', async () => {
    for (const [, line, headers] of [...challenged, ...unchallenged]) {
      const decision = await refuse(line, {
        ...headers,
        'User-Agent': 'reflected',
        Origin: 'https://reflected.example',
      })
      for (const value of parametersOf(headerOf(decision, 'WWW-Authenticate') ?? REALM).values()) {
        expect(value).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
      }
      expect(JSON.stringify([decision.headers, decision.body])).not.toMatch(/reflected|maps|none|eyJ/)
    }
  })

  it('B108: has exactly one challenge on every 401', async () => {
    for (const [status, line, headers] of challenged.filter(([status]) => status === 401)) {
      const decision = await refuse(line, headers)
      expect(decision.status).toBe(status)
      expect(decision.headers.set.filter(([name]) => name === 'WWW-Authenticate')).toHaveLength(1)
      expect(decision.headers.append.map(([name]) => name)).not.toContain('WWW-Authenticate')
    }
  })

  it('B109: names the methods in Allow on 405, and answers a path without a rule as one without this method', async () => {
    expect(headerOf(await refuse('TRACE /maps'), 'Allow')).toBe('GET, HEAD')
    const [unknown, otherMethod] = [await refuse('GET /none'), await refuse('POST /maps')]
    expect({ ...unknown, rule: 0 }).toEqual({ ...otherMethod, rule: 0 })
    expect((await refuse('GET /none', {}, createServer({ noRule: 404 }))).status).toBe(404)
  })

  it('B110: reads methods as they are sent, HEAD by the rules of GET, and refuses those no rule speaks of', async () => {
    expect(await tell('HEAD /maps', bearer(plain))).toBe('allowed')
    expect(await tell('HEAD /read', bearer(plain))).toBe('403 insufficient_scope')
    expect(await tell('get /maps', bearer(plain))).toBe('400 malformed_method')
    for (const method of ['QUERY', 'PROPFIND', 'OPTIONS', 'POST']) {
      expect(await tell(`${method} /maps`, bearer(plain))).toBe('403 no_rule')
    }
  })

  it('B111: keeps denials out of caches, and bodies small, typed and absent for HEAD', async () => {
    for (const [, line, headers] of [...challenged, ...unchallenged]) {
      const decision = await refuse(line, headers)
      expect(headerOf(decision, 'Cache-Control')).toBe('no-store')
      expect(headerOf(decision, 'Content-Type')).toBe('application/json')
      expect(headerOf(decision, 'X-Content-Type-Options')).toBe('nosniff')
      expect(Object.keys(JSON.parse(decision.body))).toEqual(['error', 'error_description'])
      if (line.startsWith('GET ')) expect((await refuse(line.replace('GET', 'HEAD'), headers)).body).toBe('')
    }
  })

  it('B113: denies when a source rejects or throws, and answers 503 when the keys are down', async () => {
    const down = createFetching(async () => await Promise.reject(new Error('reset')))
    const decision = await refuse('GET /maps', bearer(plain), down.server)
    expect([decision.status, headerOf(decision, 'Retry-After')]).toEqual([503, '5'])
    expect(headerOf(decision, 'WWW-Authenticate')).toBeUndefined()
    for (const isActive of [
      async () => await Promise.reject(new Error('down')),
      () => {
        throw new Error('down')
      },
      () => 'yes',
    ]) {
      expect(await tell('GET /maps', bearer(plain), createServer({ status: { isActive } }))).toBe(
        '503 status_unavailable',
      )
    }
  })

  it('B401: refuses a token that is bound to a key or a certificate as a bearer token, cold and warm', async () => {
    for (const cnf of [{ jkt: 'x' }, { 'x5t#S256': 'x' }, { unknown: 1 }, {}, null, 'x']) {
      const decision = await refuse('GET /maps', bearer(await issuer.mintToken({ claims: { cnf } })))
      expect([decision.status, decision.reason]).toEqual([401, 'token_binding'])
      expect(headerOf(decision, 'WWW-Authenticate')).toBe(INVALID_TOKEN)
    }
  })

  it('B403: takes the scheme DPoP for one it does not know', async () => {
    const decision = await refuse('GET /maps', { Authorization: `DPoP ${plain}`, DPoP: plain })
    expect([decision.status, headerOf(decision, 'WWW-Authenticate')]).toEqual([401, REALM])
  })

  it('B502: asks for a stronger or more recent sign-in in the words of RFC 9470, after the scope', async () => {
    const stepUp = createServer({
      routes: [{ method: 'GET', path: '/maps', scopes: 'read', acr: ['gold', 'platinum'], maxAge: 300 }],
    })
    const now = Math.floor(Date.now() / 1000)
    const good = { acr: 'gold', auth_time: now - 60 }
    const mint = async (claims: object): Promise<Headers> =>
      bearer(await issuer.mintToken({ scope: 'read', claims: { ...claims } }))
    expect(await tell('GET /maps', await mint(good), stepUp)).toBe('allowed')
    for (const claims of [
      { ...good, acr: 'Gold' },
      { ...good, acr: undefined },
      { ...good, auth_time: now - 600 },
      { acr: 'gold' },
    ]) {
      const decision = await refuse('GET /maps', await mint(claims), stepUp)
      const parameters = parametersOf(headerOf(decision, 'WWW-Authenticate'))
      expect(decision.status).toBe(401)
      expect(parameters.get('error')).toBe('insufficient_user_authentication')
      expect([parameters.get('acr_values'), parameters.get('max_age')]).toEqual(['gold platinum', '300'])
    }
    expect(await tell('GET /maps', bearer(plain), stepUp)).toBe('403 insufficient_scope')
  })

  it('B503: finds keys by the metadata of the configured issuer, spelled as configured, and by nothing the token says', async () => {
    const metadata = { issuer: issuer.issuer, jwks_uri: `${issuer.issuer}/keys` }
    const discover = (document: object): ReturnType<typeof createFetching> =>
      createFetching((url) => Response.json(url.endsWith('/keys') ? issuer.jwks : document), {
        jwksUri: undefined,
      })
    const good = discover(metadata)
    expect(await tell('GET /maps', bearer(plain), good.server)).toBe('allowed')
    expect(good.fetched).toEqual([
      `${issuer.issuer}/.well-known/openid-configuration`,
      `${issuer.issuer}/keys`,
    ])
    for (const wrong of [
      { issuer: `${issuer.issuer}/` },
      { issuer: undefined },
      { jwks_uri: 'http://issuer.example/keys' },
      { jwks_uri: undefined },
    ]) {
      const { server: other, fetched } = discover({ ...metadata, ...wrong })
      expect(await tell('GET /maps', bearer(plain), other)).toBe('503 key_set_unavailable')
      expect(fetched.filter((url) => url.endsWith('/keys'))).toEqual([])
      await expect(other.ready()).rejects.toThrow(/^issuer: /)
    }
  })
})
