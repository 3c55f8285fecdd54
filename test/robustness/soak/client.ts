import { Agent, request } from 'node:http'
import type { Message } from './traffic.ts'

/** A client with one connection, which it keeps. */
export interface Client {
  /** The status of the answer. */
  readonly send: (message: Message) => Promise<number>
  readonly close: () => void
}

export function createClient(port: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const once = async ({ method, path, headers }: Message): Promise<number> =>
    await new Promise((resolve, reject) => {
      const outgoing = request({
        agent,
        port,
        host: '127.0.0.1',
        method,
        path,
        headers: ['Host', 'api.example', ...headers],
      })
      outgoing.once('response', (response) => {
        response.resume()
        response.once('end', () => resolve(response.statusCode ?? 0))
        response.once('error', reject)
      })
      // A server may close an idle connection at the very moment it is used again; then nothing was answered.
      outgoing.once('error', (error) => (outgoing.reusedSocket ? resolve(0) : reject(error)))
      outgoing.end()
    })
  return {
    send: async (message) => (await once(message)) || (await once(message)),
    close: () => agent.destroy(),
  }
}
