/** Characters as numbers, in as little memory as they take. */
export type Codes = Uint8Array | Uint16Array

/** The characters as numbers, which cost half as much to compare with as text. */
export function codesOf(text: string): Codes {
  const bytes = new TextEncoder().encode(text)
  // Where all is ASCII they are its bytes.
  return bytes.length === text.length
    ? bytes
    : Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
}

/** ASCII letters to lower case and nothing else: `toLowerCase` would fold U+212A (Kelvin) onto `k`. */
export function foldAscii(text: string): string {
  if (isAscii(text)) return text.toLowerCase()
  return Array.from(text, (character) => (isAscii(character) ? character.toLowerCase() : character)).join('')
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** Whether the text is one or more of `A-Z` (the shape of every method that is routed). */
export function isUpperCaseWord(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (!isBetween(text.charCodeAt(i), 0x41, 0x5a)) return false
  }
  return text !== ''
}

/** What a hexadecimal digit is worth; not a number where it is none. */
export function hexDigit(code: number): number {
  if (isDigit(code)) return code - 0x30
  const letter = code | 0x20
  return isBetween(letter, 0x61, 0x66) ? letter - 0x57 : Number.NaN
}

export function isDigit(code: number): boolean {
  return isBetween(code, 0x30, 0x39)
}

export function isBetween(code: number, first: number, last: number): boolean {
  return code >= first && code <= last
}
