/** Does work on one thing after the other; work on different things does not wait for each other. */
export type InTurn = <Value>(thing: string, work: () => Promise<Value>) => Promise<Value>

/** Creates the queues. What fails holds up nobody. */
export function createInTurn(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return async (thing, work) => {
    const before = last.get(thing) ?? Promise.resolve()
    const turn = before.then(work, work)
    last.set(thing, turn)
    try {
      return await turn
    } finally {
      if (last.get(thing) === turn) last.delete(thing)
    }
  }
}
