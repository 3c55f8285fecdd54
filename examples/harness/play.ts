import type { Clock } from './clock.ts'
import { type RawResponse, sendRaw } from './raw-request.ts'
import type { RunningExample } from './running-example.ts'
import type { Step } from './step.ts'
import { isRight, line, summarise } from './table.ts'

/** A step with the answers it got: one of each framework, or one alone where another server was asked. */
export interface PlayedStep {
  readonly step: Step
  readonly answers: readonly RawResponse[]
}

/** Plays the walk-through, one step after the other. */
export async function* play({ apis, steps }: RunningExample, clock: Clock): AsyncGenerator<PlayedStep> {
  const ports = apis.map(({ port }) => port)
  for (const step of await steps()) {
    await step.before?.()
    yield { step, answers: await answersTo(step, step.port === undefined ? ports : [step.port], clock) }
  }
}

async function answersTo(
  { request, clockAhead = 0 }: Step,
  ports: readonly number[],
  clock: Clock,
): Promise<readonly RawResponse[]> {
  clock.advance(clockAhead)
  try {
    return await Promise.all(ports.map(async (port) => await sendRaw(port, request)))
  } finally {
    clock.advance(-clockAhead)
  }
}

/** Prints the walk-through while it is played. True if every answer was the expected one. */
export async function playToTable(
  running: RunningExample,
  clock: Clock,
  print: (line: string) => void,
): Promise<boolean> {
  let ok = true
  for await (const { step, answers } of play(running, clock)) {
    ok &&= isRight(step.expected, answers)
    print(line(step, answers))
  }
  return ok
}

/** What was answered otherwise than expected, in words; for tests. */
export function wrongAnswers({ step, answers }: PlayedStep): readonly string[] {
  if (isRight(step.expected, answers)) return []
  return [`${step.what}: expected ${step.expected}, got ${answers.map(summarise).join(', ')}`]
}
