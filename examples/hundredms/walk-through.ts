import { bearer, type Headers, type Step, step } from '@scopegate/example-harness'
import { CODE_PATH, TOKEN_PATH } from './auth-service.ts'
import { type Hundredms, signApp, signManagement } from './hundredms.ts'
import type { Workspace } from './workspaces.ts'

const NOT_HERE = '403 This kind of access token is not accepted here'
const NO_PERMISSION = '403 The access token does not have the required scope'
const INVALID = '401 Token validation error'
const DAY = 86_400

/** Headers with a token of each kind. */
interface Bearers {
  readonly management: Headers
  readonly host: Headers
  readonly broadcaster: Headers
  readonly guest: Headers
}

/** The whole walk-through. */
export async function createSteps(system: Hundredms, now: () => number): Promise<readonly Step[]> {
  const signer = { workspace: system.workspace, now }
  const app = async (role: string): Promise<Headers> => bearer(await signApp(signer, system.room, role))
  const bearers: Bearers = {
    management: bearer(await signManagement(signer)),
    host: await app('host'),
    broadcaster: await app('broadcaster'),
    guest: await app('guest'),
  }
  return [
    ...kindSteps(bearers),
    ...roomSteps(system, bearers),
    step(
      'no such role',
      'POST',
      '/v2/sip/dtmf',
      await app('admin'),
      '401 The access token is not valid for this API',
    ),
    ...(await keySteps(system, now)),
    ...exchangeSteps(system),
  ]
}

function kindSteps({ management, host }: Bearers): readonly Step[] {
  return [
    step('no token', 'GET', '/v2/rooms', [], INVALID),
    step('management on the REST API', 'GET', '/v2/rooms', management, '200 GET|POST /v2/rooms'),
    step('app on the REST API', 'GET', '/v2/rooms', host, INVALID),
    step('app on dtmf', 'POST', '/v2/sip/dtmf', host, '200 POST /v2/sip/dtmf'),
    step('management on dtmf', 'POST', '/v2/sip/dtmf', management, NOT_HERE),
    step(
      'a verb that is not its',
      'PUT',
      '/v2/rooms',
      management,
      '403 Access to this resource is not allowed',
    ),
  ]
}

function roomSteps({ room, otherRoom }: Hundredms, { host, broadcaster, guest }: Bearers): readonly Step[] {
  const signal = (what: string, method: string, action: string, token: Headers, denial?: string): Step => {
    const done = `200 ${method} /signal/rooms/:roomId/${action}`
    return step(what, method, `/signal/rooms/${room}/${action}`, token, denial ?? done)
  }
  const elsewhere = `/signal/rooms/${otherRoom}/join`
  return [
    signal('joins its room', 'POST', 'join', guest),
    step('joins another room', 'POST', elsewhere, guest, '403 The access token is not for this resource'),
    signal('host: ends the room', 'POST', 'end', host),
    signal('guest: ends the room', 'POST', 'end', guest, NO_PERMISSION),
    signal('guest: reads polls', 'GET', 'polls', guest),
    signal('guest: writes polls', 'POST', 'polls', guest, NO_PERMISSION),
    signal('host: writes, so may read', 'GET', 'polls', host),
    signal('both permissions', 'POST', 'rtmp-recording', host),
    signal('one of two permissions', 'POST', 'rtmp-recording', broadcaster, NO_PERMISSION),
  ]
}

/** With a workspace of their own: tokens of the other are still to be tried by hand. */
async function keySteps({ workspaces, foreign }: Hundredms, now: () => number): Promise<readonly Step[]> {
  const workspace = workspaces.create()
  const { accessKey, secrets } = workspace
  const [oldSecret = ''] = secrets
  const rotated = { accessKey, secrets: [workspaces.addSecret(accessKey)] }
  const sign = async (signer: Workspace, ttl = DAY): Promise<Headers> =>
    bearer(await signManagement({ workspace: signer, now, ttl }))
  const get = (what: string, token: Headers, expected: string): Step =>
    step(what, 'GET', '/v2/sessions', token, expected)
  const [first, twoWeeks] = [await sign(workspace), await sign(rotated, 14 * DAY)]
  return [
    get("another workspace's secret", await sign({ accessKey, secrets: foreign.secrets }), INVALID),
    get('a key that nobody has', await sign({ accessKey: 'nobody', secrets }), INVALID),
    get('a second secret', await sign(rotated), '200 GET /v2/sessions'),
    get('the first one still', first, '200 GET /v2/sessions'),
    {
      ...get('the first one, dropped', first, INVALID),
      before: () => workspaces.dropSecret(accessKey, oldSecret),
      clockAhead: 11,
    },
    { ...get('two weeks later', twoWeeks, INVALID), clockAhead: 14 * DAY + 11 },
  ]
}

function exchangeSteps({ authService, room, foreignRoom }: Hundredms): readonly Step[] {
  const ask = (what: string, target: string, body: object, expected: string): Step => {
    const headers: Headers = [['Content-Type', 'application/json']]
    const request = { method: 'POST', target, headers, body: JSON.stringify(body) }
    return { what, request, expected, port: authService.port }
  }
  const code = authService.createCode(room, 'guest')
  return [
    ask('a room and a role for a token', TOKEN_PATH, { room_id: room, role: 'guest' }, '200 token generated'),
    ask(
      "another workspace's room",
      TOKEN_PATH,
      { room_id: foreignRoom, role: 'guest' },
      '404 room or role not found',
    ),
    ask(
      'a role the room has not',
      TOKEN_PATH,
      { room_id: room, role: 'admin' },
      '404 room or role not found',
    ),
    ask('a room code for a token', CODE_PATH, { code }, '200 { token }'),
    {
      ...ask('a disabled room code', CODE_PATH, { code }, '403 room code is disabled'),
      before: () => authService.disableCode(code),
    },
    ask('an unknown room code', CODE_PATH, { code: 'abc' }, '404 room code not found'),
  ]
}
