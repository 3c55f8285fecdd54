/**
 * Decodes one name or value of `application/x-www-form-urlencoded`; `undefined` for a broken escape, bytes that are no
 * UTF-8, and control characters, which no parameter of ours may hold.
 */
export function formDecode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    return hasControlCharacter(decoded) ? undefined : decoded
  } catch {
    return undefined
  }
}

export function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text)
}
