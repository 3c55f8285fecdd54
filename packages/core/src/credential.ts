import { ABSENT, AMBIGUOUS, type Extraction, extractBearerToken, extractRawToken } from './bearer-token.ts'
import type { RequestHeaders } from './request-headers.ts'

/** The one token text a request carries, and the header (lower case) that it came in. */
export interface Credential {
  readonly text: string
  readonly header: string
  /** The whole value of that header. */
  readonly value: string
}

/** What a request's configured headers say together. */
export type CredentialExtraction = Credential | typeof ABSENT | typeof AMBIGUOUS

/**
 * Step 4: extracts the credential. `Authorization` carries it as a bearer token, any other header as it is; two credentials,
 * wherever they are, are ambiguous and not a choice.
 */
export function extractCredential(headers: RequestHeaders, names: readonly string[]): CredentialExtraction {
  if (headers.repeatedCredential) return AMBIGUOUS
  let found: CredentialExtraction = ABSENT
  for (let at = 0; at < names.length; at++) {
    const header = names[at] as string
    const value = headers.credentials[at]
    const text = extract(header, value)
    if (text === AMBIGUOUS || (text !== ABSENT && found !== ABSENT)) return AMBIGUOUS
    if (text !== ABSENT) found = { text, header, value: value as string }
  }
  return found
}

function extract(header: string, value: string | undefined): Extraction {
  return header === 'authorization' ? extractBearerToken(value) : extractRawToken(value)
}
