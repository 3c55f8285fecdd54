import { appToken, managementToken, mintToken } from '@scopegate/client/mint'
import { createResourceServer, type StatusSource } from '@scopegate/core'
import { createFakeClock, type FakeClock, signToken, type TestKey } from '@scopegate/core/testing'
import { bearer, type Headers, startGatedApis } from '@scopegate/example-harness'
import { type HundredmsSources, hundredmsPolicy, managementProfile } from '@scopegate/example-hundredms'
import { CODE_PATH, TOKEN_PATH } from '@scopegate/example-hundredms/auth-service.ts'
import {
  type Hundredms,
  signApp,
  signManagement,
  startHundredms,
  TEMPLATE,
} from '@scopegate/example-hundredms/hundredms.ts'
import { ROUTES } from '@scopegate/example-hundredms/routes.ts'
import type { Workspace } from '@scopegate/example-hundredms/workspaces.ts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ask, askOne, statusesOf, type Told } from './ask.ts'
import { describeNegatives } from './negative-table.ts'
import { decode, sharedKey } from './signing.ts'

const DAY = 86_400
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.unstubAllGlobals()
  await Promise.all(closing.splice(0).map(async (close) => await close()))
})

interface Started extends Hundredms {
  readonly clock: FakeClock
  /** The secret of the first workspace, to sign with whatever no holder would sign. */
  readonly key: TestKey
}

async function open(): Promise<Started> {
  const clock = createFakeClock()
  const hundredms = await startHundredms(clock.now)
  return { ...hundredms, clock, key: sharedKey(hundredms.workspace.secrets[0] ?? '') }
}

/** {@link open}, and closed after the test. */
async function start(): Promise<Started> {
  const hundredms = await open()
  closing.push(hundredms.close)
  return hundredms
}

async function management({ workspace, clock }: Started): Promise<string> {
  return await signManagement({ workspace, now: clock.now })
}

async function app({ workspace, clock, room }: Started, role = 'host', inRoom = room): Promise<string> {
  return await signApp({ workspace, now: clock.now }, inRoom, role)
}

/** The token with other claims, under a right signature. */
async function changed({ key }: Started, token: string, claims: object): Promise<string> {
  const { header, payload } = decode(token)
  return await signToken(key, header, { ...payload, ...claims })
}

const REST = ['GET /v2/rooms', 'POST /v2/rooms', 'GET /v2/recordings', 'DELETE /v2/templates/t/roles/r']
const DTMF = ['POST /v2/sip/dtmf']

/** What the REST API, or a participant's, answers to a token. */
async function judge({ apis }: Hundredms, token: string, kind: 'management' | 'app'): Promise<Told> {
  const [method, target] = kind === 'management' ? ['GET', '/v2/sessions'] : ['POST', '/v2/sip/dtmf']
  return await ask(apis, method as string, target as string, bearer(token))
}

it('HM-1: a management token opens the REST API and not dtmf, an app token dtmf and not the REST API', async () => {
  const system = await start()
  const [manager, participant] = [bearer(await management(system)), bearer(await app(system))]
  expect(await statusesOf(system.apis, manager, [...REST, ...DTMF])).toEqual([200, 200, 200, 200, 403])
  expect(await statusesOf(system.apis, participant, [...REST, ...DTMF])).toEqual([401, 401, 401, 401, 200])
  const refused = await ask(system.apis, 'GET', '/v2/rooms', participant)
  expect(refused.body).toEqual({
    code: 401,
    message: 'Token validation error',
    details: ['No valid API management token provided'],
  })
})

it('HM-1: every route takes one kind and refuses the other', async () => {
  const system = await start()
  const tokens = { management: bearer(await management(system)), app: bearer(await app(system)) }
  for (const rule of ROUTES) {
    const target = rule.path.replace(':roomId', system.room).replaceAll(/:\w+/g, 'x1')
    for (const method of [rule.method].flat()) {
      for (const [kind, headers] of Object.entries(tokens)) {
        const { status } = await ask(system.apis, method, target, headers)
        const opened = kind === rule.tokens
        expect([method, rule.path, kind, status === 200]).toEqual([method, rule.path, kind, opened])
      }
    }
  }
})

it('HM-1: an open REST API is open to the workspace alone', async () => {
  const system = await start()
  const headers = bearer(await management(system))
  const targets = [system.room, system.foreignRoom].map((room) => `GET /v2/rooms/${room}`)
  expect(await statusesOf(system.apis, headers, targets)).toEqual([200, 404])
})

