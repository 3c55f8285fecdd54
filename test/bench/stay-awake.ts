/**
 * Keeps this process awake while others are loaded by it. To wake a sleeping process is work too, which the system puts on
 * the account of the one that wakes it: of the server, for each answer, and each time another amount.
 */
export async function stayAwake<Result>(during: () => Promise<Result>): Promise<Result> {
  let awake = true
  const turn = (): void => void (awake && setImmediate(turn))
  turn()
  try {
    return await during()
  } finally {
    awake = false
  }
}
