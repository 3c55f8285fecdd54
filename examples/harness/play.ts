import type { Api } from './apis.ts'
import { type Demo, requestM2mToken, requestToken } from './demo.ts'
import type { DemoClient } from './issuer.ts'
import { type RawResponse, sendRaw } from './raw-request.ts'
import { HEADING, isRight, line } from './table.ts'
import { createSteps, type Step } from './walk-through.ts'

const HOUR = 3600

/** Plays the walk-through against every API and prints it as a table. True if every answer was the expected one. */
export async function play(demo: Demo, print: (line: string) => void): Promise<boolean> {
  const [reader, writer, remover] = demo.issuer.clients as [DemoClient, DemoClient, DemoClient]
  const query = await requestToken(demo, reader)
  const write = await requestM2mToken(demo, writer)
  const remove = await requestToken(demo, remover)
  print(HEADING)
  let ok = true
  for (const step of createSteps({ query, write, delete: remove }, demo.tokenTtlSeconds + HOUR)) {
    const answers = await answersTo(step, demo)
    ok &&= isRight(step.expected, answers)
    print(line(step, answers))
  }
  return ok
}

async function answersTo(
  { request, clockAhead = 0 }: Step,
  { apis, setClockAhead }: Demo,
): Promise<readonly RawResponse[]> {
  setClockAhead(clockAhead)
  try {
    return await Promise.all(apis.map(async ({ port }: Api) => await sendRaw(port, request)))
  } finally {
    setClockAhead(0)
  }
}
