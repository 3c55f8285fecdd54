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

/** Whether the text is an origin exactly as a browser serialises it: in ASCII, beyond which `URL.canParse` is not to be relied on. */
export function isCanonicalOrigin(text: string): boolean {
  if (text.length > MAX_LENGTH || !/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\\\s,*\u0080-\uffff]+$/.test(text))
    return false
  if (!URL.canParse(text)) return false
  const { protocol, origin } = new URL(text)
  return (protocol !== 'http:' && protocol !== 'https:') || origin === text
}
