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
  /** Answers this request, counted from 0, with the document as it is now. */
  readonly answer: (index: number) => void
  readonly close: () => Promise<void>
}

/** Starts it; every request waits for {@link HeldDocument.answer}. */
export async function startHeldDocument(read: () => object): Promise<HeldDocument> {
  const waiting: ServerResponse[] = []
  const server = createServer((_, response) => {
    waiting.push(response)
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
      waiting[index]?.setHeader('content-type', 'application/json').end(JSON.stringify(read()))
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
