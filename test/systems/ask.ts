import {
  type Api,
  type Headers,
  type RawRequest,
  type RawResponse,
  sendRaw,
} from '@scopegate/example-harness'
import { expect } from 'vitest'

/** The answer that every framework gave. */
export interface Told {
  readonly status: number
  /** Parsed where it is JSON. */
  readonly body: unknown
  /** By lower-case name; repeated ones joined. */
  readonly headers: Readonly<Record<string, string>>
}

type Asked = Pick<Api, 'framework' | 'port'>

/** Asks the API on each framework in turn; they must agree on status, body and the headers that are the gate's. */
export async function ask(
  apis: readonly Asked[],
  method: string,
  target: string,
  headers: Headers = [],
): Promise<Told> {
  const told = []
  for (const { framework, port } of apis) {
    told.push({ framework, ...toTold(await sendRaw(port, { method, target, headers })) })
  }
  const [first, ...others] = told
  if (first === undefined) throw new Error('there is no API to ask')
  for (const { framework, ...other } of others) {
    expect({ [framework]: ofGate(other) }).toEqual({ [framework]: ofGate(first) })
  }
  return first
}

/** Asks one server, such as the token endpoint's. */
export async function askOne(port: number, request: RawRequest): Promise<Told> {
  return toTold(await sendRaw(port, request))
}

/** Only the statuses, in the order of the requests: `GET /v1/maps`. */
export async function statusesOf(
  apis: readonly Asked[],
  headers: Headers,
  requests: readonly string[],
): Promise<readonly number[]> {
  const statuses = []
  for (const request of requests) {
    const [method = '', target = ''] = request.split(' ')
    statuses.push((await ask(apis, method, target, headers)).status)
  }
  return statuses
}

function toTold({ status, headers, body }: RawResponse): Told {
  const joined: Record<string, string> = {}
  for (const [name, value] of headers) joined[name] = joined[name] ? `${joined[name]}, ${value}` : value
  return { status, headers: joined, body: parse(body) }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

const GATE_HEADER = /^(access-control-.*|allow|cache-control|retry-after|vary|www-authenticate)$/

function ofGate({ status, body, headers }: Told): Told {
  return {
    status,
    body,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => GATE_HEADER.test(name))),
  }
}
