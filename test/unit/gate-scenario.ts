import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResourceServer, type ResourceServer, type ResourceServerOptions } from '@scopegate/core'
import { createTestIssuer, type MintOptions } from '@scopegate/core/testing'
import { type RawRequest, sendRaw } from '@scopegate/example-harness'
import { expect } from 'vitest'

/** A resource server whose keys are at hand, and tokens for it. */
export interface GateScenario {
  readonly server: ResourceServer
  /** The value of an `Authorization` header. */
  readonly bearer: (scope: string, options?: MintOptions) => Promise<string>
}

export const appOrigin = 'https://app.example'

/** One rule for whatever lies under `/api`, none for the rest. */
export async function createGateScenario(
  options: Partial<ResourceServerOptions> = {},
): Promise<GateScenario> {
  const issuer = await createTestIssuer()
  const server = createResourceServer({
    issuer: issuer.issuer,
    audience: issuer.audience,
    keys: issuer.jwks,
    origins: [appOrigin],
    routes: [
      { method: '*', path: '/api/*', scopes: 'query' },
      { method: 'GET', path: '/open', access: 'public' },
      { method: 'GET', path: '/news', access: 'optional' },
    ],
    ...options,
  } as ResourceServerOptions)
  const bearer = async (scope: string, mint: MintOptions = {}): Promise<string> =>
    `Bearer ${await issuer.mintToken({ ...mint, scope })}`
  return { server, bearer }
}

/** Serves on loopback until closed. */
export async function listen(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, close: async () => await closeServer(server) }
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** An answer whose headers are easy to compare: by lower-case name, repeated ones joined. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends a request as it is written. Rejects where the connection ends without an answer. */
export async function send(url: string, request: Partial<RawRequest>): Promise<Reply> {
  const port = Number(new URL(url).port)
  const { status, headers, body } = await sendRaw(port, {
    method: 'GET',
    target: '/',
    headers: [],
    ...request,
  })
  if (Number.isNaN(status)) throw new Error('the connection ended without an answer')
  const joined = new Map<string, string>()
  for (const [name, value] of headers) joined.set(name, [joined.get(name) ?? [], value].flat().join(', '))
  return { status, headers: Object.fromEntries(joined), body }
}

/** {@link send} for a plain GET. */
export async function get(url: string, target: string, headers: Record<string, string> = {}): Promise<Reply> {
  return await send(url, { target, headers: Object.entries(headers) })
}

const FOREIGN = { Vary: 'Accept-Language', 'Access-Control-Allow-Origin': '*', 'Access-Control-Max-Age': '5' }
const COOKIES = ['a=1', 'b=2']

const WAYS_TO_SET = ['set', 'object', 'list', 'undefined', 'null', 'two']

/** Answers 202 as a handler would that knows nothing of the gate: with a `Vary`, CORS headers and two cookies of its own. */
export function answerWithForeignHeaders(res: ServerResponse, by = ''): void {
  const all = Object.entries({ ...FOREIGN, 'Set-Cookie': COOKIES })
  if (by === 'set') {
    for (const [name, value] of all) res.setHeader(name, value)
    res.statusCode = 202
  } else if (by === 'object') res.writeHead(202, 'Fine', Object.fromEntries(all))
  // As wrappers call it that name all three arguments: Node takes the headers from the second where there is no third.
  else if (by === 'undefined') res.writeHead(202, Object.fromEntries(all) as never, undefined)
  else if (by === 'null') res.writeHead(202, Object.fromEntries(all) as never, null as never)
  // Of two objects Node takes the last.
  else if (by === 'two') res.writeHead(202, { 'X-Ignored': 'yes' } as never, Object.fromEntries(all))
  else res.writeHead(202, [...Object.entries(FOREIGN), ...COOKIES.map((it) => ['Set-Cookie', it])].flat())
  res.end()
}

/** Expects of every such answer that the gate's headers stand, and the others beside them. */
export async function expectOwnedHeaders(url: string, authorization: string, origin?: string): Promise<void> {
  for (const by of WAYS_TO_SET) {
    const sent = { Authorization: authorization, ...(origin && { Origin: origin }) }
    const { status, headers } = await get(url, `/api/x?${by}`, sent)
    expect([status, headers.vary, headers['set-cookie']]).toEqual([
      202,
      'Accept-Language, Origin',
      'a=1, b=2',
    ])
    expect(headers['access-control-allow-origin']).toBe(origin)
    expect(headers).not.toHaveProperty('access-control-max-age')
    expect(headers).not.toHaveProperty('x-ignored')
  }
}
