import type { ServerResponse } from 'node:http'
import type { JsonWebKey } from '../key-set-options.ts'
import { createTestKey } from './test-key.ts'

/**
 * What a key set server does instead of answering properly.
 *
 * Both documents: `down` resets the connection without an answer, `reset` does so within the body; `slow` answers late,
 * `drip` a byte at a time, `hang` never; `redirect` answers 302 to a place where the right document is, `error` 500, `html`
 * a page with status 200, `garbage` JSON that breaks off, `huge` a body without end.
 *
 * The JWK Set only: `empty` has no keys, `duplicateKid` puts another valid key before each under the same `kid`,
 * `brokenKey` puts unusable entries among the good ones, one of them under the `kid` of a good one.
 *
 * The metadata only: `notFound` has none at `openid-configuration` (but at `oauth-authorization-server`), `wrongIssuer`
 * spells the issuer with a slash at the end.
 */
export type KeySetFaultMode =
  | 'down'
  | 'reset'
  | 'slow'
  | 'drip'
  | 'hang'
  | 'redirect'
  | 'error'
  | 'html'
  | 'garbage'
  | 'huge'
  | 'empty'
  | 'duplicateKid'
  | 'brokenKey'
  | 'notFound'
  | 'wrongIssuer'

/** Answers by itself, for faults that have no name here. */
export type KeySetFaultHandler = (response: ServerResponse) => void

/** A named fault, or a function that answers. */
export type KeySetFault = KeySetFaultMode | KeySetFaultHandler

/** Sends a JSON document the way it should be. */
export function sendJson(response: ServerResponse, document: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
}

/** The faults of transport: how the document is sent, whichever it is. */
export function sendFaultily(
  fault: KeySetFaultMode,
  response: ServerResponse,
  document: unknown,
  delay: number,
): void {
  const text = JSON.stringify(document)
  const json = { 'content-type': 'application/json' }
  switch (fault) {
    case 'down':
      response.socket?.resetAndDestroy()
      return
    case 'reset':
      response.writeHead(200, { ...json, 'content-length': text.length })
      response.write(text.slice(0, 10), () => response.socket?.resetAndDestroy())
      return
    case 'hang':
      return
    case 'slow':
      afterwards(response, delay, () => sendJson(response, document))
      return
    case 'drip':
      response.writeHead(200, { ...json, 'content-length': text.length })
      drip(response, text, delay)
      return
    case 'redirect':
      response.writeHead(302, { location: '?moved' }).end()
      return
    case 'error':
      response.writeHead(500, json).end('{"error":"server_error"}')
      return
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>')
      return
    case 'garbage':
      response.writeHead(200, json).end(text.slice(0, -2))
      return
    case 'huge':
      response.writeHead(200, json).write('{"keys":[')
      pour(response)
      return
    default:
      sendJson(response, document)
  }
}

/** The faults of content: what the JWK Set holds. */
export async function spoilKeys(
  fault: KeySetFault | undefined,
  keys: readonly JsonWebKey[],
): Promise<readonly unknown[]> {
  if (fault === 'empty') return []
  if (fault === 'duplicateKid') return (await Promise.all(keys.map(withTwin))).flat()
  if (fault !== 'brokenKey') return keys
  const offCurve = { kty: 'EC', crv: 'P-256', alg: 'ES256', x: 'AAAA', y: 'AAAA', kid: keys[0]?.kid }
  return [null, 'no key', [], {}, { kty: 7 }, { kty: 'RSA', kid: 'nothing else' }, offCurve, ...keys]
}

async function withTwin(jwk: JsonWebKey): Promise<readonly unknown[]> {
  const { publicJwk } = await createTestKey({ kid: String(jwk.kid), algorithm: jwk.alg as 'ES256' })
  return [publicJwk, jwk]
}

function afterwards(response: ServerResponse, delay: number, work: () => void): void {
  const timer = setTimeout(work, delay)
  response.once('close', () => clearTimeout(timer))
}

function drip(response: ServerResponse, text: string, delay: number): void {
  if (text === '') response.end()
  else {
    response.write(text.slice(0, 1))
    afterwards(response, delay, () => drip(response, text.slice(1), delay))
  }
}

function pour(response: ServerResponse): void {
  while (!response.destroyed && response.write('{"kty":"RSA","n":"AQAB","e":"AQAB"},'.repeat(1000)));
  if (!response.destroyed) response.once('drain', () => pour(response))
}
