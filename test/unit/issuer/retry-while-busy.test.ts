import { describe, expect, it } from 'vitest'
import { retryWhileBusy } from '../../../packages/issuer/src/retry-while-busy.ts'

const busy = (): Error => Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })

describe('work that finds the database locked', () => {
  it('is tried again on a new connection', async () => {
    let connections = 1
    const work = async (): Promise<number> => {
      if (connections < 3) throw busy()
      return connections
    }
    expect(await retryWhileBusy({ reconnect: () => void connections++ }, work)).toBe(3)
  })

  it('leaves no connection with a pending statement behind when it is given up', async () => {
    const [times, seen] = [[0, 6000], [] as string[]]
    const work = async (): Promise<never> => {
      seen.push('work')
      throw busy()
    }
    const client = { reconnect: () => void seen.push('reconnect') }
    await expect(retryWhileBusy(client, work, () => times.shift() as number)).rejects.toThrow('locked')
    expect(seen).toEqual(['work', 'reconnect'])
  })

  it('fails at once for any other reason, on the same connection', async () => {
    const client = { reconnect: () => expect.unreachable() }
    await expect(retryWhileBusy(client, async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})
