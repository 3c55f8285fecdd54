import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A TCP connection on which anything can be sent. */
export interface RawConnection {
  readonly socket: Socket
  /** What has come in so far. */
  readonly received: () => string
  /** Resolves once the other side has ended it, however. */
  readonly closed: Promise<void>
}

/** Text is sent at once; the connection is the caller's to end. */
export async function openConnection(port: number, text = ''): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1' })
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk) => {
    received += chunk
  })
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  await once(socket, 'connect')
  socket.write(text, 'latin1')
  return { socket, received: () => received, closed }
}

/** The status lines in what was received, in order. */
export function statusesIn(text: string): readonly number[] {
  return Array.from(text.matchAll(/HTTP\/1\.[01] (\d{3}) /g), ([, status]) => Number(status))
}
