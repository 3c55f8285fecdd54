import { getRequestListener } from '@hono/node-server'
import { listen } from '@scopegate/example-harness'
import { protect, type Variables } from '@scopegate/hono'
import type { TokenIssuer } from '@scopegate/issuer'
import { Hono } from 'hono'
import { createDirectory, type Directory } from './directory.ts'
import { ENVIRONMENT, SESSION_KEYS_PATH } from './environment.ts'
import { createMachines, deleteCredentialsOf, grantsNow, type MachineOptions } from './machines.ts'
import { addManagement } from './management.ts'
import { createFronteggServer, FRONTEGG_IDENTITY_ROUTES, type FronteggProfilesOptions } from './policy.ts'
import { createSessions } from './sessions.ts'

/** What stands in for the identity platform, listening: it issues tokens and keeps who may do what. */
export interface Identity {
  /** Issues the tokens of machines. */
  readonly machines: TokenIssuer
  /** Issues those of vendors and of users who signed in. */
  readonly sessions: TokenIssuer
  readonly directory: Omit<Directory, 'deleteUser'>
  /** Deletes a user, and the credentials of its machines with it. */
  readonly deleteUser: (userId: string) => Promise<void>
  readonly port: number
  readonly url: string
  /** What a gate is told of it. */
  readonly profiles: FronteggProfilesOptions
  readonly close: () => Promise<void>
}

/** Starts it with no one in it. */
export async function startIdentity(options: MachineOptions): Promise<Identity> {
  const { server, port, url, close } = await listen()
  const directory = createDirectory()
  const machines = createMachines(url, directory, options)
  const sessions = createSessions(url, directory, options.now)
  const profiles: FronteggProfilesOptions = {
    issuer: url,
    audience: ENVIRONMENT,
    jwksUri: `${url}/.well-known/jwks.json`,
    sessionJwksUri: url + SESSION_KEYS_PATH,
    status: machines.status,
    hasUser: directory.hasUser,
    grantsOf: async (token) => await grantsNow(machines, directory, token),
  }
  const deleteUser = async (userId: string): Promise<void> => {
    directory.deleteUser(userId)
    await deleteCredentialsOf(machines, userId)
  }
  const app = new Hono<{ Variables: Variables }>()
  for (const issuer of [machines, sessions]) {
    for (const path of issuer.paths) app.all(path, async (c) => await issuer.handle(c.req.raw))
  }
  app.use(protect(createFronteggServer({ ...profiles, routes: FRONTEGG_IDENTITY_ROUTES, now: options.now })))
  addManagement(app, machines, options)
  server.on('request', getRequestListener(app.fetch))
  return { machines, sessions, directory, deleteUser, port, url, profiles, close }
}
