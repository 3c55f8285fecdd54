const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a

/**
 * Parses a JSON object from UTF-8, or refuses it with `undefined`. Stricter than `JSON.parse` where two parsers could see
 * two things: invalid UTF-8, a byte order mark, and a member name given twice at any depth (RFC 7515 section 4).
 */
export function parseStrictObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return membersWritten(text) === membersParsed(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** In valid JSON every colon outside a string belongs to exactly one member. */
function membersWritten(text: string): number {
  let count = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === BACKSLASH) i++
      else if (code === QUOTE) inString = false
    } else if (code === QUOTE) inString = true
    else if (code === COLON) count++
  }
  return count
}

/** With a stack of its own: thousands of nested arrays must not overflow the call stack. */
function membersParsed(root: object): number {
  let count = 0
  const pending: unknown[] = [root]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value !== 'object' || value === null) continue
    if (!Array.isArray(value)) count += Object.keys(value).length
    for (const child of Object.values(value)) if (typeof child === 'object') pending.push(child)
  }
  return count
}

/** Freezes a parsed JSON value through and through, so that one request's handler cannot change the next one's claims. */
export function deepFreeze<T extends object>(root: T): T {
  const pending: unknown[] = [root]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value !== 'object' || value === null) continue
    Object.freeze(value)
    for (const child of Object.values(value)) if (typeof child === 'object') pending.push(child)
  }
  return root
}
