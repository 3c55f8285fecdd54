import { foldAscii } from './ascii.ts'

const SPACE = 0x20

/**
 * Extracts the credential of an `Authorization` value (RFC 6750 section 2.1, RFC 9110 section 11.4), or nothing. The scheme
 * is case-insensitive and parted by spaces only.
 */
export function extractBearerToken(value: string): string {
  if (value.charCodeAt(6) !== SPACE || foldAscii(value.slice(0, 6)) !== 'bearer') return ''
  let start = 6
  while (value.charCodeAt(start) === SPACE) start++
  return value.slice(start)
}
