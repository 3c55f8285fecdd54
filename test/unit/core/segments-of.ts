import { parseRequestTarget } from '../../../packages/core/src/request-target.ts'
import { type Segments, segmentAt } from '../../../packages/core/src/segments.ts'

/** All segments, cut out. */
export function segmentsOf(segments: Segments): readonly string[] {
  return segments.ends.map((_, place) => segmentAt(segments, place) as string)
}

/** A request-target as it is read, with its segments cut out. */
export interface ReadTarget {
  readonly folded: readonly string[]
  readonly hashes: readonly number[]
  readonly decoded: readonly string[]
  readonly raw: readonly string[]
  readonly trailingSlash: boolean
  readonly opaque: number
}

/** `undefined` where it is refused. */
export function readTarget(target: string): ReadTarget | undefined {
  const parsed = parseRequestTarget(target)
  if (parsed === undefined) return undefined
  const { folded, decoded, raw } = parsed
  return { ...parsed, folded: segmentsOf(folded), decoded: segmentsOf(decoded), raw: segmentsOf(raw) }
}
