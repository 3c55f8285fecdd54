/**
 * Waits for `work` until `signal`, which has not yet fired, does; the work itself goes on, for whoever else waits for it.
 * @throws what `reason` makes, by default the signal's own
 */
export function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal,
  reason: () => unknown = () => signal.reason,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(reason())
    signal.addEventListener('abort', abort)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
