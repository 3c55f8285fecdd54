import type { AuthorizationDecision, ResourceRequest } from '@scopegate/core'
import type { TestIssuer } from '@scopegate/core/testing'
import { type RawRequest, type RawResponse, sendRaw, valuesOf } from '@scopegate/example-harness'
import { expect } from 'vitest'
import type { Case, Expected } from './case.ts'
import { holding } from './case.ts'
import type { Host } from './hosts.ts'

/** Puts the tokens of a case into its headers. */
export async function toRawRequest(
  { method = 'GET', target, token, headers = [] }: Case,
  issuer: TestIssuer,
): Promise<RawRequest> {
  const text = await tokenText(token, issuer)
  const placed = headers.some(([, value]) => value.includes('{token}'))
  const authorization = text === undefined || placed ? [] : [['Authorization', `Bearer ${text}`] as const]
  const filled = headers.map(([name, value]) => [name, value.replace('{token}', text ?? '')] as const)
  return { method, target, headers: [...authorization, ...filled] }
}

async function tokenText(token: Case['token'], issuer: TestIssuer): Promise<string | undefined> {
  if (typeof token !== 'string') return token && (await issuer.mintToken(token))
  const good = await issuer.mintToken(holding('query'))
  return token.replace('{token}', good).replace('{tampered}', tamper(good))
}

function tamper(token: string): string {
  const [header, payload, signature = ''] = token.split('.')
  const first = signature.startsWith('A') ? 'B' : 'A'
  return `${header}.${payload}.${first}${signature.slice(1)}`
}

/** The same request as an adapter would hand it to core. */
export function toResourceRequest({ method, target, headers }: RawRequest): ResourceRequest {
  const host = headers.some(([name]) => name.toLowerCase() === 'host') ? [] : ['Host', 'api.example']
  return {
    method,
    target,
    rawHeaders: [...host, ...headers.flatMap(([name, value]) => [name, value.trim()])],
  }
}

/** Holds a decision against what the case says of it. */
export function expectDecision(decision: AuthorizationDecision, expected: Expected): void {
  expect(decision.allowed).toBe(expected.verdict === 'allowed')
  if (decision.allowed) return
  expect(decision.reason).toBe(expected.verdict === 'preflight' ? 'preflight' : expected.reason)
  expect(decision.status).toBe(expected.status)
}

/** Sends a case to a host and holds the answer against what the case says of it. */
export async function expectAnswer(
  host: Host,
  request: RawRequest,
  expected: Expected,
): Promise<RawResponse> {
  const before = host.ran.length
  const response = await sendRaw(host.port, request)
  const ran = host.ran.slice(before)
  if (expected.verdict === 'allowed') expectAllowed(response, ran, expected)
  else if (expected.refusedEarlier && !fromGate(response)) expectRefusedEarlier(response, ran)
  else expectDenied(response, ran, request, expected)
  return response
}

function expectAllowed(response: RawResponse, ran: readonly string[], { handler, headers }: Expected): void {
  expect([200, 404]).toContain(response.status)
  expect(ran.length).toBe(response.status === 200 ? 1 : 0)
  if (handler !== undefined) expect(ran).toEqual([handler])
  expectHeaders(response, headers)
}

function expectRefusedEarlier(response: RawResponse, ran: readonly string[]): void {
  expect(Math.floor(response.status / 100)).toBe(4)
  expect(ran).toEqual([])
}

function expectDenied(
  response: RawResponse,
  ran: readonly string[],
  { method }: RawRequest,
  expected: Expected,
): void {
  expect(response.status).toBe(expected.status)
  expect(ran).toEqual([])
  expect(valuesOf(response, 'www-authenticate')).toEqual(
    typeof expected.challenge === 'string' ? [expected.challenge] : [],
  )
  expectHeaders(response, expected.headers)
  if (expected.verdict === 'preflight' || method === 'HEAD') expect(response.body).toBe('')
  else
    expect(JSON.parse(response.body)).toEqual({
      error: expected.error,
      error_description: expect.any(String),
    })
  if (expected.verdict === 'denied') {
    expectHeaders(response, { 'cache-control': 'no-store', 'content-type': 'application/json' })
  }
}

function expectHeaders(response: RawResponse, headers: Expected['headers']): void {
  for (const [name, value] of Object.entries(headers ?? {})) {
    expect({ [name]: valuesOf(response, name) }).toEqual({ [name]: value === null ? [] : [value] })
  }
}

function fromGate(response: RawResponse): boolean {
  return valuesOf(response, 'cache-control').includes('no-store')
}

const WRITTEN_BY_THE_GATE = new Set([
  'cache-control',
  'content-type',
  'www-authenticate',
  'retry-after',
  'allow',
  'x-content-type-options',
])

/** What must be the same on every framework: status, body, and the headers the gate writes. */
export function comparable(response: RawResponse, expected: Expected): unknown {
  if (expected.refusedEarlier && !fromGate(response)) return 'refused before the gate'
  const written = response.headers.filter(([name]) => name === 'vary' || name.startsWith('access-control-'))
  if (expected.verdict === 'allowed') return { headers: [...written].sort() }
  const ours = response.headers.filter(([name]) => WRITTEN_BY_THE_GATE.has(name))
  return { ...response, headers: [...written, ...ours].sort() }
}
