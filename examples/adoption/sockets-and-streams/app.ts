import { createServer, type Server } from 'node:http'
import { createResourceServer, type TokenProfileOptions } from '@scopegate/core'
import { accessToken, protect } from '@scopegate/express'
import express from 'express'
import { acceptSockets, whenExpired } from './accept-sockets.ts'

/**
 * The gate judges a request when it arrives, and never again: a stream that is open stays open when its token expires, is
 * revoked, or loses a scope. So both ends here are tied to `expiresAt`; with a `status` source, ask it again from time to
 * time in the same place.
 */
export function createApp(tokens: TokenProfileOptions): Server {
  const gate = createResourceServer({
    tokens: [tokens],
    routes: [
      { method: 'GET', path: '/positions', scopes: 'positions' },
      { method: 'GET', path: '/events', scopes: 'events' },
    ],
  })
  const app = express()
  app.use(protect(gate))
  app.get('/events', (req, res) => {
    res.set('Content-Type', 'text/event-stream').write('event: open\ndata:\n\n')
    const end = whenExpired(accessToken(req), () => res.end('event: expired\ndata:\n\n'))
    res.on('close', end)
  })
  const http = createServer(app)
  acceptSockets(http, gate, (socket) => socket.on('message', (position) => socket.send(position)))
  return http
}
