import { bearer, type Headers, type Step, step } from '@scopegate/example-harness'
import { type GatewaySystem, requestToken } from './system.ts'

const MISSING_SCOPE = '403 insufficient_scope'

/** The whole walk-through. */
export async function createSteps(system: GatewaySystem): Promise<readonly Step[]> {
  const read = bearer(await requestToken(system, system.reader))
  const admin = bearer(await requestToken(system, system.admin))
  const forged: Headers = [...read, ['X-Client-Id', 'root'], ['X_Scopes', 'admin'], ['X.Subject', 'root']]
  const hop: Headers = [...read, ['Connection', 'close, X-Client-Id']]
  return [
    step('a public route', 'GET', '/health', [], '200 upstream GET /health'),
    step('no token', 'GET', '/reports', [], '401 unauthorized'),
    step('reading', 'GET', '/reports/r1?page=2', read, '200 upstream GET /reports/r1?page=2'),
    step('without the scope', 'POST', '/reports', read, MISSING_SCOPE),
    step('administration', 'GET', '/admin/users', read, MISSING_SCOPE),
    step('by who may', 'GET', '/admin/users', admin, '200 upstream GET /admin/users'),
    step('in capitals', 'GET', '/ADMIN/users', read, MISSING_SCOPE),
    step('behind dots', 'GET', '/reports/../admin/users', read, '400 invalid_request'),
    step('behind an encoded slash', 'GET', '/reports/..%2fadmin', read, '400 invalid_request'),
    step('no rule', 'GET', '/internal/secrets', admin, '403 access_denied'),
    step('a redirect is handed back', 'GET', '/reports/moved', read, '302 upstream GET /reports/moved'),
    step('an identity from outside', 'GET', '/reports', forged, '200 upstream GET /reports'),
    step('a header to be dropped', 'GET', '/reports', hop, '200 upstream GET /reports'),
    { ...step('an expired token', 'GET', '/reports', read, '401 invalid_token'), clockAhead: 3606 },
  ]
}
