import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A JSON document on loopback that is sent when it is told to be. */
export interface HeldDocument {
  readonly url: string
  /** How often it was asked for. */
  readonly asked: () => number
  /** Resolves once it has been asked for so often. */
  readonly wasAsked: (times: number) => Promise<void>
  /**
   * Answers this request, counted from 0, with the document as it is now, and at once what is asked later: on a machine that
   * is slow to get here, somebody may have lost patience.
   */
  readonly answer: (index: number) => void
  readonly close: () => Promise<void>
}

/** Starts it; every request waits for {@link HeldDocument.answer}. */
export async function startHeldDocument(read: () => object): Promise<HeldDocument> {
  const waiting: ServerResponse[] = []
  let answeredFrom = Number.POSITIVE_INFINITY
  const send = (response: ServerResponse): void => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(read()))
  }
  const server = createServer((_, response) => {
    if (waiting.push(response) > answeredFrom) send(response)
    server.emit('asked')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: () => waiting.length,
    wasAsked: async (times) => {
      while (waiting.length < times) await once(server, 'asked')
    },
    answer: (index) => {
      answeredFrom = index
      waiting.slice(index).forEach(send)
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
