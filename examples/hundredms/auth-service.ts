import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { appToken, mintToken } from '@scopegate/client/mint'
import { type Listening, listen } from '@scopegate/example-harness'
import type { Workspaces } from './workspaces.ts'

/** The vendor's own ways to app tokens, for those who do not sign them yet. */
export interface AuthService extends Omit<Listening, 'server'> {
  /** A code that stands for a room and a role until it is disabled. */
  readonly createCode: (roomId: string, role: string) => string
  readonly disableCode: (code: string) => void
  /** Switches the token endpoint of the workspace off, or on again. */
  readonly allowTokenEndpoint: (allowed: boolean) => void
}

/** What the service answers. */
interface Reply {
  readonly status: number
  readonly body: object
}

interface Code {
  readonly roomId: string
  readonly role: string
  disabled: boolean
}

/** How the service is set up: it mints for one workspace. */
export interface AuthServiceSettings {
  readonly workspaces: Pick<Workspaces, 'secretsOf' | 'offers'>
  readonly accessKey: string
  readonly now: () => number
}

export const TOKEN_PATH = '/api/token'
export const CODE_PATH = '/v2/token'
const VERSION = '2.0.0'
const DISABLED = 'Generating token using the room_id and role is disabled.'

/** Starts the service on loopback. */
export async function startAuthService({
  workspaces,
  accessKey,
  now,
}: AuthServiceSettings): Promise<AuthService> {
  const codes = new Map<string, Code>()
  let allowed = true
  const mint = async (room_id: string, role: string, user_id: string): Promise<string> => {
    const claims = { access_key: accessKey, room_id, role, ...(user_id && { user_id }) }
    const [secret = ''] = workspaces.secretsOf(accessKey)
    return await mintToken(appToken, { secret, claims, now })
  }
  const byRoom = async ({ room_id, role, user_id }: Fields): Promise<Reply> => {
    if (!allowed) return { status: 403, body: { success: false, msg: DISABLED, api_version: VERSION } }
    if (room_id === '' || role === '') return refusal(400, 'room_id and role are required')
    if (!workspaces.offers(accessKey, room_id, role)) return refusal(404, 'room or role not found')
    const token = await mint(room_id, role, user_id)
    return {
      status: 200,
      body: { token, msg: 'token generated', status: 200, success: true, api_version: VERSION },
    }
  }
  const byCode = async ({ code, user_id }: Fields): Promise<Reply> => {
    const found = codes.get(code)
    if (found === undefined) return refusal(404, 'room code not found')
    if (found.disabled) return refusal(403, 'room code is disabled')
    return { status: 200, body: { token: await mint(found.roomId, found.role, user_id) } }
  }
  const answers = new Map([
    [`POST ${TOKEN_PATH}`, byRoom],
    [`POST ${CODE_PATH}`, byCode],
  ])
  const { server, ...listening } = await listen()
  server.on('request', (request, response) => {
    const answer = answers.get(`${request.method} ${request.url}`)
    respond(request, response, answer).catch(() => response.destroy())
  })
  return {
    ...listening,
    createCode: (roomId, role) => {
      const code = randomBytes(9).toString('base64url')
      codes.set(code, { roomId, role, disabled: false })
      return code
    },
    disableCode: (code) => {
      const found = codes.get(code)
      if (found) found.disabled = true
    },
    allowTokenEndpoint: (value) => {
      allowed = value
    },
  }
}

type Fields = Readonly<Record<'room_id' | 'role' | 'user_id' | 'code', string>>

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ((fields: Fields) => Promise<Reply>) | undefined,
): Promise<void> {
  const fields = readFields(await readText(request))
  const { status, body } =
    answer === undefined || fields === undefined ? refusal(400, 'bad request') : await answer(fields)
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

const MAX_BODY_BYTES = 16_384

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > MAX_BODY_BYTES) throw new RangeError('the body is too long')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString()
}

function readFields(body: string): Fields | undefined {
  try {
    const sent = new Map(Object.entries(JSON.parse(body) as object))
    const read = (name: string): string => {
      const value = sent.get(name) ?? ''
      if (typeof value === 'string') return value
      throw new TypeError(`${name} is no text`)
    }
    return { room_id: read('room_id'), role: read('role'), user_id: read('user_id'), code: read('code') }
  } catch {
    return undefined
  }
}

function refusal(code: number, message: string): Reply {
  return { status: code, body: { code, message } }
}
