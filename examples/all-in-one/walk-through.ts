import { type Step, step } from '@scopegate/example-harness'
import type { IssuedToken } from './tokens.ts'

/** Every token on what it opens, and on what the others do. */
export function createSteps(tokens: readonly IssuedToken[]): readonly Step[] {
  const targets = new Map(tokens.map(({ system, opens }) => [opens, system]))
  return tokens.flatMap((token) => [...targets].map(([request, system]) => tryToken(token, request, system)))
}

const HANDLERS: readonly (readonly [pattern: RegExp, handler: string])[] = [
  [/^GET .*map$/, 'GET /v1/vps/map'],
  [/^GET .*bracket$/, 'GET /projects/:projectId'],
  [/^GET .*orders$/, 'GET /tenants/:tenantId/orders'],
  [/^GET .*rooms$/, 'GET|POST /v2/rooms'],
  [/^POST .*end$/, 'POST /signal/rooms/:roomId/end'],
]

function tryToken({ system, what, headers, opens }: IssuedToken, request: string, of: string): Step {
  const [method = '', target = ''] = request.split(' ')
  const [, handler] = HANDLERS.find(([pattern]) => pattern.test(request)) ?? []
  const name = request === opens ? `${system}: ${what}` : `${system}, at ${of}`
  return step(name, method, target, headers, request === opens ? `200 ${handler}` : refusalAt(request))
}

/** A wrong kind is refused in the words of the API that was asked, whatever token was sent. */
function refusalAt(request: string): string {
  return request === 'GET /v2/rooms'
    ? '401 Token validation error'
    : '403 This kind of access token is not accepted here'
}
