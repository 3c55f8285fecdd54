/**
 * For what a callback gave back although nobody waits for it, also a promise of another realm or what only acts like one:
 * its rejection must not end the process.
 */
export function ignoreRejection(pending: unknown): void {
  if (pending !== undefined) Promise.resolve(pending).catch(() => undefined)
}
