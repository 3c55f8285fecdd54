import { afterAll, beforeAll, expect } from 'vitest'

/** Holds for a whole file: nothing that was promised in it may be rejected with nobody listening. */
export function expectNoStrayRejections(): void {
  let strays = 0
  const note = (): void => void strays++
  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(async () => {
    await turnOfTheLoop()
    process.off('unhandledRejection', note)
    expect(strays).toBe(0)
  })
}

/** Stray rejections are reported once the work at hand is done. */
async function turnOfTheLoop(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}
