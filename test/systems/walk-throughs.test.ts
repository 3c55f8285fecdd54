import { existsSync, readdirSync } from 'node:fs'
import { createFakeClock } from '@scopegate/core/testing'
import { type Example, FRAMEWORKS, type PlayedStep, play, wrongAnswers } from '@scopegate/example-harness'
import { describe, expect, it } from 'vitest'

const EXAMPLES = new URL('../../examples/', import.meta.url)
const names = readdirSync(EXAMPLES).filter((name) => existsSync(new URL(`${name}/example.ts`, EXAMPLES)))

async function playExample(name: string): Promise<readonly PlayedStep[]> {
  const { example } = (await import(new URL(`${name}/example.ts`, EXAMPLES).href)) as { example: Example }
  expect(example.name).toBe(name)
  const clock = createFakeClock()
  const running = await example.start({ clock, env: {} })
  try {
    const played = []
    for await (const step of play(running, clock)) played.push(step)
    return played
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
      expect((await played).flatMap((step) => wrongAnswers(on(index, step)))).toEqual([])
    },
  )

  it('is answered in one way on all of them', async () => {
    expect((await played).flatMap(wrongAnswers)).toEqual([])
    expect((await played).length).toBeGreaterThan(5)
  })
})
