import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An HTTP server on loopback. */
export interface Listening {
  readonly port: number
  /** Without a slash at the end. */
  readonly url: string
  /** It listens before it has a listener: what it answers may have to name its address. */
  readonly server: Server
  readonly close: () => Promise<void>
}

/** Listens on loopback; 0 for a free port. */
export async function listen(port = 0): Promise<Listening> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: given } = server.address() as AddressInfo
  return { port: given, url: `http://127.0.0.1:${given}`, server, close: async () => await stop(server) }
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
