import { bearer, type Step, step } from '@scopegate/example-harness'
import { TOKEN_PATH } from './issuer.ts'
import type { Metafold } from './metafold.ts'
import { exchangeFields, requestToken } from './request-token.ts'

const DAY = 86_400
const MISSING_SCOPE = '401 The access token does not have the required scope'
const INVALID = '401 The access token is not valid for this API'

/** The whole walk-through, in an order that matters: at its end a client is deleted. */
export async function createSteps(metafold: Metafold): Promise<readonly Step[]> {
  const { tenant, designer, reader, neighbour, projects } = metafold
  const write = bearer(await requestToken(tenant, designer))
  const read = bearer(await requestToken(tenant, reader))
  const foreign = bearer(await requestToken(tenant, neighbour))
  return [
    step('a public project, no token', 'GET', '/projects/lattice', [], '200 GET /projects/:projectId'),
    step('and a bad token', 'GET', '/projects/lattice', bearer('e30.e30.e30'), INVALID),
    step('a private one, no token', 'GET', '/projects/bracket', [], '404 Not found'),
    step('its owner', 'GET', '/projects/bracket', read, '200 GET /projects/:projectId'),
    step('someone else', 'GET', '/projects/bracket', foreign, '404 Not found'),
    step('changing without a token', 'PATCH', '/projects/lattice', [], '401 An access token is required'),
    step('changing', 'PATCH', '/projects/lattice', write, '200 PATCH|DELETE /projects/:projectId'),
    step('without the scope', 'PATCH', '/projects/lattice', read, MISSING_SCOPE),
    step('a public asset, other scope', 'GET', '/projects/lattice/assets', read, MISSING_SCOPE),
    step('a job', 'POST', '/projects/bracket/jobs', write, '200 POST /projects/:projectId/jobs'),
    {
      ...step('a job too many', 'POST', '/projects/bracket/jobs', write, '403 The licence is used up'),
      before: () => projects.exhaust(designer.account),
    },
    step('no such route', 'GET', '/billing', write, '404 Access to this resource is not allowed'),
    {
      ...step('a token of yesterday', 'GET', '/user/usage', read, '401 The access token has expired'),
      clockAhead: DAY + 6,
    },
    ...lifecycleSteps(metafold, read, write),
  ]
}

function lifecycleSteps(
  { tenant, reader }: Metafold,
  read: Step['request']['headers'],
  write: Step['request']['headers'],
): readonly Step[] {
  return [
    {
      ...step('a new signing key: old tokens', 'GET', '/user/usage', read, '200 GET /user/usage'),
      before: async () => await tenant.issuer.keys.rotate(),
    },
    {
      ...step('the client is deleted', 'GET', '/user/usage', read, INVALID),
      before: async () => await tenant.issuer.credentials.delete(reader.clientId),
    },
    step('another client', 'GET', '/user/usage', write, '200 GET /user/usage'),
    {
      what: 'no more tokens for it',
      request: {
        method: 'POST',
        target: TOKEN_PATH,
        headers: [['Content-Type', 'application/json']],
        body: JSON.stringify(exchangeFields(reader)),
      },
      expected: '401 access_denied',
      port: tenant.port,
    },
  ]
}