const SHARED_CLAIMS = ['access_key', 'type', 'version', 'jti', 'iat', 'nbf', 'exp']

describe.each([
  ['management', SHARED_CLAIMS],
  ['app', [...SHARED_CLAIMS, 'room_id', 'role']],
] as const)('HM-2: a %s token', (kind, required) => {
  it.each(required)('without %s is refused', async (claim) => {
    const system = await start()
    const token = kind === 'app' ? await app(system) : await management(system)
    expect((await judge(system, token, kind)).status).toBe(200)
    for (const value of [undefined, null, '', [], {}, true]) {
      const { status, body } = await judge(system, await changed(system, token, { [claim]: value }), kind)
      expect([value, status, Object.keys(body as object)]).toEqual([
        value,
        401,
        ['code', 'message', 'details'],
      ])
    }
  })
})

it('HM-2: user_id may be left out, and a claim that is missing has a code of its own', async () => {
  const system = await start()
  const token = await app(system)
  expect((await judge(system, await changed(system, token, { user_id: undefined }), 'app')).status).toBe(200)
  const codes = []
  for (const claims of [{ role: undefined }, { exp: 1 }, { role: 'admin' }, { access_key: 'nobody' }]) {
    const { body } = await judge(system, await changed(system, token, claims), 'app')
    codes.push((body as { code: number }).code)
  }
  expect(codes).toEqual([40109, 40100, 40108, 40101])
})

it.each([['2'], [1], [3], [2.5], [[2]], [null], [undefined]])(
  'HM-3: version %j is refused: it is the number 2',
  async (version) => {
    const system = await start()
    for (const kind of ['management', 'app'] as const) {
      const token = kind === 'app' ? await app(system) : await management(system)
      expect((await judge(system, token, kind)).status).toBe(200)
      expect((await judge(system, await changed(system, token, { version }), kind)).status).toBe(401)
    }
  },
)

it('HM-4: an unknown key and the secret of another workspace are refused, in one and the same way', async () => {
  const system = await start()
  const { workspace, foreign, clock } = system
  const mixed: Workspace = { accessKey: workspace.accessKey, secrets: foreign.secrets }
  const unknown: Workspace = { accessKey: 'nobody', secrets: workspace.secrets }
  for (const kind of ['management', 'app'] as const) {
    const answers = []
    for (const signer of [mixed, unknown]) {
      const options = { workspace: signer, now: clock.now }
      const token =
        kind === 'app' ? await signApp(options, system.room, 'host') : await signManagement(options)
      answers.push(await judge(system, token, kind))
    }
    expect(answers.map(({ status }) => status)).toEqual([401, 401])
    expect(answers[0]?.body).toEqual(answers[1]?.body)
  }
  expect(
    (await judge(system, await signManagement({ workspace: foreign, now: clock.now }), 'management')).status,
  ).toBe(200)
})

it('HM-4: no key is taken from the token, whatever it names or brings along', async () => {
  const system = await start()
  const own = sharedKey('a secret of the sender, which is long enough')
  const { header, payload } = decode(await management(system))
  const headers = [
    { jwk: { kty: 'oct', k: 'YSBzZWNyZXQgb2YgdGhlIHNlbmRlciwgd2hpY2ggaXMgbG9uZyBlbm91Z2g' } },
    { jku: 'https://evil.example/keys' },
    { kid: system.foreign.accessKey },
    { kid: '../../dev/null' },
  ]
  for (const extra of headers) {
    const token = await signToken(own, { ...header, ...extra }, payload)
    expect((await judge(system, token, 'management')).status).toBe(401)
  }
  for (const access_key of ['__proto__', 'constructor', '../x', "' OR 1=1", 'x'.repeat(5000), '\u0000']) {
    const token = await signToken(own, header, { ...payload, access_key })
    expect((await judge(system, token, 'management')).status).toBe(401)
  }
})

it.each([
  ['nbf', 10, 200],
  ['nbf', 11, 401],
  ['iat', 10, 200],
  ['iat', 11, 401],
])('HM-5: %s %i seconds ahead: %i', async (claim, ahead, expected) => {
  const system = await start()
  const now = Math.floor(system.clock.now() / 1000)
  for (const kind of ['management', 'app'] as const) {
    const token = kind === 'app' ? await app(system) : await management(system)
    const early = await changed(system, token, { [claim]: now + ahead })
    expect((await judge(system, early, kind)).status).toBe(expected)
  }
})

