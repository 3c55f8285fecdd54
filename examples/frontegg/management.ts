import type { Variables } from '@scopegate/hono'
import { type NewCredential, RegistryError, type TokenIssuer } from '@scopegate/issuer'
import type { Context, Handler, Hono } from 'hono'
import type { MachineOptions } from './machines.ts'
import { FRONTEGG_IDENTITY_ROUTES } from './policy.ts'
import { readNewToken } from './read-new-token.ts'

/** One way for machines to get tokens. */
interface Registry {
  /** What is shown, this once. */
  readonly create: (token: NewCredential) => Promise<object>
  readonly delete: (id: string) => Promise<void>
}

/** Puts what makes and deletes machines' tokens behind the gate that the app already has. */
export function addManagement(
  app: Hono<{ Variables: Variables }>,
  machines: TokenIssuer,
  { now, strategy }: MachineOptions,
): void {
  const registries = { ClientCredentials: credentials(machines), AccessToken: accessTokens(machines) }
  for (const { method, path } of FRONTEGG_IDENTITY_ROUTES) {
    const way = path.includes('/access-tokens/') ? 'AccessToken' : 'ClientCredentials'
    const enabled = strategy === undefined || strategy === way
    app.on([method].flat(), path, enabled ? manage(registries[way], now) : switchedOff)
  }
}

function credentials({ credentials: registry }: TokenIssuer): Registry {
  const create = async (token: NewCredential): Promise<object> => {
    const { credential, clientSecret } = await registry.create(token)
    return { clientId: credential.clientId, secret: clientSecret }
  }
  return { create, delete: registry.delete }
}

function accessTokens({ accessTokens: registry }: TokenIssuer): Registry {
  const create = async (newToken: NewCredential): Promise<object> => {
    const { accessToken, token } = await registry.create(newToken)
    return { id: accessToken.id, secret: token }
  }
  return { create, delete: registry.delete }
}

function manage(registry: Registry, now: () => number): Handler {
  return async (c) => {
    try {
      return c.req.method === 'POST' ? await create(c, registry, now) : await remove(c, registry)
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      return c.json({ errors: [error.message] }, error.code === 'ERR_NOT_FOUND' ? 404 : 400)
    }
  }
}

async function create(c: Context, registry: Registry, now: () => number): Promise<Response> {
  const ofUsers = c.req.path.includes('/users/')
  const token = readNewToken(c.req.header(), await readJson(c), { ofUsers, now: now() })
  if (typeof token === 'string') return c.json({ errors: [token] }, 400)
  return c.json(await registry.create(token), 201)
}

async function readJson(c: Context): Promise<unknown> {
  try {
    return await c.req.json()
  } catch {
    return undefined
  }
}

async function remove(c: Context, registry: Registry): Promise<Response> {
  await registry.delete(c.req.param('tokenId') ?? '')
  return c.body(null, 204)
}

async function switchedOff(c: Context): Promise<Response> {
  return c.json({ errors: ['Tokens of this kind are switched off'] }, 403)
}
