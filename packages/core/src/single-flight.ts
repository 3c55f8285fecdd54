/**
 * Runs the same work once for all who ask for it at the same time; a failure is shared, and then forgotten. How the others
 * get to the result differs by platform, see the two implementations.
 */
export interface SingleFlight<Key, Value> {
  /** Whether someone is at it, and to be waited for. */
  has(key: Key): boolean
  run(key: Key, work: () => Promise<Value>): Promise<Value>
}
