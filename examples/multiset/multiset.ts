import { createResourceServer } from '@scopegate/core'
import { type Api, startGatedApis } from '@scopegate/example-harness'
import { type MultisetSources, multisetPolicy } from './policy.ts'
import { type Portal, type PortalCredential, type PortalSettings, startPortal } from './portal.ts'
import { ROUTES } from './routes.ts'

/** Pages of the two accounts. */
export const ORIGINS = { museum: 'https://museum.example', mall: 'https://mall.example' } as const

/** Two accounts: one with three credentials, the other with one. */
export interface Multiset {
  readonly portal: Portal
  readonly apis: readonly Api[]
  readonly query: PortalCredential
  readonly write: PortalCredential
  readonly everything: PortalCredential
  /** Of the other account. */
  readonly foreign: PortalCredential
  readonly close: () => Promise<void>
}

/** How the system is set up. */
export interface MultisetSettings extends PortalSettings {
  /** What a token may do: what it says, or what its credential may do now. Default `token`. */
  readonly grantSource?: 'token' | 'live'
}

/** Starts the portal, and the API on every framework. */
export async function startMultiset({
  grantSource = 'token',
  ...settings
}: MultisetSettings): Promise<Multiset> {
  const portal = await startPortal(settings)
  const sources = { ...sourcesOf(portal), ...(grantSource === 'live' && { grants: portal.issuer.grants }) }
  const apis = await startGatedApis(() => createResourceServer(multisetPolicy(sources, settings.now)), ROUTES)
  const museum = await portal.createAccount([ORIGINS.museum])
  const mall = await portal.createAccount([ORIGINS.mall])
  return {
    portal,
    apis,
    query: await portal.createCredential(museum, ['query']),
    write: await portal.createCredential(museum, ['query', 'write']),
    everything: await portal.createCredential(museum, ['query', 'write', 'delete']),
    foreign: await portal.createCredential(mall, ['query']),
    close: async () => void (await Promise.all([portal, ...apis].map(async ({ close }) => await close()))),
  }
}

/** What the gate asks of the portal. */
export function sourcesOf({ issuer }: Portal): MultisetSources {
  return { issuer: issuer.issuer, secrets: issuer.secrets, origins: issuer.origins }
}
