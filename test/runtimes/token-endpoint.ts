import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A token endpoint on loopback that has one token to give. */
export interface TokenEndpoint {
  readonly url: string
  close(): Promise<void>
}

/** Starts it; whoever asks gets the token (RFC 6749 section 5.1). */
export async function startTokenEndpoint(token: string): Promise<TokenEndpoint> {
  const server = createServer((_, response) => {
    const reply = { access_token: token, token_type: 'Bearer', expires_in: 300 }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(reply))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, close }
}
