import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AccessToken, DeniedDecision, ResourceServer } from '@scopegate/core'
import { type WebSocket, WebSocketServer } from 'ws'

/**
 * Judges the upgrade request like any other before the socket is accepted. Middleware never sees it: Node hands it to this
 * listener, and no route guards it. A socket does not outlive its token.
 */
export function acceptSockets(
  http: Server,
  gate: ResourceServer,
  onSocket: (socket: WebSocket) => void,
): void {
  const sockets = new WebSocketServer({ noServer: true })
  http.on('upgrade', async (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on('error', () => connection.destroy())
    const { method = '', url: target = '', rawHeaders } = request
    const decision = await gate.authorize({ method, target, rawHeaders })
    if (decision.allowed === false) return refuse(connection, decision)
    if (connection.destroyed) return
    sockets.handleUpgrade(request, connection, head, (socket) => {
      const end = whenExpired(decision.token, () => socket.close(4401, 'the token expired'))
      socket.on('close', end)
      onSocket(socket)
    })
  })
}

function refuse(connection: Duplex, { status, headers, body }: DeniedDecision): void {
  const lines = [...headers.set, ...headers.append].map(([name, value]) => `${name}: ${value}\r\n`)
  const length = `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n`
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}${length}\r\n${body}`)
}

/** Runs once when the token expires; returns what calls it off. A timer takes 24 days at most, which no token should. */
export function whenExpired(token: AccessToken | undefined, run: () => void): () => void {
  if (token?.expiresAt === undefined) return () => undefined
  const timer = setTimeout(run, Math.min(token.expiresAt * 1000 - Date.now(), 2 ** 31 - 1))
  return () => clearTimeout(timer)
}
