import {
  ACME,
  ADA,
  type Frontegg,
  newAccessToken,
  newApiToken,
  signIn,
  tokenOf,
} from '@scopegate/example-frontegg'
import { bearer, type Headers } from '@scopegate/example-harness'
import { type Hundredms, signApp, signManagement } from '@scopegate/example-hundredms/hundredms.ts'
import { type Metafold, requestToken } from '@scopegate/example-metafold'
import { exchange } from '@scopegate/example-multiset/exchange.ts'
import type { Multiset } from '@scopegate/example-multiset/multiset.ts'
import type { AllInOne } from './all-in-one.ts'
import type { ROUTES_OF } from './policy.ts'

/** One token, in the header that its system takes it in. */
export interface IssuedToken {
  readonly system: keyof typeof ROUTES_OF
  readonly what: string
  readonly headers: Headers
  /** What it opens: `GET /v1/vps/map`. */
  readonly opens: string
}

type Issued = Omit<IssuedToken, 'system'>

/** One token of every kind that any of the systems has. */
export async function issueTokens(all: AllInOne, now: () => number): Promise<readonly IssuedToken[]> {
  const issued = {
    multiset: await multisetTokens(all.multiset),
    metafold: await metafoldTokens(all.metafold),
    frontegg: await fronteggTokens(all.frontegg, now),
    hundredms: await hundredmsTokens(all.hundredms, now),
  }
  return Object.entries(issued).flatMap(([system, tokens]) =>
    tokens.map((token) => ({ system: system as IssuedToken['system'], ...token })),
  )
}

async function multisetTokens({ portal, everything }: Multiset): Promise<readonly Issued[]> {
  const { token } = await exchange(portal, everything)
  return [{ what: 'every scope', headers: bearer(token), opens: 'GET /v1/vps/map' }]
}

async function metafoldTokens({ tenant, designer }: Metafold): Promise<readonly Issued[]> {
  const token = await requestToken(tenant, designer)
  return [{ what: 'every scope', headers: bearer(token), opens: 'GET /projects/bracket' }]
}

async function fronteggTokens(frontegg: Frontegg, now: () => number): Promise<readonly Issued[]> {
  const { identity } = frontegg
  const opens = `GET /tenants/${ACME}/orders`
  const roles = { roleIds: ['admin'] }
  const session = await signIn(identity.sessions, {
    userId: ADA,
    tenantId: ACME,
    expiresAt: now() + 3_600_000,
  })
  const exchanged = async (user?: string): Promise<Headers> =>
    bearer(await tokenOf(identity, await newApiToken(frontegg, user, user === undefined ? roles : {})))
  const handedOut = async (user?: string): Promise<Headers> => {
    const { secret } = await newAccessToken(frontegg, user, user === undefined ? roles : {})
    return [['X-API-KEY', secret]]
  }
  return [
    { what: "a user's session", headers: bearer(session), opens },
    { what: "a user's machine", headers: await exchanged(ADA), opens },
    { what: "a tenant's machine", headers: await exchanged(), opens },
    { what: "a user's access token", headers: await handedOut(ADA), opens },
    { what: "a tenant's access token", headers: await handedOut(), opens },
  ]
}

async function hundredmsTokens(
  { workspace, room }: Hundredms,
  now: () => number,
): Promise<readonly Issued[]> {
  const signer = { workspace, now }
  return [
    { what: 'management', headers: bearer(await signManagement(signer)), opens: 'GET /v2/rooms' },
    {
      what: 'app',
      headers: bearer(await signApp(signer, room, 'host')),
      opens: `POST /signal/rooms/${room}/end`,
    },
  ]
}
