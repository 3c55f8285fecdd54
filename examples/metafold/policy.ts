import {
  createResourceServer,
  type ErrorRenderer,
  type Fetch,
  type KeySetOptions,
  type ResourceServer,
  type RouteRule,
  type StatusSource,
  type TokenProfileOptions,
} from '@scopegate/core'
import { msgError } from './errors.ts'

/** The `aud` of its tokens, as its text spells it. With a slash at the end, as its SDK does, it would be another one. */
export const METAFOLD_AUDIENCE = 'https://api.metafold.example'

/** The scopes there are. */
export const METAFOLD_SCOPES: readonly string[] = [
  ...['projects:read', 'projects:write', 'assets:read', 'assets:write'],
  ...['jobs:read', 'jobs:write', 'workflows:read', 'workflows:write'],
]

const tokens = 'metafold'
const PROJECT = '/projects/:projectId'

/** What each route asks. A public project, and what it is made of, can be read without a token; never with a bad one. */
export const METAFOLD_ROUTES: readonly RouteRule[] = [
  { method: 'GET', path: '/projects', tokens, scopes: 'projects:read' },
  { method: 'POST', path: '/projects', tokens, scopes: 'projects:write' },
  { method: 'GET', path: PROJECT, tokens, scopes: 'projects:read', access: 'optional' },
  { method: ['PATCH', 'DELETE'], path: PROJECT, tokens, scopes: 'projects:write' },
  { method: 'GET', path: `${PROJECT}/assets`, tokens, scopes: 'assets:read', access: 'optional' },
  { method: 'POST', path: `${PROJECT}/assets`, tokens, scopes: 'assets:write' },
  { method: 'GET', path: `${PROJECT}/assets/:assetId`, tokens, scopes: 'assets:read', access: 'optional' },
  { method: ['PATCH', 'DELETE'], path: `${PROJECT}/assets/:assetId`, tokens, scopes: 'assets:write' },
  { method: 'GET', path: `${PROJECT}/jobs`, tokens, scopes: 'jobs:read' },
  { method: 'POST', path: `${PROJECT}/jobs`, tokens, scopes: 'jobs:write' },
  { method: 'GET', path: `${PROJECT}/jobs/:jobId`, tokens, scopes: 'jobs:read' },
  { method: ['PATCH', 'DELETE'], path: `${PROJECT}/jobs/:jobId`, tokens, scopes: 'jobs:write' },
  { method: 'GET', path: `${PROJECT}/jobs/:jobId/status`, tokens, scopes: 'jobs:read' },
  { method: 'GET', path: `${PROJECT}/workflows`, tokens, scopes: 'workflows:read' },
  { method: 'POST', path: `${PROJECT}/workflows`, tokens, scopes: 'workflows:write' },
  { method: 'GET', path: `${PROJECT}/workflows/:workflowId`, tokens, scopes: 'workflows:read' },
  { method: 'DELETE', path: `${PROJECT}/workflows/:workflowId`, tokens, scopes: 'workflows:write' },
  { method: 'POST', path: `${PROJECT}/workflows/:workflowId/cancel`, tokens, scopes: 'workflows:write' },
  { method: 'GET', path: '/user/license', tokens },
  { method: 'GET', path: '/user/quota', tokens },
  { method: 'GET', path: '/user/usage', tokens },
]

/** What differs from one set-up to another. */
export interface MetafoldProfileOptions {
  /** The tenant of the authorization server; it ends with a slash. */
  readonly issuer: string
  /** Whether the client that a token was issued to still exists. */
  readonly status: Pick<StatusSource, 'isActive'>
  /** Default {@link METAFOLD_AUDIENCE}, and nothing that merely looks like it. */
  readonly audience?: string | readonly string[]
  /** Which claim says what a token may do; `permissions` where the tenant has roles switched on. Default `scope`. */
  readonly grantedBy?: 'scope' | 'permissions'
  /** Default {@link msgError}. */
  readonly renderError?: ErrorRenderer
  readonly keySet?: KeySetOptions
}

/** The tokens of its authorization server: RS256, keys by discovery, at most 24 hours, dead with their client. */
export function metafoldProfile(options: MetafoldProfileOptions): TokenProfileOptions {
  return {
    kind: tokens,
    issuer: options.issuer,
    audience: options.audience ?? METAFOLD_AUDIENCE,
    algorithms: ['RS256'],
    keySet: { cooldown: 30, ...options.keySet },
    requiredClaims: { sub: 'string', iat: 'number' },
    maxLifetime: 86_400,
    read: { clientId: ['azp', 'client_id'], scopes: options.grantedBy ?? 'scope' },
    status: { isActive: options.status.isActive, maxAge: 0 },
    renderError: options.renderError ?? msgError,
  }
}

/** {@link MetafoldProfileOptions}, with what a server is given besides. */
export interface MetafoldServerOptions extends MetafoldProfileOptions {
  readonly now?: () => number
  readonly fetch?: Fetch
}

/** The gate of its API alone. */
export function createMetafoldServer({ now, fetch, ...profile }: MetafoldServerOptions): ResourceServer {
  return createResourceServer({
    tokens: [metafoldProfile(profile)],
    routes: METAFOLD_ROUTES,
    noRule: 404,
    ...(now && { now }),
    ...(fetch && { fetch }),
  })
}