it('HM-5: what is early now is good in time', async () => {
  const system = await start()
  const token = await changed(system, await app(system), { nbf: Math.floor(system.clock.now() / 1000) + 60 })
  expect((await judge(system, token, 'app')).status).toBe(401)
  system.clock.advance(50)
  expect((await judge(system, token, 'app')).status).toBe(200)
})

it('HM-5: how much a clock may be off is an option', async () => {
  const system = await start()
  const token = await changed(system, await management(system), {
    iat: Math.floor(system.clock.now() / 1000) + 5,
  })
  for (const [clockTolerance, expected] of [
    [0, 401],
    [5, 200],
  ] as const) {
    const tokens = [{ ...managementProfile(system.workspaces), clockTolerance }]
    const routes = ROUTES.filter((rule) => rule.tokens === 'management')
    const server = { tokens, routes, now: system.clock.now }
    const apis = await startGatedApis(() => createResourceServer(server), routes)
    closing.push(async () => await Promise.all(apis.map(async (api) => await api.close())))
    expect((await ask(apis, 'GET', '/v2/sessions', bearer(token))).status).toBe(expected)
  }
})

it.each([
  ['management', 14 * DAY],
  ['app', 90 * DAY],
] as const)('HM-6: %s tokens of more than %i seconds are refused', async (kind, cap) => {
  const system = await start()
  const token = kind === 'app' ? await app(system) : await management(system)
  const iat = Math.floor(system.clock.now() / 1000)
  const status = async (exp: unknown): Promise<number> =>
    (await judge(system, await changed(system, token, { iat, exp }), kind)).status
  expect(await status(iat + cap)).toBe(200)
  expect(await status(iat + cap + 1)).toBe(401)
  expect(await status(undefined)).toBe(401)
})

it('HM-6: a token ends with its exp, but for what clocks may be off', async () => {
  const system = await start()
  const token = await management(system)
  system.clock.advance(DAY + 9)
  expect((await judge(system, token, 'management')).status).toBe(200)
  system.clock.advance(1)
  expect((await judge(system, token, 'management')).status).toBe(401)
})

it('HM-7: a token opens its own room and no other, byte for byte', async () => {
  const system = await start()
  const headers = bearer(await app(system))
  const join = (room: string): string => `POST /signal/rooms/${room}/join`
  const other = await ask(system.apis, 'POST', `/signal/rooms/${system.otherRoom}/join`, headers)
  expect([other.status, (other.body as { code: number }).code]).toEqual([403, 40002])
  const upper = await changed(system, await app(system), { room_id: system.room.toUpperCase() })
  const rooms = [system.room, system.otherRoom, system.foreignRoom, 'x', `${system.room}x`]
  expect(await statusesOf(system.apis, headers, rooms.map(join))).toEqual([200, 403, 403, 403, 403])
  expect(await statusesOf(system.apis, bearer(upper), [system.room].map(join))).toEqual([401])
})

it('HM-7: a role that the room has not, and a room of another workspace, are refused', async () => {
  const system = await start()
  const tokens = [
    await app(system, 'admin'),
    await app(system, '__proto__'),
    await app(system, 'host', system.foreignRoom),
  ]
  for (const token of tokens) {
    const { status, body } = await judge(system, token, 'app')
    expect([status, (body as { code: number }).code]).toEqual([401, 40108])
    const room = String(decode(token).payload.room_id)
    expect((await ask(system.apis, 'POST', `/signal/rooms/${room}/join`, bearer(token))).status).toBe(401)
  }
})

const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'POST end': ['endRoom'],
  'POST remove-peers': ['removeOthers'],
  'POST mute': ['mute'],
  'POST change-role': ['changeRole'],
  'GET polls': ['pollRead'],
  'POST polls': ['pollWrite'],
  'POST recording': ['browserRecording'],
  'POST rtmp-recording': ['rtmpStreaming', 'browserRecording'],
}

