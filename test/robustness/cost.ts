/** Work of a given size; it must be new work every time, or caches would answer. */
export type Work = () => unknown

const ROUNDS = 6
/** A round is long enough for the resolution of the clock of the processor. */
const ROUND_MS = 2
const MAX_REPEATS = 2000

/**
 * The processor time of each work in milliseconds, the least of several rounds. The works take turns, so that whatever
 * else the machine does falls on all of them alike; a minimum is not moved by noise.
 */
export async function leastCosts(works: readonly Work[]): Promise<readonly number[]> {
  const repeats: number[] = []
  for (const work of works) repeats.push(await repeatsFor(work))
  const least = works.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, work] of works.entries()) {
      const cost = await costOf(work, repeats[index] as number)
      least[index] = Math.min(least[index] as number, cost)
    }
  }
  return least
}

/** The first calls also compile; they are not counted. */
async function repeatsFor(work: Work): Promise<number> {
  await costOf(work, 2)
  const once = await costOf(work, 1)
  return Math.min(MAX_REPEATS, Math.max(1, Math.ceil(ROUND_MS / Math.max(once, 0.0005))))
}

async function costOf(work: Work, repeats: number): Promise<number> {
  const before = process.cpuUsage()
  for (let i = 0; i < repeats; i++) await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / repeats
}
