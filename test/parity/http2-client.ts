import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2'
import { REQUEST_ID } from './app-hooks.ts'
import type { NumberedRequest } from './http1-client.ts'

const STREAMS = 50

/** Sends requests over cleartext HTTP/2 and resolves when every stream has ended; a broken session is replaced. */
export async function sendOverHttp2(port: number, requests: readonly NumberedRequest[]): Promise<void> {
  let session = await open(port)
  for (let i = 0; i < requests.length; i += STREAMS) {
    if (session.closed || session.destroyed) session = await open(port)
    const current = session
    await Promise.all(requests.slice(i, i + STREAMS).map((numbered) => sendStream(current, numbered)))
  }
  session.destroy()
}

function open(port: number): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`)
    session.on('error', reject)
    session.once('connect', () => resolve(session))
  })
}

function sendStream(session: ClientHttp2Session, { id, request }: NumberedRequest): Promise<void> {
  const { method, target, host, headers } = request
  const sent: OutgoingHttpHeaders = {
    ...Object.fromEntries(headers),
    ':method': method,
    ':path': target,
    [REQUEST_ID]: `${id}`,
  }
  if (host !== undefined) sent[id % 5 === 0 ? 'host' : ':authority'] = host
  return new Promise((resolve) => {
    try {
      const stream = session.request(sent, { endStream: true })
      stream.on('error', () => undefined)
      stream.on('close', resolve)
      stream.resume()
    } catch {
      resolve()
    }
  })
}
