/** A source of chance that is the same for the same seed. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  readonly below: (limit: number) => number
  /** True with the given probability. */
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(choices: readonly T[]) => T
  /** One of the values, as often as its weight says. */
  readonly weighted: <T>(choices: readonly (readonly [weight: number, value: T])[]) => T
  readonly shuffle: <T>(list: readonly T[]) => T[]
}

/** Seeds are texts, so a run, a framework and an app can each have their own: `7/koa/12`. */
export function createRandom(seed: string): Random {
  const next = mulberry32(hash(seed))
  const below = (limit: number): number => Math.floor(next() * limit)
  const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T
  return {
    below,
    chance: (probability) => next() < probability,
    pick,
    weighted: (choices) => weighted(choices, next()),
    shuffle: (list) => shuffle(list, below),
  }
}

function weighted<T>(choices: readonly (readonly [number, T])[], at: number): T {
  let left = at * choices.reduce((sum, [weight]) => sum + weight, 0)
  const found = choices.find(([weight]) => {
    left -= weight
    return left < 0
  })
  return (found ?? choices[choices.length - 1])?.[1] as T
}

function shuffle<T>(list: readonly T[], below: (limit: number) => number): T[] {
  const left = [...list]
  return list.map(() => left.splice(below(left.length), 1)[0] as T)
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
