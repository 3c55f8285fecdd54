import { describe, expect, it, vi } from 'vitest'
import { createSingleFlight as createIsolated } from '../../../packages/core/src/single-flight.isolated.ts'
import { createSingleFlight as createShared } from '../../../packages/core/src/single-flight.shared.ts'
import type { SingleFlight } from '../../../packages/core/src/single-flight.ts'

interface World {
  readonly flights: SingleFlight<string, string>
  /** Lets time pass; whoever pauses for less goes on. */
  readonly pass: (milliseconds: number) => Promise<void>
  readonly pausing: () => number
}

const PATIENCE = 1000

function createWorld(): World {
  let time = 0
  const sleepers = new Set<{ until: number; wake: () => void }>()
  const pause = async (milliseconds: number): Promise<void> => {
    await new Promise<void>((wake) => {
      sleepers.add({ until: time + milliseconds, wake })
    })
  }
  const pass = async (milliseconds: number): Promise<void> => {
    for (const end = time + milliseconds; time < end; time++) {
      for (const sleeper of sleepers) {
        if (sleeper.until > time) continue
        sleepers.delete(sleeper)
        sleeper.wake()
      }
      await settled()
    }
  }
  const flights = createIsolated<string, string>({ patience: PATIENCE, elapsed: () => time, pause })
  return { flights, pass, pausing: () => sleepers.size }
}

/** Everything that waits for nothing but promises has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

interface Deferred {
  readonly promise: Promise<string>
  readonly resolve: (value: string) => void
}

function defer(): Deferred {
  let resolve: Deferred['resolve'] = () => undefined
  const promise = new Promise<string>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

const never = async (): Promise<string> => await new Promise(() => undefined)

describe.each([
  ['shared', () => createShared<string, string>()],
  ['isolated', () => createIsolated<string, string>()],
])('work that is %s', (_, create) => {
  it('is done once for all who ask at the same time', async () => {
    const flights = create()
    const { promise, resolve } = defer()
    const work = vi.fn(async () => await promise)
    const asked = [1, 2, 3].map(async () => await flights.run('a', work))
    expect(flights.has('a')).toBe(true)
    resolve('done')
    expect(await Promise.all(asked)).toEqual(['done', 'done', 'done'])
    expect(work).toHaveBeenCalledTimes(1)
    expect(flights.has('a')).toBe(false)
  })

  it('shares a failure and forgets it', async () => {
    const flights = create()
    const failing = async (): Promise<string> => await Promise.reject(new Error('down'))
    const asked = [1, 2].map(async () => await flights.run('a', failing))
    for (const { status } of await Promise.allSettled(asked)) expect(status).toBe('rejected')
    expect(await flights.run('a', async () => 'up')).toBe('up')
  })

  it('is told apart by its key', async () => {
    const flights = create()
    const asked = ['a', 'b'].map(async (key) => await flights.run(key, async () => `of ${key}`))
    expect(await Promise.all(asked)).toEqual(['of a', 'of b'])
  })
})

describe('work of a request that is lost', () => {
  it('is waited for no longer than the patience, then done by one of those who wait', async () => {
    const { flights, pass } = createWorld()
    void flights.run('a', never)
    const work = vi.fn(async () => 'done')
    const asked = [1, 2, 3].map(async () => await flights.run('a', work))
    await pass(PATIENCE - 1)
    expect(work).not.toHaveBeenCalled()
    await pass(100)
    expect(await Promise.all(asked)).toEqual(['done', 'done', 'done'])
    expect(work).toHaveBeenCalledTimes(1)
  })

  it('is begun at once by who comes later, and is in flight no more', async () => {
    const { flights, pass } = createWorld()
    void flights.run('a', never)
    expect(flights.has('a')).toBe(true)
    await pass(PATIENCE)
    expect(flights.has('a')).toBe(false)
    expect(await flights.run('a', async () => 'done')).toBe('done')
  })

  it('takes no room for ever: what nobody asks for again is forgotten with the next that begins', async () => {
    const { flights, pass } = createWorld()
    const names = Array.from({ length: 3 }, (_, i) => `${i}`)
    const forget = vi.spyOn(Map.prototype, 'delete')
    for (const name of names) void flights.run(name, never)
    await pass(PATIENCE)
    forget.mockClear()
    void flights.run('another', never)
    expect(forget.mock.calls.flat()).toEqual(names)
    forget.mockRestore()
  })

  it('still gives its outcome to all where it was only slow', async () => {
    const { flights, pass, pausing } = createWorld()
    const slow = defer()
    const first = flights.run('a', async () => await slow.promise)
    const second = flights.run('a', never)
    const third = flights.run('a', never)
    await pass(PATIENCE + 100)
    slow.resolve('late')
    expect(await first).toBe('late')
    await pass(100)
    expect(pausing()).toBe(0)
    const outcome = await Promise.race([second, third])
    expect(outcome).toBe('late')
  })
})

it('looks for the outcome of others less and less often, but thirty times a second at least', async () => {
  const pauses: number[] = []
  const slow = defer()
  const flights = createIsolated<string, string>({
    patience: PATIENCE,
    elapsed: () => 0,
    pause: async (milliseconds) => {
      if (pauses.push(milliseconds) === 8) slow.resolve('done')
    },
  })
  void flights.run('a', async () => await slow.promise)
  expect(await flights.run('a', never)).toBe('done')
  expect(pauses.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 32, 32])
})

it('waits a second for the work of others, by the clock of the platform', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
  try {
    const flights = createIsolated<string, string>()
    void flights.run('a', never)
    const work = vi.fn(async () => 'done')
    const waiting = flights.run('a', work)
    await vi.advanceTimersByTimeAsync(999)
    expect(work).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(100)
    expect(await waiting).toBe('done')
  } finally {
    vi.useRealTimers()
  }
})

it('begins slow work once per patience, however many ask', async () => {
  const { flights, pass } = createWorld()
  const work = vi.fn(never)
  for (let second = 1; second <= 5; second++) {
    for (let i = 0; i < 100; i++) void flights.run('a', work)
    await pass(PATIENCE)
    expect(work.mock.calls.length).toBeLessThanOrEqual(second)
  }
})

describe('work that is shared and asks for itself', () => {
  it('is begun once, also where it asks before it first waits', async () => {
    const flights = createShared<string, number>()
    let begun = 0
    const inner: Promise<number>[] = []
    const work = (): Promise<number> => {
      if (++begun < 3) inner.push(flights.run('a', work))
      return Promise.resolve(begun)
    }
    expect(await flights.run('a', work)).toBe(1)
    expect(await Promise.all(inner)).toEqual([1])
  })
})
