import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as the endpoint received it. */
export interface ReceivedRequest {
  readonly url: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An answer; `body` is sent as JSON unless it is a string. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Says what the n-th request (from 1) is answered; `hang` is never answered at all. */
export type Answering = (request: ReceivedRequest, n: number) => Answer | 'hang' | Promise<Answer | 'hang'>

export interface TestServer {
  readonly origin: string
  /** `origin` with the path `/token`. */
  readonly url: string
  readonly received: readonly ReceivedRequest[]
  /** Changes what is answered from now on. */
  answer(answering: Answering): void
  close(): Promise<void>
}

/** A real HTTP server on loopback that answers as told and remembers what it received. */
export async function startServer(initial: Answering = grantToken): Promise<TestServer> {
  const received: ReceivedRequest[] = []
  let answering = initial
  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { url = '', method = '', headers } = incoming
    const request = { url, method, headers, body: await text(incoming) }
    received.push(request)
    const answer = await answering(request, received.length)
    if (answer !== 'hang') write(outgoing, answer)
  }

  return {
    origin,
    url: `${origin}/token`,
    received,
    answer(next) {
      answering = next
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Grants `token-1`, `token-2`, ... for an hour. */
export function grantToken(_: ReceivedRequest, n: number): Answer {
  return grant(`token-${n}`)
}

export function grant(token: string, expiresIn = 3600): Answer {
  return { body: { access_token: token, token_type: 'Bearer', expires_in: expiresIn } }
}

function write(outgoing: ServerResponse, { status = 200, headers, body = '' }: Answer): void {
  const isText = typeof body === 'string'
  outgoing.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers })
  outgoing.end(isText ? body : JSON.stringify(body))
}
