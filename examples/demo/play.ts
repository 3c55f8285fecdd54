import { type Api, FRAMEWORKS } from './apis.ts'
import { type Demo, requestM2mToken, requestToken } from './demo.ts'
import type { DemoClient } from './issuer.ts'
import { type RawResponse, sendRaw } from './raw-request.ts'
import { createSteps, type Step } from './walk-through.ts'

const HOUR = 3600

/** Plays the walk-through against every API and prints it as a table. True if every answer was the expected one. */
export async function play(demo: Demo, print: (line: string) => void): Promise<boolean> {
  const [reader, writer, remover] = demo.issuer.clients as [DemoClient, DemoClient, DemoClient]
  const query = await requestToken(demo, reader)
  const write = await requestM2mToken(demo, writer)
  const remove = await requestToken(demo, remover)
  const steps = createSteps({ query, write, delete: remove }, demo.tokenTtlSeconds + HOUR)
  print(row('', 'what', 'request', FRAMEWORKS))
  let ok = true
  for (const step of steps) {
    const answers = await answersTo(step, demo)
    const right = answers.every((answer) => answer === step.expected)
    ok &&= right
    print(row(right ? 'ok' : 'NO', step.what, `${step.request.method} ${step.request.target}`, answers))
    if (!right) print(`     expected ${step.expected}`)
  }
  return ok
}

async function answersTo(
  { request, clockAhead = 0 }: Step,
  { apis, setClockAhead }: Demo,
): Promise<readonly string[]> {
  setClockAhead(clockAhead)
  try {
    return await Promise.all(apis.map(async ({ port }: Api) => summarise(await sendRaw(port, request))))
  } finally {
    setClockAhead(0)
  }
}

/** The status, and the error or the handler that the body names. */
function summarise({ status, body }: RawResponse): string {
  if (body === '') return String(status)
  const { error, handler } = JSON.parse(body) as { error?: string; handler?: string }
  return `${status} ${error ?? handler}`
}

function row(mark: string, what: string, request: string, answers: readonly string[]): string {
  const same = new Set(answers).size === 1 && answers !== FRAMEWORKS
  const shown = same
    ? [`${answers[0]} (${FRAMEWORKS.join(', ')})`]
    : answers.map((answer) => answer.padEnd(30))
  return [mark.padEnd(3), what.padEnd(28), request.padEnd(38), ...shown].join(' ').trimEnd()
}
