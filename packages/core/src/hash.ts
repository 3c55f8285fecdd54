/**
 * FNV-1a over the characters from a place on, begun with a number. Every step can be undone, so that for one text different
 * beginnings always give different hashes; the last step brings the high bits down to where they are used. Whoever can choose
 * texts can choose hashes: only for tables that outsiders put nothing of their choice into.
 */
export function hashOf(text: string, begin: number, from: number): number {
  let hash = Math.imul(begin + 1, 0x9e3779b1)
  for (let i = from; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash ^ (hash >>> 15)
}
