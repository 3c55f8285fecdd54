import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'

/** What is sent: `count` requests, taken from the list in turn. */
export interface Load {
  readonly requests: readonly Buffer[]
  readonly count: number
  /** What every answer must begin with; a server that refuses would be fast for a bad reason. */
  readonly status: number
}

/** Connections that are kept alive. */
export interface Connections {
  /** Sends the load, one request at a time on each connection, and gives the milliseconds it took. */
  readonly send: (load: Load) => Promise<number>
  readonly close: () => void
}

/** Opens the connections. It speaks just enough HTTP, so that the load costs little beside the server. */
export async function connect(port: number, lanes: number): Promise<Connections> {
  const sockets = await Promise.all(Array.from({ length: lanes }, async () => await open(port)))
  let position = 0
  const send = async (load: Load): Promise<number> => {
    let left = load.count
    const next = (): Buffer | undefined =>
      left-- > 0 ? load.requests[position++ % load.requests.length] : undefined
    const start = performance.now()
    await Promise.all(sockets.map(async (socket) => await drive(socket, next, load.status)))
    return performance.now() - start
  }
  return { send, close: () => sockets.forEach((socket) => void socket.destroy()) }
}

async function open(port: number): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

/** Sends the next request when the answer to the last is complete. */
async function drive(socket: Socket, next: () => Buffer | undefined, status: number): Promise<void> {
  const first = next()
  if (first === undefined) return
  if (socket.destroyed) throw new Error('the server closed an idle connection')
  await new Promise<void>((resolve, reject) => {
    let received = ''
    const settle = (error?: Error): void => {
      socket.off('data', read).off('error', settle).off('close', closed)
      if (error) reject(error)
      else resolve()
    }
    const closed = (): void => settle(new Error('the server closed the connection'))
    const proceed = (): void => {
      const request = next()
      if (request === undefined) settle()
      else socket.write(request)
    }
    const read = (chunk: Buffer): void => {
      received += chunk.toString('latin1')
      if (!isComplete(received)) return
      const answer = received
      received = ''
      if (answer.startsWith(`HTTP/1.1 ${status}`)) proceed()
      else settle(new Error(answer))
    }
    socket.on('data', read).on('error', settle).on('close', closed)
    socket.write(first)
  })
}

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1]
  if (length !== undefined) return text.length === end + 4 + Number(length)
  return text.startsWith('HTTP/1.1 204') || text.endsWith('\r\n0\r\n\r\n')
}
