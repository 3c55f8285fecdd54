/** What an observer throws or rejects with changes nothing, and does not end the process. */
export function quietly<What>(observer: ((what: What) => unknown) | undefined): (what: What) => void {
  return (what) => {
    try {
      Promise.resolve(observer?.(what)).catch(() => undefined)
    } catch {
      // The answer matters more.
    }
  }
}
