import { once } from 'node:events'
import { connect } from 'node:net'

/** A request as it goes over the wire: nothing is normalised, repeated or odd headers are sent as written. */
export interface RawRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Sent with its length. Default: none. */
  readonly body?: string
}

/** A response as it came over the wire. */
export interface RawResponse {
  readonly status: number
  /** Names in lower case, in the order they came. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** Sends one HTTP/1.1 request on a connection of its own. `Host` and `Connection` are added unless they are given. */
export async function sendRaw(port: number, request: RawRequest): Promise<RawResponse> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.setTimeout(5000, () => socket.destroy(new Error('no answer')))
  await once(socket, 'connect')
  socket.write(serialise(request), 'latin1')
  let text = ''
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1')
    if (isComplete(text, request.method)) break // not every server closes when it is asked to
  }
  return parse(text, request.method)
}

function isComplete(text: string, method: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const head = text.slice(0, end + 2)
  if (method === 'HEAD' || /^HTTP\/1\.1 (204|304)/.test(head)) return true
  if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) return text.endsWith('\r\n0\r\n\r\n')
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1]
  return length !== undefined && text.length >= end + 4 + Number(length)
}

function serialise({ method, target, headers, body }: RawRequest): string {
  const given = new Set(headers.map(([name]) => name.toLowerCase()))
  const added = [...(given.has('host') ? [] : [['Host', 'api.example']]), ['Connection', 'close']]
  if (body !== undefined) added.push(['Content-Length', String(Buffer.byteLength(body, 'latin1'))])
  const lines = [...added, ...headers].map(([name, value]) => `${name}: ${value}`)
  return [`${method} ${target} HTTP/1.1`, ...lines, '', body ?? ''].join('\r\n')
}

function parse(text: string, method: string): RawResponse {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const raw = text.slice(end + 4)
  const chunked = headers.some(([name, value]) => name === 'transfer-encoding' && value === 'chunked')
  const body = chunked && method !== 'HEAD' ? unchunk(raw) : raw
  return { status: Number(statusLine.split(' ')[1]), headers, body }
}

function unchunk(raw: string): string {
  let body = ''
  for (let at = 0; at < raw.length; ) {
    const lineEnd = raw.indexOf('\r\n', at)
    const size = Number.parseInt(raw.slice(at, lineEnd), 16)
    if (!(size > 0)) break
    body += raw.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
  return body
}

/** All values of a header, in the order they came. */
export function valuesOf({ headers }: RawResponse, name: string): readonly string[] {
  return headers.filter(([given]) => given === name).map(([, value]) => value)
}
