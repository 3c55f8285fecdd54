import { extractBearerToken } from './bearer-token.ts'
import { CREDENTIALS, isRepeated, type RequestHeaders } from './request-headers.ts'

/** The one token text a request carries, and the header (lower case) that it came in. */
export interface Credential {
  readonly text: string
  readonly header: string
  /** The whole value of that header. */
  readonly value: string
}

/** What a request's configured headers say together: one credential, more than one thing, or nothing for us. */
export type CredentialExtraction = Credential | 'ambiguous_credentials' | 'no_credentials'

/**
 * Step 4: extracts the credential. `Authorization` carries it as a bearer token, any other header as it is; two credentials,
 * wherever they are, are ambiguous and not a choice, and a comma anywhere means two, whatever the scheme.
 */
export function extractCredential(headers: RequestHeaders, names: readonly string[]): CredentialExtraction {
  if (isRepeated(headers, CREDENTIALS)) return 'ambiguous_credentials'
  let found: CredentialExtraction = 'no_credentials'
  for (let at = 0; at < names.length; at++) {
    const value = headers.values[CREDENTIALS + at]
    if (value === undefined) continue
    const header = names[at] as string
    const text = header === 'authorization' ? extractBearerToken(value) : value
    if (text === '') continue
    if (found !== 'no_credentials') return 'ambiguous_credentials'
    found = { text, header, value }
  }
  return found
}
