import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type PgPool, patientPool } from '../../../packages/issuer/src/patient-pool.ts'

const LIMIT = 1000

describe('a pool of Postgres connections', () => {
  const query = vi.fn<(text: string, values: unknown[]) => Promise<unknown>>()
  const release = vi.fn<(error?: Error) => void>()
  const end = vi.fn(async () => undefined)
  const pool = patientPool({ connect: async () => ({ query, release }), end } as unknown as PgPool, LIMIT)

  beforeEach(() => {
    vi.resetAllMocks()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => vi.useRealTimers())

  it('keeps a connection that answers, also one that answers with an error', async () => {
    const connection = await pool.connect()
    query.mockResolvedValueOnce({ rows: [] }).mockRejectedValueOnce(new Error('duplicate key'))
    expect(await connection.query('select $1', [1])).toEqual({ rows: [] })
    await expect(connection.query('insert', [])).rejects.toThrow('duplicate key')
    connection.release()
    expect(query.mock.calls).toEqual([
      ['select $1', [1]],
      ['insert', []],
    ])
    expect(release).toHaveBeenCalledExactlyOnceWith(undefined)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends one that does not, and sends it nothing more', async () => {
    const connection = await pool.connect()
    query.mockReturnValueOnce(new Promise(() => undefined))
    const asked = expect(connection.query('update', [])).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
    })
    await vi.advanceTimersByTimeAsync(LIMIT)
    await asked
    await expect(connection.query('rollback', [])).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    connection.release()
    expect(query).toHaveBeenCalledTimes(1)
    expect(release).toHaveBeenCalledExactlyOnceWith(expect.any(Error))
  })

  it('ends when it is told to', async () => {
    await pool.end()
    expect(end).toHaveBeenCalledTimes(1)
  })
})
