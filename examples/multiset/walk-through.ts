import { bearer, type Headers, type Step, step } from '@scopegate/example-harness'
import { basic, exchange } from './exchange.ts'
import { type Multiset, ORIGINS } from './multiset.ts'
import { TOKEN_PATH } from './portal.ts'

const MAP = '/v1/vps/map'
const NO_SCOPE = '403 Insufficient scope permissions for this endpoint'
const NO_TOKEN = '401 An access token is required'
const EXPIRED = '401 The access token has expired'
const REFUSED = '403 The origin is not allowed'
const HALF_HOUR = 1800

/** The tokens of the four credentials, as headers. */
interface Bearers {
  readonly query: Headers
  readonly write: Headers
  readonly everything: Headers
  readonly foreign: Headers
}

/** The whole walk-through. */
export async function createSteps(multiset: Multiset): Promise<readonly Step[]> {
  const { portal, query, write, everything, foreign } = multiset
  const [q, w, d, f] = await Promise.all(
    [query, write, everything, foreign].map(async (credential) =>
      bearer((await exchange(portal, credential)).token),
    ),
  )
  const bearers = { query: q, write: w, everything: d, foreign: f } as Bearers
  return [
    ...exchangeSteps(multiset),
    ...scopeSteps(bearers),
    ...originSteps(bearers),
    ...(await endingSteps(multiset)),
  ]
}

function exchangeSteps({ portal: { port }, query }: Multiset): readonly Step[] {
  const ask = (what: string, headers: Headers, expected: string): Step => ({
    ...step(what, 'POST', TOKEN_PATH, headers, expected),
    port,
  })
  const wrong = basic({ clientId: query.clientId, clientSecret: query.clientId })
  return [
    ask('a credential for a token', [['Authorization', basic(query)]], '200 { token, expiresOn }'),
    ask('a wrong secret', [['Authorization', wrong]], '401 Invalid client credentials'),
    ask('no credential', [], '401 Invalid client credentials'),
  ]
}

function scopeSteps({ query, write, everything }: Bearers): readonly Step[] {
  return [
    step('no token', 'GET', MAP, [], NO_TOKEN),
    step('query: reads', 'GET', MAP, query, `200 GET ${MAP}`),
    step('query: a POST that reads', 'POST', `${MAP}/query-form`, query, `200 POST ${MAP}/query-form`),
    step('query: creates', 'POST', '/v2/vps/map', query, NO_SCOPE),
    step('query: changes', 'PUT', '/v1/vps/map-set/s1', query, NO_SCOPE),
    step('query: deletes', 'DELETE', `${MAP}/m1`, query, NO_SCOPE),
    step('write: creates', 'POST', '/v2/vps/map', write, '200 POST /v2/vps/map'),
    step('write: deletes', 'DELETE', `${MAP}/m1`, write, NO_SCOPE),
    step('delete: deletes', 'DELETE', `${MAP}/m1`, everything, `200 DELETE ${MAP}/:mapId`),
    step('no such route', 'GET', '/v1/vps/secret', everything, '403 Access to this resource is not allowed'),
  ]
}

function originSteps({ query, foreign }: Bearers): readonly Step[] {
  const from = (origin: string, headers: Headers): Headers => [...headers, ['Origin', origin]]
  const preflight: Headers = [['Access-Control-Request-Method', 'POST']]
  const { museum, mall } = ORIGINS
  return [
    step("the account's page", 'GET', MAP, from(museum, query), `200 GET ${MAP} for pages`),
    step("another account's page", 'GET', MAP, from(mall, query), REFUSED),
    step('that page, its own token', 'GET', MAP, from(mall, foreign), `200 GET ${MAP} for pages`),
    step("nobody's page", 'GET', MAP, from('https://evil.example', query), REFUSED),
    step(
      'a page under development',
      'GET',
      MAP,
      from('http://localhost:5173', query),
      `200 GET ${MAP} for pages`,
    ),
    step('a denial a page may read', 'GET', MAP, from(museum, []), `${NO_TOKEN} for pages`),
    step('a preflight', 'OPTIONS', MAP, from(mall, preflight), '204 for pages'),
  ]
}

/** With a credential of their own: the others are still to be tried by hand. */
async function endingSteps({ portal, query }: Multiset): Promise<readonly Step[]> {
  const spare = await portal.createCredential(query.account, ['query'])
  const token = bearer((await exchange(portal, spare)).token)
  const again = step(
    'which gets no new token',
    'POST',
    TOKEN_PATH,
    [['Authorization', basic(spare)]],
    '401 Invalid client credentials',
  )
  return [
    {
      ...step('a deactivated credential', 'GET', MAP, token, `200 GET ${MAP}`),
      before: async () => await portal.issuer.credentials.deactivate(spare.clientId),
    },
    { ...again, port: portal.port },
    {
      ...step('half an hour later', 'GET', MAP, token, EXPIRED),
      clockAhead: HALF_HOUR,
    },
  ]
}
