import * as z from 'zod/mini'

/** An origin as browsers send it; `null`, which any sandboxed page sends, is none. */
export const originSchema: z.ZodMiniType = z
  .string('must be an origin, as a string')
  .check(
    z.refine(
      isCanonicalOrigin,
      "must be as browsers send it, e.g. 'https://app.example': without path, default port or upper case",
    ),
  )

const MAX_LENGTH = 300

/**
 * Whether the text is an origin exactly as a browser serialises it; what is listed here and is none, no gate would ever find.
 */
export function isCanonicalOrigin(text: string): boolean {
  // The URL standard takes these for part of a name, and keeps the case of one whose scheme it does not know.
  const isWild = text.includes('*') || text.includes(',') || text !== text.toLowerCase()
  if (text.length > MAX_LENGTH || isWild) return false
  try {
    const { protocol, host } = new URL(text)
    return protocol !== 'file:' && host !== '' && `${protocol}//${host}` === text
  } catch {
    return false
  }
}
