const PATIENCE = 2000
const LONGEST_PAUSE = 32

/**
 * The same where a promise ends with the request that made it, as on Workers: the others look for the outcome by timers of
 * their own, and get none where it takes so long that it may be lost with its request.
 */
export function joining<Token>(token: Promise<Token>): () => Promise<Token | undefined> {
  let outcome: PromiseSettledResult<Token> | undefined
  void Promise.allSettled([token]).then(([settled]) => {
    outcome = settled
  })
  return async () => {
    const begun = performance.now()
    for (let wait = 1; !outcome && performance.now() - begun < PATIENCE; wait *= 2)
      await new Promise<void>((resolve) => {
        setTimeout(resolve, Math.min(wait, LONGEST_PAUSE))
      })
    if (outcome?.status === 'rejected') throw outcome.reason
    return outcome?.value
  }
}
