import assert from 'node:assert/strict'
import type { AuthorizationDecision, ResourceRequest } from '@scopegate/core'
import type { TestIssuer } from '@scopegate/core/testing'
import { type RawRequest, type RawResponse, sendRaw, valuesOf } from '@scopegate/example-harness'
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
  assert.equal(decision.allowed, expected.verdict === 'allowed')
  if (decision.allowed) return
  assert.equal(decision.reason, expected.verdict === 'preflight' ? 'preflight' : expected.reason)
  assert.equal(decision.status, expected.status)
}

/** Sends a case to a host and holds the answer against what the case says of it. */
export async function expectAnswer(
  host: Host,
  request: RawRequest,
  expected: Expected,
): Promise<RawResponse> {
  const before = host.ran.length
  const response = await sendRaw(host.port, request)
  judgeAnswer(response, host.ran.slice(before), request, expected)
  return response
}

/** The answer, and the handlers that ran for it. */
export function judgeAnswer(
  response: RawResponse,
  ran: readonly string[],
  request: RawRequest,
  expected: Expected,
): void {
  if (expected.verdict === 'allowed') expectAllowed(response, ran, expected)
  else if (expected.refusedEarlier && !fromGate(response)) expectRefusedEarlier(response, ran)
  else expectDenied(response, ran, request, expected)
}

function expectAllowed(response: RawResponse, ran: readonly string[], { handler, headers }: Expected): void {
  assert.ok([200, 404].includes(response.status), `status ${response.status} for a request that is allowed`)
  assert.equal(ran.length, response.status === 200 ? 1 : 0)
  if (handler !== undefined) assert.deepEqual(ran, [handler])
  expectHeaders(response, headers)
}

function expectRefusedEarlier(response: RawResponse, ran: readonly string[]): void {
  assert.equal(Math.floor(response.status / 100), 4)
  assert.deepEqual(ran, [])
}

function expectDenied(
  response: RawResponse,
  ran: readonly string[],
  { method }: RawRequest,
  expected: Expected,
): void {
  assert.equal(response.status, expected.status)
  assert.deepEqual(ran, [])
  assert.deepEqual(
    valuesOf(response, 'www-authenticate'),
    typeof expected.challenge === 'string' ? [expected.challenge] : [],
  )
  expectHeaders(response, expected.headers)
  if (expected.verdict === 'preflight' || method === 'HEAD') assert.equal(response.body, '')
  else {
    const { error_description: description, ...rest } = JSON.parse(response.body)
    assert.deepEqual(rest, { error: expected.error })
    assert.equal(typeof description, 'string')
  }
  if (expected.verdict === 'denied') {
    expectHeaders(response, { 'cache-control': 'no-store', 'content-type': 'application/json' })
  }
}

function expectHeaders(response: RawResponse, headers: Expected['headers']): void {
  for (const [name, value] of Object.entries(headers ?? {})) {
    assert.deepEqual({ [name]: valuesOf(response, name) }, { [name]: value === null ? [] : [value] })
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
