import { bearer, type Clock, type Headers, type Listening, type Step, step } from '@scopegate/example-harness'
import { ACME, ADA, type Frontegg, newAccessToken, newApiToken } from './frontegg.ts'
import { deleteToken, tokenOf } from './requests.ts'
import { signIn } from './sessions.ts'

const ORDERS = `/tenants/${ACME}/orders`
const DENIED = '403 The access token does not have the required scope'
const INVALID = '401 The access token is not valid for this API'
const WEAK = '401 A more recent or stronger authentication is required'

/** The whole walk-through; `monitored` is the same API where nothing is enforced. */
export async function createSteps(
  frontegg: Frontegg,
  monitored: Pick<Listening, 'port'>,
  clock: Clock,
): Promise<readonly Step[]> {
  const { identity } = frontegg
  const machine = await newApiToken(frontegg, undefined, { roleIds: ['reader'] })
  const handed = await newAccessToken(frontegg, undefined, { roleIds: ['reader'] })
  const token = await tokenOf(identity, machine)
  const exchanged = bearer(token)
  return [
    read('exchanged', exchanged, '200'),
    read('handed out, without an end', apiKey(handed.secret), '200'),
    read('handed out, other header', bearer(handed.secret), INVALID),
    read('exchanged, other header', apiKey(token), INVALID),
    read('both headers', [...exchanged, ...apiKey(handed.secret)], '400 More than one credential was sent'),
    step('a permission too few', 'POST', ORDERS, exchanged, DENIED),
    step(
      'another tenant',
      'GET',
      '/tenants/globex/orders',
      exchanged,
      '403 The access token is not for this resource',
    ),
    ...(await userSteps(frontegg, clock)),
    ...(await lifeSteps(frontegg, clock)),
    {
      ...step('monitor mode lets it through', 'POST', ORDERS, [], `200 POST ${TENANT_ORDERS}`),
      port: monitored.port,
    },
    {
      ...read('deleted, ten seconds later', apiKey(handed.secret), INVALID),
      before: async () => {
        await deleteToken(identity, frontegg.vendorToken, 'tenants/access-tokens/v1', handed.id)
        clock.advance(11)
      },
    },
  ]
}

const TENANT_ORDERS = '/tenants/:tenantId/orders'

function read(what: string, headers: Headers, expected: string): Step {
  return step(what, 'GET', ORDERS, headers, expected === '200' ? `200 GET ${TENANT_ORDERS}` : expected)
}

function apiKey(token: string): Headers {
  return [['X-API-KEY', token]]
}

/** A user's session: roles and permissions together, and stronger proof for what cannot be undone. */
async function userSteps({ identity }: Frontegg, clock: Clock): Promise<readonly Step[]> {
  const { sessions } = identity
  const session = { userId: ADA, tenantId: ACME, expiresAt: clock.now() + 3_600_000 }
  const authTime = Math.floor(clock.now() / 1000)
  const acr = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
  const plain = bearer(await signIn(sessions, session))
  const strong = bearer(await signIn(sessions, { ...session, acr, amr: ['mfa', 'otp'], authTime }))
  const target = `${ORDERS}/o1`
  return [
    step(
      'a role and a permission',
      'GET',
      `/tenants/${ACME}/reports`,
      plain,
      '200 GET /tenants/:tenantId/reports',
    ),
    step('deleting after a password', 'DELETE', target, plain, WEAK),
    step('after a second factor', 'DELETE', target, strong, `200 DELETE ${TENANT_ORDERS}/:orderId`),
    { ...step('six minutes later', 'DELETE', target, strong, WEAK), clockAhead: 360 },
  ]
}

/** A role that changes: at the next exchange, or within ten seconds. */
async function lifeSteps(frontegg: Frontegg, clock: Clock): Promise<readonly Step[]> {
  const { directory, deleteUser } = frontegg.identity
  const handed = apiKey((await newAccessToken(frontegg, ADA)).secret)
  const exchanged = bearer(await tokenOf(frontegg.identity, await newApiToken(frontegg, ADA)))
  return [
    read('a user`s, handed out', handed, '200'),
    {
      ...read('the user has no role any more', handed, DENIED),
      before: () => {
        directory.setUser(ADA, ACME, [])
        clock.advance(11)
      },
    },
    read('exchanged before that', exchanged, '200'),
    {
      ...read('the user is deleted', exchanged, INVALID),
      before: async () => {
        await deleteUser(ADA)
        clock.advance(11)
      },
    },
  ]
}
