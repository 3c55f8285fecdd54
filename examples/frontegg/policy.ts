import {
  type AccessToken,
  createResourceServer,
  type DecisionEvent,
  type ErrorRenderer,
  type GrantSource,
  type KeySetOptions,
  type ResourceServer,
  type RouteRule,
  type StatusSource,
  type TokenProfileOptions,
} from '@scopegate/core'
import { errorList } from './errors.ts'
import { type Grants, grantsIn, oneOfEach, role, toScopes } from './grants.ts'

/** The kinds of token that a tenant's users and machines hold; besides them there is `vendor`. */
export const FRONTEGG_KINDS: readonly string[] = [
  ...['userToken', 'userApiToken', 'tenantApiToken'],
  ...['userAccessToken', 'tenantAccessToken'],
]

/** What its step-up asks: several factors, one of them strong, not long ago. */
const STEP_UP = {
  acr: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
  amr: oneOfEach(['mfa'], ['otp', 'sms', 'hwk', 'sso']),
  maxAge: 300,
}

const TENANT = '/tenants/:tenantId'
/** Every route of a tenant is for tokens of that tenant. */
const own = { tokens: FRONTEGG_KINDS, match: { tenantId: 'tenantId' } }

/** The API of its customer: permissions, or roles and permissions, and always the tenant's own. */
export const FRONTEGG_ROUTES: readonly RouteRule[] = [
  { ...own, method: 'GET', path: `${TENANT}/orders`, scopes: 'orders.read' },
  { ...own, method: 'POST', path: `${TENANT}/orders`, scopes: 'orders.write' },
  { ...own, method: 'GET', path: `${TENANT}/orders/:orderId`, scopes: 'orders.read' },
  { ...own, method: 'DELETE', path: `${TENANT}/orders/:orderId`, scopes: 'orders.delete', ...STEP_UP },
  {
    ...own,
    method: 'GET',
    path: `${TENANT}/reports`,
    scopes: oneOfEach([role('admin'), role('auditor')], ['reports.read', 'reports.export']),
  },
  {
    ...own,
    method: 'GET',
    path: `${TENANT}/invoices`,
    scopes: { any: ['invoices.read', 'invoices.export'] },
  },
  {
    ...own,
    method: 'GET',
    path: `${TENANT}/invoices/:invoiceId/file`,
    scopes: { all: ['invoices.read', 'invoices.export'] },
  },
]

const RESOURCES = '/identity/resources'
const tokens = 'vendor'

/** Its own management: tokens are made, listed and deleted by the vendor alone. */
export const FRONTEGG_IDENTITY_ROUTES: readonly RouteRule[] = [
  ...[`${RESOURCES}/users/api-tokens/v1`, `${RESOURCES}/tenants/api-tokens/v2`],
  ...[`${RESOURCES}/users/access-tokens/v1`, `${RESOURCES}/tenants/access-tokens/v1`],
].flatMap((path): RouteRule[] => [
  { method: 'POST', path, tokens },
  { method: 'DELETE', path: `${path}/:tokenId`, tokens },
])

/** What differs from one set-up to another, and where the gate asks. */
export interface FronteggProfilesOptions {
  readonly issuer: string
  /** The id of the environment. */
  readonly audience: string
  /** Where the keys are that machines' tokens are verified with. Default: found by discovery. */
  readonly jwksUri?: string
  /** Where those are that vendors' and users' sessions are verified with. Default: as for machines. */
  readonly sessionJwksUri?: string
  /** Whether a machine's token was deleted. */
  readonly status: Pick<StatusSource, 'isActive'>
  readonly hasUser: (userId: string) => boolean | Promise<boolean>
  /** Roles and permissions as they are now. */
  readonly grantsOf: (token: AccessToken) => Grants | Promise<Grants>
  /**
   * Where roles and permissions of exchanged tokens are read. `claims`: they stay as they were at the exchange; `live` for an
   * environment that leaves them out of its tokens. Access tokens never name them. Default `claims`.
   */
  readonly grantedBy?: 'claims' | 'live'
  /** Default {@link errorList}. */
  readonly renderError?: ErrorRenderer
  readonly keySet?: KeySetOptions
}

