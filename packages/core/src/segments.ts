/** The segments of a path, each of which begins behind a slash; cut out only where one is asked for. */
export interface Segments {
  readonly text: string
  /** Where each of them ends. */
  readonly ends: readonly number[]
}

/** Where a segment begins. */
export function startOf({ ends }: Segments, place: number): number {
  return place === 0 ? 1 : (ends[place - 1] as number) + 1
}

/** The text of a segment; `undefined` where there is none. */
export function segmentAt(segments: Segments, place: number): string | undefined {
  const { text, ends } = segments
  return place < ends.length ? text.slice(startOf(segments, place), ends[place]) : undefined
}

/** Puts segments into one text; they may hold slashes themselves. */
export function joinSegments(segments: readonly string[]): Segments {
  let end = 0
  const ends = segments.map(({ length }) => (end += 1 + length))
  return { text: `/${segments.join('/')}`, ends }
}
