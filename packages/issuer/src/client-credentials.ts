import type { CredentialPlace, TokenDialect } from './dialect-options.ts'
import { formDecode, hasControlCharacter } from './form-decode.ts'
import type { Parameters } from './request-parameters.ts'
import { TokenRequestError } from './token-request-error.ts'

/** What a client says it is, not yet believed. */
export interface ClientCredentials {
  readonly id: string
  readonly secret: string
}

/** What one place of a request holds. */
type Found = ClientCredentials | 'absent' | 'malformed'

/**
 * Reads the credentials from where the dialect has them.
 * @throws TokenRequestError `several_credentials` where exactly one place may be used, `invalid_client` where none is or
 * what is there cannot be read
 */
export function readClientCredentials(
  { credentials, choice }: TokenDialect,
  headers: Headers,
  parameters: Parameters,
): ClientCredentials {
  const used = credentials
    .map((place) => ({ place, found: read(place, headers, parameters) }))
    .filter(({ found }) => found !== 'absent')
  const [first] = used
  const isOne = used.length < 2 && !(first?.place.in === 'basic' && isRepeated(headers))
  if (choice !== 'first' && (!isOne || namesAnother(credentials, first?.found, parameters))) {
    throw new TokenRequestError('several_credentials')
  }
  if (first === undefined || typeof first.found === 'string') throw new TokenRequestError('invalid_client')
  return first.found
}

/** Lines of one name are joined by a comma (RFC 9110 section 5.3), of which no `Basic` credential has one. */
function isRepeated(headers: Headers): boolean {
  return /^basic .*,/i.test(headers.get('authorization') ?? '')
}

/** Beside Basic the body may repeat the client's id (RFC 6749 section 3.2.1), but not name another one. */
function namesAnother(
  places: readonly CredentialPlace[],
  found: Found | undefined,
  parameters: Parameters,
): boolean {
  if (typeof found !== 'object') return false
  return places.some((place) => {
    const named = place.in === 'body' ? parameters.get(place.id) : undefined
    return named !== undefined && named !== found.id
  })
}

function read(place: CredentialPlace, headers: Headers, parameters: Parameters): Found {
  if (place.in === 'basic') return readBasic(headers.get('authorization'), place.encoding)
  const get = (name: string): string | undefined =>
    (place.in === 'body' ? parameters.get(name) : headers.get(name)) || undefined
  const [id, secret] = [get(place.id), get(place.secret)]
  if (secret === undefined) return 'absent'
  return id === undefined ? 'malformed' : { id, secret }
}

/** RFC 7617 section 2, strictly: canonical alphabet, UTF-8, no control characters, an id before the first colon. */
function readBasic(header: string | null, encoding: 'form' | 'raw'): Found {
  if (header === null) return 'absent'
  const base64 = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1]
  const text = base64 === undefined ? undefined : decodeBase64(base64)
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon < 1 || hasControlCharacter(text)) return 'malformed'
  const parts = [text.slice(0, colon), text.slice(colon + 1)]
  const [id, secret] = encoding === 'form' ? parts.map(formDecode) : parts
  return id === undefined || id === '' || secret === undefined ? 'malformed' : { id, secret }
}

function decodeBase64(base64: string): string | undefined {
  if (base64.replace(/=+$/, '').length % 4 === 1) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}