/** Its kinds of token: each in its header, by its `type`, with its own way to end and to be granted something. */
export function fronteggProfiles(options: FronteggProfilesOptions): readonly TokenProfileOptions[] {
  const live: GrantSource = { resolve: async (token) => toScopes(await options.grantsOf(token)), maxAge: 10 }
  const claimed: GrantSource = { resolve: ({ claims }) => toScopes(grantsIn(claims)), maxAge: 3600 }
  const exchanged = { header: 'Authorization', grants: options.grantedBy === 'live' ? live : claimed }
  const handedOut = { header: 'X-API-KEY', grants: live, expiry: 'optional' } as const
  const session = { jwksUri: options.sessionJwksUri ?? options.jwksUri }
  const ofUser = async (token: AccessToken): Promise<boolean> => await hasItsUser(token, options)
  const ofMachine = options.status.isActive
  const ofBoth = async (token: AccessToken): Promise<boolean> =>
    (await ofUser(token)) && (await ofMachine(token))
  return [
    profile(options, 'userToken', { ...exchanged, ...session, status: { isActive: ofUser, maxAge: 10 } }),
    profile(options, 'userApiToken', { ...exchanged, status: { isActive: ofBoth, maxAge: 10 } }),
    profile(options, 'tenantApiToken', { ...exchanged, status: { isActive: ofMachine, maxAge: 10 } }),
    profile(options, 'userAccessToken', { ...handedOut, status: { isActive: ofBoth, maxAge: 10 } }),
    profile(options, 'tenantAccessToken', { ...handedOut, status: { isActive: ofMachine, maxAge: 10 } }),
    profile(options, 'vendor', { ...session, ...VENDOR }),
  ]
}

/** It belongs to no tenant. */
const VENDOR = { read: { account: 'vendorId' }, requiredClaims: { vendorId: 'string' } } as const

/** What is left out is `undefined`, which would be refused as an option. */
type Difference = { readonly jwksUri?: string | undefined } & Partial<
  Pick<TokenProfileOptions, 'header' | 'expiry' | 'grants' | 'status' | 'read' | 'requiredClaims'>
>

function profile(
  { issuer, audience, jwksUri, keySet, renderError = errorList }: FronteggProfilesOptions,
  kind: string,
  { jwksUri: ownJwksUri = jwksUri, ...more }: Difference,
): TokenProfileOptions {
  return {
    kind,
    issuer,
    audience,
    algorithms: ['RS256'],
    claims: { type: kind },
    requiredClaims: { sub: 'string', tenantId: 'string' },
    wildcardSeparator: '.',
    read: { account: 'tenantId' },
    renderError,
    ...(ownJwksUri === undefined ? {} : { jwksUri: ownJwksUri }),
    ...(keySet && { keySet }),
    ...more,
  }
}

/** The tokens of a user end with the user. */
async function hasItsUser(token: AccessToken, { hasUser }: FronteggProfilesOptions): Promise<boolean> {
  const userId = userOf(token)
  return userId !== undefined && (await hasUser(userId))
}

/** The subject of a user's session is the user; that of a machine is the machine. */
function userOf({ claims, kind, subject }: AccessToken): string | undefined {
  if (typeof claims.userId === 'string') return claims.userId
  return kind === 'userToken' ? subject : undefined
}

/** {@link FronteggProfilesOptions}, with what a server is given besides. */
export interface FronteggServerOptions extends FronteggProfilesOptions {
  readonly routes?: readonly RouteRule[]
  readonly mode?: 'enforce' | 'monitor'
  readonly onDecision?: (event: DecisionEvent) => void
  readonly now?: () => number
}

/** The gate of one API. */
export function createFronteggServer(options: FronteggServerOptions): ResourceServer {
  const { routes = FRONTEGG_ROUTES, mode, onDecision, now } = options
  return createResourceServer({
    tokens: fronteggProfiles(options),
    routes,
    ...(mode && { mode }),
    ...(onDecision && { onDecision }),
    ...(now && { now }),
  })
}
