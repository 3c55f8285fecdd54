/**
 * FNV-1a over the characters from a place on, begun with a number. Whoever can choose texts can choose hashes: only for
 * tables that outsiders put nothing of their choice into, or that are begun with a number that nobody can know.
 */
export function hashOf(text: string, begin = 0, from = 0): number {
  let hash = beginHash(begin)
  for (let i = from; i < text.length; i++) hash = addToHash(hash, text.charCodeAt(i))
  return hash
}

/** The hash of no character yet. With {@link addToHash} for every character it becomes what {@link hashOf} gives. */
export function beginHash(begin = 0): number {
  return Math.imul(begin + 1, 0x9e3779b1)
}

/** The hash with one character more, or one hash more. */
export function addToHash(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193)
}

/**
 * Where to begin to look for a hash in an open table of so many places, a power of two; those after it come next. The lower
 * bits of a hash are made of the lower bits of characters alone.
 */
export function placeOf(hash: number, places: number): number {
  return (hash ^ (hash >>> 15)) & (places - 1)
}

/** The next place to look at, until one is free. */
export function placeAfter(place: number, places: number): number {
  return (place + 1) & (places - 1)
}
