/** Whether less than `span` has passed since `then`. A clock that was set back makes everything old, not eternal. */
export function isRecent(then: number, span: number, now: number): boolean {
  return then <= now && now - then < span
}
