import { startsIgnoringCase } from './ascii.ts'

/** The header says nothing that could be a credential for us. */
export const ABSENT: unique symbol = Symbol('absent')

/** The header says more than one thing, and none is chosen. */
export const AMBIGUOUS: unique symbol = Symbol('ambiguous')

/** What one header value says: a token text not yet looked at, nothing, or something not to be guessed at. */
export type Extraction = string | typeof ABSENT | typeof AMBIGUOUS

const SPACE = 0x20

/**
 * Extracts the credential of an `Authorization` value (RFC 6750 section 2.1, RFC 9110 section 11.4). The scheme is
 * case-insensitive and parted by spaces only; a comma anywhere means two credentials, whatever the scheme.
 */
export function extractBearerToken(value: string | undefined): Extraction {
  if (value === undefined) return ABSENT
  if (value.includes(',')) return AMBIGUOUS
  if (value.charCodeAt(6) !== SPACE || !startsIgnoringCase(value, 'bearer')) return ABSENT
  let start = 6
  while (value.charCodeAt(start) === SPACE) start++
  return start === value.length ? ABSENT : value.slice(start)
}

/** Extracts the credential of a header that carries the token text and nothing else, such as `X-API-KEY`. */
export function extractRawToken(value: string | undefined): Extraction {
  if (value === undefined || value === '') return ABSENT
  return value.includes(',') ? AMBIGUOUS : value
}