it.each(Object.keys(TEMPLATE))('HM-8: a %s may do what its role permits', async (role) => {
  const system = await start()
  const headers = bearer(await app(system, role))
  const granted: readonly string[] = TEMPLATE[role] ?? []
  const permits = (permission: string): boolean =>
    granted.includes(permission) || (permission === 'pollRead' && granted.includes('pollWrite'))
  for (const [action, needed] of Object.entries(ACTIONS)) {
    const [method = '', name] = action.split(' ')
    const { status } = await ask(system.apis, method, `/signal/rooms/${system.room}/${name}`, headers)
    expect([action, status]).toEqual([action, needed.every(permits) ? 200 : 403])
  }
})

it('HM-8: writing polls implies reading them, and not the other way round', async () => {
  const system = await start()
  const room = system.workspaces.createRoom(system.workspace.accessKey, {
    writer: ['pollWrite'],
    reader: ['pollRead'],
  })
  const polls = [`GET /signal/rooms/${room}/polls`, `POST /signal/rooms/${room}/polls`]
  const statuses = async (role: string): Promise<readonly number[]> =>
    await statusesOf(system.apis, bearer(await app(system, role, room)), polls)
  expect(await statuses('writer')).toEqual([200, 200])
  expect(await statuses('reader')).toEqual([200, 403])
})

it.each([['x'], ['0191d8a27c3e7f008a6b0123456789ab'], [7], [undefined]])(
  'HM-9: %j is no jti: it is a UUID',
  async (jti) => {
    const system = await start()
    for (const kind of ['management', 'app'] as const) {
      const token = kind === 'app' ? await app(system) : await management(system)
      expect((await judge(system, await changed(system, token, { jti }), kind)).status).toBe(401)
    }
  },
)

it('HM-9: a token is used as often as its holder likes, or once where the policy asks', async () => {
  const system = await start()
  const token = await app(system)
  for (const _ of [1, 2, 3]) expect((await judge(system, token, 'app')).status).toBe(200)
  const seen = new Set<unknown>()
  const isActive: StatusSource['isActive'] = ({ claims }) =>
    !seen.has(claims.jti) && seen.add(claims.jti) !== undefined
  const tokens = [{ ...managementProfile(system.workspaces), status: { isActive, maxAge: 0 } }]
  const routes = ROUTES.filter((rule) => rule.tokens === 'management')
  const server = createResourceServer({ tokens, routes, now: system.clock.now })
  const apis = await startGatedApis(() => server, routes)
  closing.push(async () => await Promise.all(apis.map(async (api) => await api.close())))
  for (const api of apis) {
    const once = bearer(await management(system))
    const statuses = [await ask([api], 'GET', '/v2/rooms', once), await ask([api], 'GET', '/v2/rooms', once)]
    expect(statuses.map(({ status }) => status)).toEqual([200, 401])
  }
})

it('HM-10: two secrets are good at the same time, and one that is dropped no more', async () => {
  const system = await start()
  const { workspaces, workspace, clock } = system
  const [oldSecret = ''] = workspace.secrets
  const before = await management(system)
  expect((await judge(system, before, 'management')).status).toBe(200)
  const secrets = [workspaces.addSecret(workspace.accessKey)]
  const after = await signManagement({ workspace: { ...workspace, secrets }, now: clock.now })
  clock.advance(11)
  expect((await judge(system, after, 'management')).status).toBe(200)
  expect((await judge(system, before, 'management')).status).toBe(200)
  workspaces.dropSecret(workspace.accessKey, oldSecret)
  clock.advance(11)
  expect((await judge(system, after, 'management')).status).toBe(200)
  expect((await judge(system, before, 'management')).status).toBe(401)
  workspaces.dropSecret(workspace.accessKey, secrets[0] ?? '')
  clock.advance(11)
  expect((await judge(system, after, 'management')).status).toBe(401)
})

it('HM-11: key and secret are all it takes to mint both kinds, for a day unless said otherwise', async () => {
  const system = await start()
  const { workspace, clock, room } = system
  const now = Math.floor(clock.now() / 1000)
  const shared = { access_key: workspace.accessKey, version: 2, iat: now, nbf: now, exp: now + DAY }
  const jti = expect.stringMatching(/^[0-9a-f-]{36}$/)
  expect(decode(await management(system))).toEqual({
    header: { alg: 'HS256', typ: 'JWT' },
    payload: { ...shared, jti, type: 'management' },
  })
  expect(decode(await app(system, 'guest')).payload).toEqual({
    ...shared,
    ...{ jti, type: 'app', room_id: room, user_id: 'someone', role: 'guest' },
  })
  const dated = await signManagement({ workspace, now: clock.now, ttl: 600, backdate: 10 })
  expect(decode(dated).payload).toMatchObject({ iat: now - 10, nbf: now - 10, exp: now + 590 })
  expect((await judge(system, dated, 'management')).status).toBe(200)
})

