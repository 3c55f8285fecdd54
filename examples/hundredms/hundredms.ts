import { appToken, type MintTokenOptions, managementToken, mintToken } from '@scopegate/client/mint'
import { createResourceServer } from '@scopegate/core'
import { type Answers, type Api, startGatedApis } from '@scopegate/example-harness'
import { type AuthService, startAuthService } from './auth-service.ts'
import { hundredmsPolicy } from './policy.ts'
import { ROUTES } from './routes.ts'
import { createWorkspaces, type Template, type Workspace, type Workspaces } from './workspaces.ts'

/** What the roles of the example's rooms permit. */
export const TEMPLATE: Template = {
  host: ['endRoom', 'removeOthers', 'mute', 'changeRole', 'pollWrite', 'browserRecording', 'rtmpStreaming'],
  broadcaster: ['rtmpStreaming'],
  guest: ['pollRead'],
}

/** Two workspaces: one with two rooms, the other with one. */
export interface Hundredms {
  readonly workspaces: Workspaces
  readonly apis: readonly Api[]
  /** Mints for the first workspace. */
  readonly authService: AuthService
  readonly workspace: Workspace
  readonly room: string
  readonly otherRoom: string
  readonly foreign: Workspace
  /** Of the other workspace. */
  readonly foreignRoom: string
  readonly close: () => Promise<void>
}

/** Starts the vendor's side, and the API on every framework. */
export async function startHundredms(now: () => number): Promise<Hundredms> {
  const workspaces = createWorkspaces()
  const [workspace, foreign] = [workspaces.create(), workspaces.create()]
  const authService = await startAuthService({ workspaces, accessKey: workspace.accessKey, now })
  const apis = await startGatedApis(
    () => createResourceServer(hundredmsPolicy(workspaces, now)),
    ROUTES,
    answersOf(workspaces),
  )
  return {
    workspaces,
    apis,
    authService,
    workspace,
    room: workspaces.createRoom(workspace.accessKey, TEMPLATE),
    otherRoom: workspaces.createRoom(workspace.accessKey, TEMPLATE),
    foreign,
    foreignRoom: workspaces.createRoom(foreign.accessKey, TEMPLATE),
    close: async () =>
      void (await Promise.all([authService, ...apis].map(async ({ close }) => await close()))),
  }
}

/** A management token is good for its workspace: whose room it is, the handler looks up. */
function answersOf({ owns }: Workspaces): Answers {
  return {
    'GET|POST /v2/rooms/:roomId': ({ handler, params, token }) =>
      owns(token?.account ?? '', params.roomId ?? '')
        ? { body: { handler, clientId: token?.clientId } }
        : { status: 404, body: { code: 404, message: 'room not found', details: [] } },
  }
}

/** Who signs, and by which clock. */
export type Signer = Pick<MintTokenOptions, 'now' | 'ttl' | 'backdate'> & { readonly workspace: Workspace }

/** A token for the REST API, as the customer's backend signs it. */
export async function signManagement({ workspace, ...options }: Signer): Promise<string> {
  const { accessKey, secrets } = workspace
  const claims = { access_key: accessKey }
  return await mintToken(managementToken, { secret: secrets[0] ?? '', claims, ...options })
}

/** A token for one participant, as the customer's backend signs it. */
export async function signApp(
  { workspace, ...options }: Signer,
  room_id: string,
  role: string,
): Promise<string> {
  const { accessKey, secrets } = workspace
  const claims = { access_key: accessKey, room_id, role, user_id: 'someone' }
  return await mintToken(appToken, { secret: secrets[0] ?? '', claims, ...options })
}
