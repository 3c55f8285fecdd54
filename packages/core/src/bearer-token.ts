import { equalsIgnoringCase } from './ascii.ts'

/** What one credential header says: a token text not yet looked at, nothing, or something not to be guessed at. */
export type Extraction =
  | { readonly kind: 'token'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'ambiguous' }

const ABSENT: Extraction = Object.freeze({ kind: 'absent' })
const AMBIGUOUS: Extraction = Object.freeze({ kind: 'ambiguous' })
const SPACE = 0x20

/**
 * Extracts the credential of an `Authorization` value (RFC 6750 section 2.1, RFC 9110 section 11.4). The scheme is
 * case-insensitive and parted by spaces only; a comma anywhere means two credentials, whatever the scheme.
 */
export function extractBearerToken(value: string | undefined, repeated: boolean): Extraction {
  if (repeated) return AMBIGUOUS
  if (value === undefined) return ABSENT
  if (value.includes(',')) return AMBIGUOUS
  const schemeEnd = value.indexOf(' ')
  if (schemeEnd !== 6 || !equalsIgnoringCase(value.slice(0, 6), 'bearer')) return ABSENT
  let start = schemeEnd
  while (value.charCodeAt(start) === SPACE) start++
  return start === value.length ? ABSENT : { kind: 'token', text: value.slice(start) }
}
