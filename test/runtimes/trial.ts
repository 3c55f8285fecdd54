import assert from 'node:assert/strict'
import { createResourceServer } from '@scopegate/core'
import { createFakeClock, createTestIssuer, type MintOptions } from '@scopegate/core/testing'
import { type RawResponse, sendRaw, valuesOf } from '@scopegate/example-harness'
import type { Case, Expected } from '../conformance/case.ts'
import { CONTRACT_CASES } from '../conformance/cases-contract.ts'
import { CORS_CASES } from '../conformance/cases-cors.ts'
import { HOST_CASES, TARGET_CASES } from '../conformance/cases-targets.ts'
import { HOSTS, type StartHost } from '../conformance/hosts.ts'
import { createServer, RULES } from '../conformance/policy.ts'
import { expectDecision, judgeAnswer, toRawRequest, toResourceRequest } from '../conformance/run-case.ts'
import type { CallOrder, Decisions, Setup } from './hosts/setup.ts'
import type { RemoteHost } from './remote-host.ts'
import { startTokenEndpoint } from './token-endpoint.ts'

/** The one table of cases. */
export const CASES: readonly Case[] = [...CONTRACT_CASES, ...TARGET_CASES, ...HOST_CASES, ...CORS_CASES]

const clock = createFakeClock()
const issuer = await createTestIssuer({ now: clock.now })
const startApi = HOSTS.hono as StartHost
const setup = (): Setup => ({
  issuer: issuer.issuer,
  audience: issuer.audience,
  jwks: issuer.jwks,
  time: clock.now(),
})

/** Runs one case in a runtime and throws where the answer is not the expected one. */
export type Trial = (host: RemoteHost, row: Case, expected: Expected | 'refused') => Promise<void>

/** By an adapter: raw bytes on a socket, cold and then warm. */
export const tryAdapter: Trial = async (host, row, expected) => {
  const request = await toRawRequest(row, issuer)
  const port = await host.start(setup())
  for (let turn = 0; turn < 2; turn++) {
    const response = await sendRaw(port, request)
    const ran = await host.ran()
    if (expected === 'refused') judgeRefusal(response, ran)
    else judgeAnswer(response, ran, request, expected)
  }
}

/** By the runtime itself: nothing ran, and the gate was not asked. */
function judgeRefusal(response: RawResponse, ran: readonly string[]): void {
  assert.ok(response.status >= 400, `status ${response.status}`)
  assert.deepEqual(ran, [])
  assert.deepEqual(valuesOf(response, 'cache-control'), [])
}

/** By core alone: `authorize` cold and warm, and `authorizeNow`. */
export const tryCore: Trial = async (host, row, expected) => {
  const request = toResourceRequest(await toRawRequest(row, issuer))
  const { cold, warm, now } = (await host.order('decide', { ...setup(), request })) as Decisions
  expectDecision(cold, expected as Expected)
  for (const again of now === null ? [warm] : [warm, now]) assert.deepEqual(again, cold)
}

/** By the client: it fetches the token of the case, and sends the request with it to an API on Node. */
export const tryClient: Trial = async (host, row, expected) => {
  const request = await toRawRequest(row, issuer)
  const minted = typeof row.token === 'object' && !row.headers?.some(([name]) => isAuthorization(name))
  const endpoint = await startTokenEndpoint(
    minted ? await issuer.mintToken(row.token as MintOptions) : 'unused',
  )
  const api = await startApi(createServer(issuer, clock), RULES)
  const base = `http://127.0.0.1:${api.port}`
  const order: CallOrder = {
    tokenEndpoint: endpoint.url,
    api: base,
    url: `${base}${request.target}`,
    method: request.method,
    headers: minted ? (row.headers ?? []) : request.headers,
  }
  try {
    judgeAnswer((await host.order('call', order)) as RawResponse, api.ran, request, expected as Expected)
  } finally {
    await api.close()
    await endpoint.close()
  }
}

/** By the client alone: a token that it signs, held against a server that shares the secret. */
export async function tryMinting(host: RemoteHost): Promise<void> {
  const secret = crypto.randomUUID()
  const token = await host.order('mint', { secret, claims: { access_key: 'key' } })
  const server = createResourceServer({
    tokens: [{ issuer: null, audience: null, claims: { type: 'management' }, secret }],
    routes: [{ method: 'GET', path: '/', access: 'authenticated' }],
  })
  const rawHeaders = ['Host', 'api.example', 'Authorization', `Bearer ${token}`]
  assert.ok((await server.authorize({ method: 'GET', target: '/', rawHeaders })).allowed)
}

const isAuthorization = (name: string): boolean => name.toLowerCase() === 'authorization'
