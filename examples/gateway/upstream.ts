import type { IncomingMessage } from 'node:http'
import { type Listening, listen } from '@scopegate/example-harness'

/** A request as it reached the upstream. */
export interface Seen {
  readonly method: string
  readonly target: string
  /** By lower-case name. */
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What the gateway stands before: it trusts whatever comes. */
export interface Upstream extends Pick<Listening, 'url' | 'port' | 'close'> {
  /** Everything that reached it, oldest first. */
  readonly seen: readonly Seen[]
}

/** Starts it on loopback, where only this machine can reach it. `/reports/moved` answers with a redirect. */
export async function startUpstream(): Promise<Upstream> {
  const seen: Seen[] = []
  const { server, url, port, close } = await listen()
  server.on('request', async (request, response) => {
    const { method = '', url: target = '', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    seen.push({ method, target, headers, body: Buffer.concat(chunks).toString() })
    const moved = target === '/reports/moved'
    const headersOut = { 'content-type': 'application/json', ...(moved && { location: '/internal/secrets' }) }
    response.writeHead(moved ? 302 : 200, headersOut)
    response.end(
      JSON.stringify({ handler: `upstream ${method} ${target}`, clientId: headers['x-client-id'] ?? null }),
    )
  })
  return { seen, url, port, close }
}