it('HM-12: the minter refuses lifetimes out of bounds, claims left empty, and a management token in a page', async () => {
  const { workspace, room } = await start()
  const now = (): number => Date.UTC(2026, 0, 1)
  for (const ttl of [0, -1, Number.NaN]) {
    await expect(signApp({ workspace, now, ttl }, room, 'host')).rejects.toThrow('ttl')
  }
  await expect(signApp({ workspace, now, ttl: 90 * DAY + 1 }, room, 'host')).rejects.toThrow('ttl')
  await expect(signManagement({ workspace, now, ttl: 14 * DAY + 1 })).rejects.toThrow('ttl')
  await expect(signApp({ workspace, now }, '', 'host')).rejects.toThrow('room_id')
  await expect(signApp({ workspace, now }, room, '')).rejects.toThrow('role')
  const secret = workspace.secrets[0] ?? ''
  const extra = { access_key: workspace.accessKey, type: 'app' }
  await expect(mintToken(managementToken, { secret, claims: extra })).rejects.toThrow('type')
  await expect(
    mintToken(appToken, { secret: 'short', claims: { ...extra, room_id: room } }),
  ).rejects.toThrow()
  vi.stubGlobal('document', {})
  await expect(signManagement({ workspace, now })).rejects.toThrow('page')
  expect(await signApp({ workspace, now }, room, 'host')).toMatch(/^ey/)
})

async function exchange({ authService }: Hundredms, target: string, body: unknown): Promise<Told> {
  const headers: Headers = [['Content-Type', 'application/json']]
  return await askOne(authService.port, { method: 'POST', target, headers, body: JSON.stringify(body) })
}

it('HM-13: a room and a role are exchanged for an app token, unless that is switched off', async () => {
  const system = await start()
  const fields = { room_id: system.room, role: 'guest', user_id: 'me' }
  const { status, body } = await exchange(system, TOKEN_PATH, fields)
  expect([status, Object.keys(body as object)]).toEqual([
    200,
    ['token', 'msg', 'status', 'success', 'api_version'],
  ])
  const { token } = body as { token: string }
  expect(decode(token).payload).toMatchObject({ type: 'app', ...fields })
  expect((await judge(system, token, 'app')).status).toBe(200)
  expect((await judge(system, token, 'management')).status).toBe(401)
  system.authService.allowTokenEndpoint(false)
  const refused = await exchange(system, TOKEN_PATH, fields)
  expect([refused.status, refused.body]).toEqual([
    403,
    {
      success: false,
      msg: 'Generating token using the room_id and role is disabled.',
      api_version: expect.any(String),
    },
  ])
})

it('HM-13: a room and a role that are not there, not the workspace`s or not said get no token', async () => {
  const system = await start()
  const { room, foreignRoom } = system
  for (const [fields, status, message] of [
    [{ room_id: room, role: 'admin' }, 404, 'room or role not found'],
    [{ room_id: room, role: '__proto__' }, 404, 'room or role not found'],
    [{ room_id: foreignRoom, role: 'guest' }, 404, 'room or role not found'],
    [{ room_id: 'nowhere', role: 'guest' }, 404, 'room or role not found'],
    [{ room_id: room }, 400, 'room_id and role are required'],
    [{ role: 'guest' }, 400, 'room_id and role are required'],
    [{}, 400, 'room_id and role are required'],
  ] as const) {
    const refused = await exchange(system, TOKEN_PATH, fields)
    expect([fields, refused.status, refused.body]).toEqual([fields, status, { code: status, message }])
  }
})

it('HM-13: a room code is exchanged for an app token until it is disabled; an unknown one never is', async () => {
  const system = await start()
  const code = system.authService.createCode(system.room, 'guest')
  const { status, body } = await exchange(system, CODE_PATH, { code, user_id: 'me' })
  expect([status, Object.keys(body as object)]).toEqual([200, ['token']])
  const { token } = body as { token: string }
  expect(decode(token).payload).toMatchObject({ type: 'app', role: 'guest', user_id: 'me' })
  expect((await judge(system, token, 'app')).status).toBe(200)
  system.authService.disableCode(code)
  for (const [sent, expected] of [
    [{ code }, 403],
    [{ code: 'abc' }, 404],
    [{ code: ['a'] }, 400],
    [{}, 404],
  ] as const) {
    const refused = await exchange(system, CODE_PATH, sent)
    expect([sent, refused.status]).toEqual([sent, expected])
    expect(Object.keys(refused.body as object)).toEqual(['code', 'message'])
  }
})

