import type {
  GrantSource,
  ResourceServerOptions,
  SecretLookup,
  StatusSource,
  TokenProfileOptions,
} from '@scopegate/core'
import { renderClientError, renderRestError } from './errors.ts'
import { ROUTES } from './routes.ts'

/** What the policy asks of the workspaces' records. */
export interface HundredmsSources {
  /** The live secrets of the workspace that has this access key. */
  readonly findSecrets: SecretLookup['find']
  /** Whether the token's room is one of its workspace, and has the token's role. */
  readonly hasRole: StatusSource['isActive']
  /** What that role permits, by the room's template. */
  readonly permissionsOf: GrantSource['resolve']
}

const DAY = 86_400

/** What both kinds have in common: HS256 with a secret of the workspace, found by the key that the token names. */
function sharedProfile({ findSecrets }: HundredmsSources) {
  return {
    issuer: null,
    audience: null,
    secret: { by: { claim: 'access_key' }, find: findSecrets, maxAge: 10 },
    read: { account: 'access_key', clientId: 'access_key', subject: 'user_id' },
    clockTolerance: 10,
  } as const
}

const SHARED_CLAIMS = { access_key: 'string', jti: 'uuid', iat: 'number', nbf: 'number' } as const

/** For the customer's backend: opens the REST API, for 14 days at most. */
export function managementProfile(sources: HundredmsSources): TokenProfileOptions {
  return {
    ...sharedProfile(sources),
    kind: 'management',
    claims: { type: 'management', version: 2 },
    requiredClaims: SHARED_CLAIMS,
    maxLifetime: 14 * DAY,
    renderError: renderRestError,
  }
}

/** For one participant in one room: what its role permits, for 90 days at most. */
export function appProfile(sources: HundredmsSources): TokenProfileOptions {
  return {
    ...sharedProfile(sources),
    kind: 'app',
    claims: { type: 'app', version: 2 },
    requiredClaims: { ...SHARED_CLAIMS, room_id: 'string', role: 'string' },
    maxLifetime: 90 * DAY,
    status: { isActive: sources.hasRole },
    grants: { resolve: sources.permissionsOf },
    implies: { pollWrite: ['pollRead'] },
    renderError: renderClientError,
  }
}

/** The whole gate: two kinds of token, bound to their routes both ways. */
export function hundredmsPolicy(sources: HundredmsSources, now: () => number): ResourceServerOptions {
  return {
    tokens: [managementProfile(sources), appProfile(sources)],
    routes: ROUTES,
    renderError: renderRestError,
    now,
  }
}
