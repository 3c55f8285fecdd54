import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '@libsql/client'

const PATIENCE_MS = 5000
const FIRST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 250

/**
 * Repeats work that another connection's write lock stands in the way of, for up to five seconds. SQLite's own busy timeout
 * is not used: it blocks the thread, and with it a transaction of this very process that it may be waiting for. The
 * connection is opened anew each time, also the last, as the driver leaves a refused statement pending on the old one, whose
 * file stays open until it is collected: so pauses grow, for few connections.
 */
export async function retryWhileBusy<T>(
  client: Pick<Client, 'reconnect'>,
  work: () => Promise<T>,
  now: () => number = () => performance.now(),
): Promise<T> {
  const deadline = now() + PATIENCE_MS
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error)) throw error
      client.reconnect()
      if (now() > deadline) throw error
    }
    await wait(pause)
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}
