import { createTestIssuer } from '@scopegate/core/testing'
import { type RawRequest, sendRaw } from '@scopegate/example-harness'
import type { StartWorker } from './worker-checks.ts'

const RUNS = 9

interface Times {
  readonly first: number
  readonly second: number
}

/** Measures the first answers of fresh isolates, with the gate and without, and says it in one line. */
export async function measureColdStart(example: StartWorker, bare: StartWorker): Promise<string> {
  const issuer = await createTestIssuer()
  const bindings = { ISSUER: issuer.issuer, AUDIENCE: issuer.audience, JWKS: issuer.jwks }
  const request: RawRequest = {
    method: 'GET',
    target: '/v1/vps/map/x',
    headers: [['Authorization', `Bearer ${await issuer.mintToken({ scope: 'query' })}`]],
  }
  const [gated, without]: [Times[], Times[]] = [[], []]
  for (let run = 0; run < RUNS; run++) {
    gated.push(await timeOf(example, bindings, request))
    without.push(await timeOf(bare, {}, request))
  }
  const [first, second] = [median(gated, 'first'), median(gated, 'second')]
  return `cold start of the example in workerd, median of ${RUNS}: first answer ${first} ms (${median(without, 'first')} ms without the gate), second ${second} ms (${median(without, 'second')} ms)`
}

async function timeOf(start: StartWorker, bindings: object, request: RawRequest): Promise<Times> {
  const worker = await start({ ...bindings })
  try {
    return { first: await elapsed(worker.port, request), second: await elapsed(worker.port, request) }
  } finally {
    await worker.close()
  }
}

async function elapsed(port: number, request: RawRequest): Promise<number> {
  const begun = performance.now()
  const { status } = await sendRaw(port, request)
  if (status !== 200) throw new Error(`the Worker answered ${status}`)
  return performance.now() - begun
}

function median(times: readonly Times[], which: keyof Times): string {
  const sorted = times.map((time) => time[which]).sort((one, other) => one - other)
  return (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(1)
}
