import { type Api, startGatedApis } from '@scopegate/example-harness'
import { type Identity, startIdentity } from './identity.ts'
import type { MachineOptions } from './machines.ts'
import { createFronteggServer, FRONTEGG_ROUTES, type FronteggServerOptions } from './policy.ts'
import {
  type AccessTokenOfMachine,
  type ApiToken,
  createToken,
  type Resource,
  vendorToken,
} from './requests.ts'
import { createVendor, type Vendor } from './sessions.ts'

/** The identity platform with two tenants and a user, and the API of its customer on every framework. */
export interface Frontegg {
  readonly identity: Identity
  readonly apis: readonly Api[]
  readonly vendor: Vendor
  /** What manages the tokens of machines. */
  readonly vendorToken: string
  readonly close: () => Promise<void>
}

/** How the system is set up: the environment, and what the policy leaves open. */
export type FronteggSettings = MachineOptions &
  Pick<Partial<FronteggServerOptions>, 'grantedBy' | 'renderError' | 'mode' | 'onDecision' | 'status'>

/** The two tenants, and a user of the first. */
export const ACME = 'acme'
export const GLOBEX = 'globex'
export const ADA = 'ada'

/** What the roles permit. */
const ROLES = {
  admin: ['orders.*', 'reports.export', 'invoices.read', 'invoices.export'],
  reader: ['orders.read', 'invoices.read'],
  auditor: ['reports.read'],
} as const

/** Starts everything. */
export async function startFrontegg(settings: FronteggSettings): Promise<Frontegg> {
  const { strategy, tokenLifetime, ...policy } = settings
  const identity = await startIdentity(settings)
  const { directory, machines, sessions, profiles } = identity
  for (const [id, permissions] of Object.entries(ROLES)) directory.setRole(id, permissions)
  directory.setUser(ADA, ACME, ['admin', 'auditor'])
  for (const id of [ACME, GLOBEX]) await machines.accounts.create({ id, verified: true })
  const vendor = await createVendor(sessions)
  const apis = await startGatedApis(() => createFronteggServer({ ...profiles, ...policy }), FRONTEGG_ROUTES)
  return {
    identity,
    apis,
    vendor,
    vendorToken: await vendorToken(identity, vendor),
    close: async () => void (await Promise.all([identity, ...apis].map(async ({ close }) => await close()))),
  }
}

/** Makes credentials that a machine of this owner can exchange. */
export async function newApiToken(
  frontegg: Frontegg,
  userId: string | undefined,
  fields: object = {},
  tenantId: string = ACME,
): Promise<ApiToken> {
  const resource = userId === undefined ? 'tenants/api-tokens/v2' : 'users/api-tokens/v1'
  return (await newToken(frontegg, resource, { tenantId, ...(userId && { userId }) }, fields)) as ApiToken
}

/** Makes an access token for a machine of this owner. */
export async function newAccessToken(
  frontegg: Frontegg,
  userId: string | undefined,
  fields: object = {},
  tenantId: string = ACME,
): Promise<AccessTokenOfMachine> {
  const resource = userId === undefined ? 'tenants/access-tokens/v1' : 'users/access-tokens/v1'
  const owner = { tenantId, ...(userId && { userId }) }
  return (await newToken(frontegg, resource, owner, fields)) as AccessTokenOfMachine
}

async function newToken(
  { identity, vendorToken: token }: Frontegg,
  resource: Resource,
  owner: { readonly tenantId: string; readonly userId?: string },
  fields: object,
): Promise<unknown> {
  const { status, body } = await createToken(identity, token, resource, owner, { ...fields })
  if (status === 201) return body
  throw new Error(`a new token was answered ${status}`)
}
