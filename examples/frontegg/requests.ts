import { EXCHANGE_PATH, REFRESH_PATH, VENDOR_PATH } from './environment.ts'
import type { Identity } from './identity.ts'
import type { Vendor } from './sessions.ts'

/** An answer of the identity platform. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** What a machine has that exchanges its credentials. */
export interface ApiToken {
  readonly clientId: string
  readonly secret: string
}

/** What a machine has that was handed its token. */
export interface AccessTokenOfMachine {
  readonly id: string
  /** The token itself. */
  readonly secret: string
}

/** Exchanges the credentials of a machine. */
export async function exchange(identity: Identity, { clientId, secret }: ApiToken): Promise<Answer> {
  return await post(identity, EXCHANGE_PATH, { clientId, secret })
}

/** Uses a refresh token up. */
export async function refresh(identity: Identity, refreshToken: unknown): Promise<Answer> {
  return await post(identity, REFRESH_PATH, { refreshToken })
}

/** The access token behind the credentials of a machine. */
export async function tokenOf(identity: Identity, apiToken: ApiToken): Promise<string> {
  const { status, body } = await exchange(identity, apiToken)
  if (typeof body.access_token === 'string') return body.access_token
  throw new Error(`the exchange was answered ${status}`)
}

/** The token of a vendor. */
export async function vendorToken(identity: Identity, { clientId, secret }: Vendor): Promise<string> {
  const { status, body } = await post(identity, VENDOR_PATH, { clientId, secret })
  if (typeof body.token === 'string') return body.token
  throw new Error(`the vendor was answered ${status}`)
}

/** Whose a new token is to be. */
export interface NewOwner {
  readonly tenantId: string
  readonly userId?: string
}

/** Where tokens are made, below `/identity/resources/`. */
export type Resource =
  | 'users/api-tokens/v1'
  | 'tenants/api-tokens/v2'
  | 'users/access-tokens/v1'
  | 'tenants/access-tokens/v1'

/** Asks for a new token of a machine. */
export async function createToken(
  identity: Identity,
  token: string,
  resource: Resource,
  { tenantId, userId }: NewOwner,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  const owner = { 'frontegg-tenant-id': tenantId, ...(userId && { 'frontegg-user-id': userId }) }
  const headers = { authorization: `Bearer ${token}`, ...owner }
  return await post(
    identity,
    `/identity/resources/${resource}`,
    { description: 'machine', ...fields },
    headers,
  )
}

/** Deletes one. */
export async function deleteToken(
  { url }: Identity,
  token: string,
  resource: Resource,
  id: string,
): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${url}/identity/resources/${resource}/${id}`, { method: 'DELETE', headers })
  return response.status
}

async function post(
  { url }: Identity,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}
