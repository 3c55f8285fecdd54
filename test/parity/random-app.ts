import { type AppPlan, type Group, type Handler, type Member, PLAIN, type RouterOptions } from './app-plan.ts'
import type { Random } from './random.ts'

/** What a random app may contain. */
export interface AppLimits {
  readonly passing: boolean
}

/** Few literals, so that routes overlap; the same ones in differing case. */
const LITERALS = ['a', 'A', 'b', 'me', 'Me', 'admin', 'Admin', 'v1', 'x.y', '@me', 'ü']
const METHODS = [
  [10, 'GET'],
  [3, 'POST'],
  [1, 'PUT'],
  [1, 'DELETE'],
  [2, 'ALL'],
  [2, 'USE'],
  [2, 'HEAD'],
  [0.5, 'OPTIONS'],
] as const

/** Makes an app of 3 to 20 handlers, some in groups, in shuffled order. */
export function randomApp(random: Random, limits: AppLimits): AppPlan {
  const passing = limits.passing && random.chance(0.5)
  const state = { random, nextId: 0, passing }
  const size = 3 + random.below(18)
  const members = fill(state, size, 0, 0)
  return { options: randomOptions(random), members: random.shuffle(members) }
}

interface Growth {
  readonly random: Random
  readonly passing: boolean
  nextId: number
}

function fill(state: Growth, size: number, depth: number, at: number): Member[] {
  const members: Member[] = []
  let left = size
  while (left > 0) {
    const share = depth < 2 && left > 1 && state.random.chance(0.25) ? 1 + state.random.below(left) : 0
    members.push(share > 0 ? randomGroup(state, share, depth, at) : randomHandler(state, at))
    left -= Math.max(1, share)
  }
  return state.random.shuffle(members)
}

function randomGroup(state: Growth, size: number, depth: number, at: number): Group {
  const { random } = state
  const path = randomPath(random, 1 + random.below(2), at)
  return {
    kind: random.pick(['router', 'prefix', 'app'] as const),
    path,
    options: randomOptions(random),
    members: fill(state, size, depth + 1, at + path.length),
  }
}

function randomHandler(state: Growth, at: number): Handler {
  const { random } = state
  const method = random.weighted(METHODS)
  const least = method === 'USE' ? 1 : 0
  const path = randomPath(
    random,
    Math.max(
      least,
      random.weighted([
        [1, 0],
        [5, 1],
        [6, 2],
        [2, 3],
      ] as const),
    ),
    at,
  )
  const wildcard =
    method === 'USE'
      ? 'none'
      : random.weighted([
          [7, 'none'],
          [1, 'some'],
          [1, 'any'],
        ] as const)
  return {
    id: state.nextId++,
    method,
    path: path.length === 0 && wildcard !== 'none' ? ['a'] : path,
    wildcard,
    passes: state.passing && random.chance(method === 'USE' ? 0.8 : 0.3),
  }
}

function randomPath(random: Random, length: number, at: number): string[] {
  return Array.from({ length }, (_, i) => (random.chance(0.4) ? `:p${at + i}` : random.pick(LITERALS)))
}

function randomOptions(random: Random): RouterOptions {
  if (random.chance(0.4)) return PLAIN
  return {
    caseSensitive: random.chance(0.5),
    strict: random.chance(0.5),
    exclusive: random.weighted<RouterOptions['exclusive']>([
      [4, false],
      [1, true],
      [1, 'specificity'],
    ] as const),
    engine: random.pick(['smart', 'trie', 'linear', 'pattern'] as const),
  }
}
