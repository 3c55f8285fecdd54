import { METHODS } from 'node:http'
import { connect, type Socket } from 'node:net'
import { REQUEST_ID } from './app-hooks.ts'
import type { PlannedRequest } from './planned-request.ts'

/** A request and the number it is sent with. */
export interface NumberedRequest {
  readonly id: number
  readonly request: PlannedRequest
}

const PIPELINE = 7
const SOCKETS = 4
const TIMEOUT = 20_000

/** Sends requests over raw sockets, pipelined, and resolves when each was answered or its connection closed. */
export async function sendOverHttp1(port: number, requests: readonly NumberedRequest[]): Promise<void> {
  const batches = inBatches(requests)
  const worker = async (): Promise<void> => {
    let socket = connect(port, '127.0.0.1')
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      if (socket.destroyed) socket = connect(port, '127.0.0.1')
      const answered = await sendBatch(socket, batch)
      const unanswered = batch.slice(Math.max(1, answered))
      if (unanswered.length > 0) batches.unshift(unanswered)
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: SOCKETS }, worker))
}

/** A request that the HTTP parser may refuse goes last, since it takes its connection with it. */
function inBatches(requests: readonly NumberedRequest[]): NumberedRequest[][] {
  const batches: NumberedRequest[][] = [[]]
  for (const numbered of requests) {
    const batch = batches.at(-1) as NumberedRequest[]
    batch.push(numbered)
    if (batch.length === PIPELINE || !isParsable(numbered.request)) batches.push([])
  }
  return batches.filter((batch) => batch.length > 0)
}

function isParsable({ method, target, host }: PlannedRequest): boolean {
  return METHODS.includes(method) && /^\/[!-~]*$/.test(target) && host !== undefined
}

/** Resolves with the number of answers, once all are there or the connection has ended. */
function sendBatch(socket: Socket, batch: readonly NumberedRequest[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = ''
    const answers = (): number => received.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0
    const finish = (): void => {
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      if (batch.some(({ request }) => request.host === undefined)) socket.destroy()
      resolve(answers())
    }
    socket.setTimeout(TIMEOUT, () => reject(new Error(`no answer to ${describe(batch)}`)))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (answers() >= batch.length) finish()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', finish)
    socket.write(batch.map(wireForm).join(''), 'latin1')
  })
}

/** Without a `Host`, the request is one of HTTP/1.0: 1.1 must have it. */
function wireForm({ id, request }: NumberedRequest): string {
  const { method, target, host, headers } = request
  const lines = [`${method} ${target} HTTP/1.${host === undefined ? 0 : 1}`]
  if (host !== undefined) lines.push(`Host: ${host}`)
  lines.push(`${REQUEST_ID}: ${id}`, ...headers.map(([name, value]) => `${name}: ${value}`))
  return `${lines.join('\r\n')}\r\n\r\n`
}

function describe(batch: readonly NumberedRequest[]): string {
  return batch.map(({ request }) => JSON.stringify(`${request.method} ${request.target}`)).join(', ')
}