it('HM-13: what is no request for a token gets none, and harms nobody', async () => {
  const system = await start()
  for (const [method, target] of [
    ['GET', CODE_PATH],
    ['POST', '/v2/tokens'],
    ['POST', '/__proto__'],
    ['POST', '/constructor'],
  ] as const) {
    const { status } = await askOne(system.authService.port, { method, target, headers: [], body: '{}' })
    expect([target, status]).toEqual([target, 400])
  }
  for (const body of ['', 'null', '[]', '7', '{', '{"code":{}}']) {
    const request = { method: 'POST', target: CODE_PATH, headers: [], body }
    expect([body, (await askOne(system.authService.port, request)).status]).toEqual([
      body,
      expect.toSatisfy((status) => status === 400 || status === 404),
    ])
  }
  const long = { method: 'POST', target: CODE_PATH, headers: [], body: 'x'.repeat(20_000) }
  expect((await askOne(system.authService.port, long).catch(() => ({ status: 0 }))).status).not.toBe(200)
  const code = system.authService.createCode(system.room, 'guest')
  expect((await exchange(system, CODE_PATH, { code })).status).toBe(200)
})

it('HM-14: every denial is { code, message, details } with fixed texts', async () => {
  const system = await start()
  const [manager, participant] = [bearer(await management(system)), bearer(await app(system, 'guest'))]
  const room = `/signal/rooms/${system.room}`
  const denials = [
    await ask(system.apis, 'GET', '/v2/rooms'),
    await ask(system.apis, 'GET', '/v2/rooms', bearer('x')),
    await ask(system.apis, 'GET', '/v2/rooms', participant),
    await ask(system.apis, 'GET', '/v2/unknown', manager),
    await ask(system.apis, 'POST', '/v2/sip/dtmf', manager),
    await ask(system.apis, 'POST', `${room}/end`, participant),
    await ask(system.apis, 'GET', '//v2/rooms', manager),
    await ask(system.apis, 'TRACE', '/v2/rooms', manager),
    await ask(system.apis, 'GET', '/v2/rooms', [...manager, ...manager]),
  ]
  expect(denials.map(({ status }) => status)).toEqual([401, 401, 401, 403, 403, 403, 400, 405, 400])
  for (const { body } of denials) {
    expect(body).toEqual({
      code: expect.any(Number),
      message: expect.any(String),
      details: [expect.any(String)],
    })
  }
  expect(denials[0]?.body).toMatchObject({ code: 401, message: 'Token validation error' })
})

it('HM-14: a store of secrets that is down gets 503, in the same shape', async () => {
  const system = await start()
  const failing: HundredmsSources = {
    ...system.workspaces,
    findSecrets: async () => await Promise.reject(new Error('down')),
  }
  const policy = hundredmsPolicy(failing, system.clock.now)
  const apis = await startGatedApis(() => createResourceServer(policy), ROUTES)
  closing.push(async () => await Promise.all(apis.map(async (api) => await api.close())))
  const { status, body, headers } = await ask(apis, 'GET', '/v2/rooms', bearer(await management(system)))
  expect([status, (body as { code: number }).code, headers['retry-after']]).toEqual([503, 503, '5'])
})

describe('HM-4: nothing but what a workspace signed', () => {
  for (const kind of ['management', 'app'] as const) {
    describeNegatives(`a route for ${kind} tokens`, async () => {
      const system = await open()
      const token = kind === 'app' ? await app(system) : await management(system)
      const { iat: _iat, exp: _exp, ...claims } = decode(token).payload
      const routes = ROUTES
      return {
        createServer: () =>
          createResourceServer({
            ...hundredmsPolicy(system.workspaces, system.clock.now),
            routes,
          }),
        routes,
        target: kind === 'app' ? `/signal/rooms/${system.room}/polls` : '/v2/sessions',
        key: system.key,
        claims,
        granting: kind === 'app' ? ['role'] : ['type'],
        clock: system.clock,
        close: system.close,
      }
    })
  }
})
