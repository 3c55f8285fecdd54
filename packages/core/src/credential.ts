import type { VerifiedToken } from './access-token.ts'
import { extractBearerToken } from './bearer-token.ts'
import { CREDENTIALS, isRepeated, type RequestHeaders } from './request-headers.ts'

/** The one token text a request carries, and the header (lower case) that it came in. */
export interface Credential {
  readonly text: string
  readonly header: string
  /** The whole value of that header. */
  readonly value: string
  /** By which it is told from a {@link VerifiedToken}; its own, so that nothing inherited makes it one. */
  readonly accessToken: undefined
}

/** What a request's configured headers say together: one token, known or not; more than one thing; or nothing for us. */
export type CredentialExtraction = VerifiedToken | Credential | 'ambiguous_credentials' | 'no_credentials'

/** The token that is known to be in a header of this value. Nothing that was not a single credential is ever known. */
export type Recall = (header: string, value: string) => VerifiedToken | undefined

/**
 * Step 4: extracts the credential. `Authorization` carries it as a bearer token, any other header as it is; two credentials,
 * wherever they are, are ambiguous and not a choice, and a comma anywhere means two, whatever the scheme.
 */
export function extractCredential(
  headers: RequestHeaders,
  names: readonly string[],
  recall: Recall,
): CredentialExtraction {
  if (isRepeated(headers, CREDENTIALS)) return 'ambiguous_credentials'
  let found: CredentialExtraction = 'no_credentials'
  for (let at = 0; at < names.length; at++) {
    const value = headers.values[CREDENTIALS + at]
    if (value === undefined) continue
    const header = names[at] as string
    const credential = recall(header, value) ?? readCredential(header, value)
    if (credential === 'no_credentials') continue
    if (credential === 'ambiguous_credentials' || found !== 'no_credentials') return 'ambiguous_credentials'
    found = credential
  }
  return found
}

function readCredential(header: string, value: string): CredentialExtraction {
  if (value.includes(',')) return 'ambiguous_credentials'
  const text = textIn(header, value)
  return text === '' ? 'no_credentials' : { text, header, value, accessToken: undefined }
}

/** The token text in a header of this value, or nothing. */
export function textIn(header: string, value: string): string {
  return header === 'authorization' ? extractBearerToken(value) : value
}
