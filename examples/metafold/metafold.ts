import { type Api, startGatedApis } from '@scopegate/example-harness'
import { type MetafoldIssuer, startMetafoldIssuer } from './issuer.ts'
import {
  createMetafoldServer,
  METAFOLD_ROUTES,
  METAFOLD_SCOPES,
  type MetafoldServerOptions,
} from './policy.ts'
import { createProjects, type Projects } from './projects.ts'

/** A client of a user; whoever has its secret can do what the user can. */
export interface MetafoldClient {
  readonly clientId: string
  readonly clientSecret: string
  /** The user's. */
  readonly account: string
}

/** The authorization server, the API on every framework, two users and three clients. */
export interface Metafold {
  readonly tenant: MetafoldIssuer
  readonly projects: Projects
  readonly apis: readonly Api[]
  /** May do everything. */
  readonly designer: MetafoldClient
  /** Of the same user, may read projects. */
  readonly reader: MetafoldClient
  /** Of another user, may do everything. */
  readonly neighbour: MetafoldClient
  readonly close: () => Promise<void>
}

/** How the system is set up: its clock, and what the policy leaves open. */
export type MetafoldSettings = Omit<MetafoldServerOptions, 'issuer' | 'status' | 'now'> & {
  readonly now: () => number
}

/** Starts everything, with a project that only its owner can read (`bracket`) and one that everybody can (`lattice`). */
export async function startMetafold(settings: MetafoldSettings): Promise<Metafold> {
  const tenant = await startMetafoldIssuer(settings.now)
  const { issuer } = tenant
  const projects = createProjects()
  const apis = await startGatedApis(
    () => createMetafoldServer({ ...settings, issuer: issuer.issuer, status: issuer.status }),
    METAFOLD_ROUTES,
    projects.answers,
  )
  const owner = await issuer.accounts.create({ verified: true })
  const other = await issuer.accounts.create({ verified: true })
  projects.add('bracket', owner.id, 'private')
  projects.add('lattice', owner.id, 'public')
  return {
    tenant,
    projects,
    apis,
    designer: await createClient(tenant, owner.id, METAFOLD_SCOPES),
    reader: await createClient(tenant, owner.id, ['projects:read']),
    neighbour: await createClient(tenant, other.id, METAFOLD_SCOPES),
    close: async () => void (await Promise.all([tenant, ...apis].map(async ({ close }) => await close()))),
  }
}

async function createClient(
  { issuer }: MetafoldIssuer,
  account: string,
  scopes: readonly string[],
): Promise<MetafoldClient> {
  const { credential, clientSecret } = await issuer.credentials.create({ account, name: 'client', scopes })
  return { clientId: credential.clientId, clientSecret, account }
}
