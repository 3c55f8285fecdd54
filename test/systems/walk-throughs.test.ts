import { existsSync, readdirSync } from 'node:fs'
import { createFakeClock } from '@scopegate/core/testing'
import { type Example, FRAMEWORKS, type PlayedStep, play, wrongAnswers } from '@scopegate/example-harness'
import { describe, expect, it } from 'vitest'
import { sendCurlLines } from './curl-lines.ts'

const EXAMPLES = new URL('../../examples/', import.meta.url)
const names = readdirSync(EXAMPLES).filter((name) => existsSync(new URL(`${name}/example.ts`, EXAMPLES)))

interface Played {
  readonly steps: readonly PlayedStep[]
  /** What the lines to try by hand were answered after it. */
  readonly curl: readonly string[]
}

async function playExample(name: string): Promise<Played> {
  const { example } = (await import(new URL(`${name}/example.ts`, EXAMPLES).href)) as { example: Example }
  expect(example.name).toBe(name)
  const clock = createFakeClock()
  const running = await example.start({ clock, env: {} })
  try {
    const steps = []
    for await (const step of play(running, clock)) steps.push(step)
    return { steps, curl: await sendCurlLines(running.curl) }
  } finally {
    await running.close()
  }
}

/** What one framework answered; steps that ask another server count for each. */
function on(framework: number, { step, answers }: PlayedStep): PlayedStep {
  return { step, answers: answers.slice(...(answers.length === 1 ? [0] : [framework, framework + 1])) }
}

describe.each(names)('the walk-through of %s', async (name) => {
  const played = playExample(name)

  it.each(FRAMEWORKS.map((framework, index) => [framework, index] as const))(
    'is answered as expected on %s',
    async (_, index) => {
      expect((await played).steps.flatMap((step) => wrongAnswers(on(index, step)))).toEqual([])
    },
  )

  it('is answered in one way on all of them', async () => {
    const { steps } = await played
    expect(steps.flatMap(wrongAnswers)).toEqual([])
    expect(steps.length).toBeGreaterThan(5)
  })

  it('leaves what it says to type as good as before', async () => {
    const { curl } = await played
    expect(curl.filter((answer) => !answer.startsWith('200 '))).toEqual([])
    expect(curl.length).toBeGreaterThan(1)
  })
})
