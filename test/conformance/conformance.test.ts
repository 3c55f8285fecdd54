import { createFakeClock } from '@scopegate/core/testing'
import { describe, expect, it } from 'vitest'
import type { Case } from './case.ts'
import { CONTRACT_CASES } from './cases-contract.ts'
import { CORS_CASES } from './cases-cors.ts'
import { HOST_CASES, TARGET_CASES } from './cases-targets.ts'
import { HOSTS } from './hosts.ts'
import { createIssuer, createServer, RULES } from './policy.ts'
import { comparable, expectAnswer, expectDecision, toRawRequest, toResourceRequest } from './run-case.ts'

const clock = createFakeClock()
const issuer = await createIssuer(clock)

/** On sockets, cold and then warm, on every framework; the answers must be equal too. */
async function onEveryFramework(row: Case): Promise<void> {
  const request = await toRawRequest(row, issuer)
  const answers: unknown[] = []
  for (const start of Object.values(HOSTS)) {
    const host = await start(createServer(issuer, clock), RULES)
    try {
      const cold = await expectAnswer(host, request, row.expected)
      const warm = await expectAnswer(host, request, row.expected)
      expect(warm.status).toBe(cold.status)
      answers.push(comparable(cold, row.expected), comparable(warm, row.expected))
    } finally {
      await host.close()
    }
  }
  const judged = answers.filter((answer) => answer !== 'refused before the gate')
  for (const answer of judged) expect(answer).toEqual(judged[0])
}

/** In this process: `authorize` cold, `authorizeNow` warm, `authorize` warm. */
async function inProcess(row: Case): Promise<void> {
  const request = toResourceRequest(await toRawRequest(row, issuer))
  const server = createServer(issuer, clock)
  const cold = await server.authorize(request)
  expectDecision(cold, row.expected)
  expect(await server.authorize(request)).toEqual(cold)
  const now = server.authorizeNow(request)
  if (cold.allowed || row.expected.reason === 'insufficient_scope') expect(now).toEqual(cold)
  else expect(now ?? cold).toEqual(cold)
}

const GROUPS = {
  contract: CONTRACT_CASES,
  targets: TARGET_CASES,
  hosts: HOST_CASES,
  cors: CORS_CASES,
}

describe.each(Object.entries(GROUPS))('%s', (_, cases) => {
  it.each(cases.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    await inProcess(row)
    await onEveryFramework(row)
  })
})

it('names every case once', () => {
  const names = Object.values(GROUPS).flatMap((cases) => cases.map(({ name }) => name))
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})
