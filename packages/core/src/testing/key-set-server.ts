import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type KeySetFault, sendFaultily, sendJson, spoilKeys } from './key-set-faults.ts'
import { DEFAULT_ISSUER, type TestIssuer } from './test-issuer.ts'

/** Which document is meant: the metadata or the JWK Set. */
export type KeySetEndpoint = 'discovery' | 'jwks'

/** How often each document was asked for, faulty answers included. */
export interface KeySetRequests {
  readonly discovery: number
  readonly jwks: number
  /** Requests that followed a redirect. */
  readonly redirected: number
}

/** How a {@link KeySetServer} is set up. */
export interface KeySetServerOptions {
  /** What comes behind the authority in the URL, beginning with a slash: `/tenant`. Default: nothing. */
  readonly path?: string
  /** How late `slow` answers, and how far apart the bytes of `drip` are, in milliseconds. Default 20. */
  readonly delay?: number
}

/** A running HTTP server on loopback with an issuer's metadata and JWK Set. */
export interface KeySetServer {
  /** Its URL without a slash at the end; the issuer's identifier unless that has one of its own. */
  readonly url: string
  /** Where the JWK Set is. */
  readonly jwksUri: string
  /** Counts requests; the same object all the time. */
  readonly requests: KeySetRequests
  /** Answers faultily from now on, one of the two documents or both; `undefined` answers properly again. */
  readonly setFault: (fault: KeySetFault | undefined, endpoint?: KeySetEndpoint) => void
  /** Stops listening and drops every connection: from then on they are refused. */
  readonly close: () => Promise<void>
}

/**
 * Starts a real HTTP server that publishes an issuer's keys, found by `/.well-known/openid-configuration` or RFC 8414's
 * `/.well-known/oauth-authorization-server`, and that can be told to fail in most of the ways a server can. What it
 * publishes follows the issuer: a rotated key is served at once. An issuer that was given no identifier takes this
 * server's URL for it.
 *
 * @example
 * const issuer = await createTestIssuer()
 * const keySet = await startKeySetServer(issuer)
 * const server = createResourceServer({ issuer: issuer.issuer, audience: issuer.audience, routes })
 * keySet.setFault('down') // requests whose keys are not cached are answered 503
 * await keySet.close()
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414, section 3}
 */
export async function startKeySetServer(
  issuer: TestIssuer,
  { path = '', delay = 20 }: KeySetServerOptions = {},
): Promise<KeySetServer> {
  const faults: Partial<Record<KeySetEndpoint, KeySetFault | undefined>> = {}
  const requests = { discovery: 0, jwks: 0, redirected: 0 }
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  const jwksUri = `${url}/jwks`
  if (issuer.issuer === DEFAULT_ISSUER) issuer.identifyAs(url)

  const metadata = (fault: KeySetFault | undefined): object => ({
    issuer: fault === 'wrongIssuer' ? `${issuer.issuer}/` : issuer.issuer,
    jwks_uri: jwksUri,
  })
  const answer = async (
    endpoint: KeySetEndpoint,
    moved: boolean,
    response: ServerResponse,
  ): Promise<void> => {
    requests[moved ? 'redirected' : endpoint]++
    const fault = moved ? undefined : faults[endpoint]
    const { keys } = issuer.jwks
    const document = endpoint === 'jwks' ? { keys: await spoilKeys(fault, keys) } : metadata(fault)
    send(fault, response, document, delay)
  }
  server.on('request', (request, response) => {
    const [pathname, query] = (request.url ?? '').split('?')
    const openid = pathname === `${path}/.well-known/openid-configuration`
    const discovery = openid || pathname === `/.well-known/oauth-authorization-server${path}`
    if (!discovery && pathname !== `${path}/jwks`) response.writeHead(404).end()
    else if (openid && faults.discovery === 'notFound') {
      requests.discovery++
      response.writeHead(404).end()
    } else void answer(discovery ? 'discovery' : 'jwks', query === 'moved', response)
  })
  return Object.freeze({
    url,
    jwksUri,
    requests,
    setFault: (fault: KeySetFault | undefined, endpoint?: KeySetEndpoint) => {
      if (endpoint !== 'jwks') faults.discovery = fault
      if (endpoint !== 'discovery') faults.jwks = fault
    },
    close: async () => await close(server),
  })
}

function send(
  fault: KeySetFault | undefined,
  response: ServerResponse,
  document: unknown,
  delay: number,
): void {
  if (fault === undefined) sendJson(response, document)
  else if (typeof fault === 'function') fault(response)
  else sendFaultily(fault, response, document, delay)
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
