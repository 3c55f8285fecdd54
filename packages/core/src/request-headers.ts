import { equalsIgnoringCase } from './ascii.ts'

/** The headers that take part in a decision, counted from the raw list so that a repeated one is never merged away. */
export interface RequestHeaders {
  host: string | undefined
  authority: string | undefined
  origin: string | undefined
  requestedMethod: string | undefined
  /** The value of each configured credential header, by its position in the configured list. */
  readonly credentials: (string | undefined)[]
  repeatedHost: boolean
  repeatedOrigin: boolean
  repeatedRequestedMethod: boolean
  repeatedCredential: boolean
  methodOverride: boolean
}

/** Reads the deciding headers in one pass. `credentialNames` are lower case. */
export function readRequestHeaders(
  rawHeaders: readonly string[],
  credentialNames: readonly string[],
): RequestHeaders {
  const headers: RequestHeaders = {
    host: undefined,
    authority: undefined,
    origin: undefined,
    requestedMethod: undefined,
    credentials: new Array<string | undefined>(credentialNames.length),
    repeatedHost: false,
    repeatedOrigin: false,
    repeatedRequestedMethod: false,
    repeatedCredential: false,
    methodOverride: false,
  }
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const value = rawHeaders[i + 1] as string
    readKnown(headers, name, value)
    for (let at = 0; at < credentialNames.length; at++) {
      if (!equalsIgnoringCase(name, credentialNames[at] as string)) continue
      headers.repeatedCredential ||= headers.credentials[at] !== undefined
      headers.credentials[at] = value
    }
  }
  return headers
}

/** Told apart by length first: of a dozen headers only two or three are ever compared. */
function readKnown(headers: RequestHeaders, name: string, value: string): void {
  const { length } = name
  if (length === 4 && equalsIgnoringCase(name, 'host')) {
    headers.repeatedHost ||= headers.host !== undefined
    headers.host = value
  } else if (length === 6 && equalsIgnoringCase(name, 'origin')) {
    headers.repeatedOrigin ||= headers.origin !== undefined || value.includes(',')
    headers.origin = value
  } else if (length === 10 && name === ':authority') {
    headers.repeatedHost ||= headers.authority !== undefined
    headers.authority = value
  } else if (length === 29 && equalsIgnoringCase(name, 'access-control-request-method')) {
    headers.repeatedRequestedMethod ||= headers.requestedMethod !== undefined || value.includes(',')
    headers.requestedMethod = value
  } else if (
    (length === 13 && equalsIgnoringCase(name, 'x-http-method')) ||
    (length === 17 && equalsIgnoringCase(name, 'x-method-override')) ||
    (length === 22 && equalsIgnoringCase(name, 'x-http-method-override'))
  ) {
    headers.methodOverride = true
  }
}

const MAX_HOST_LENGTH = 261

/**
 * Whether `Host` and `:authority` are absent, or exactly one ASCII `name[:port]` or `[ipv6][:port]` (both may be sent over
 * HTTP/2 if they agree). Nothing is ever decided by it; it is judged because a server may derive the path from it.
 */
export function isWellFormedHost(headers: RequestHeaders): boolean {
  if (headers.repeatedHost) return false
  const { host, authority } = headers
  if (host !== undefined && !isHost(host)) return false
  if (authority !== undefined && !isHost(authority)) return false
  return host === undefined || authority === undefined || host === authority
}

function isHost(value: string): boolean {
  if (value.length > MAX_HOST_LENGTH) return false
  const end = value.charCodeAt(0) === 0x5b ? endOfIpv6(value) : endOfName(value)
  if (end <= 0) return false
  return end === value.length || isPort(value, end)
}

function endOfName(value: string): number {
  let i = 0
  while (i < value.length && isNameCharacter(value.charCodeAt(i))) i++
  return i
}

function isNameCharacter(code: number): boolean {
  if (code >= 0x61 && code <= 0x7a) return true
  if (code >= 0x30 && code <= 0x39) return true
  return (code >= 0x41 && code <= 0x5a) || code === 0x2d || code === 0x2e || code === 0x5f
}

function endOfIpv6(value: string): number {
  const close = value.indexOf(']')
  for (let i = 1; i < close; i++) if (!isIpv6Character(value.charCodeAt(i))) return -1
  return close > 2 ? close + 1 : -1
}

function isIpv6Character(code: number): boolean {
  if (code >= 0x30 && code <= 0x3a) return true
  return (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46) || code === 0x2e
}

function isPort(value: string, colon: number): boolean {
  const digits = value.length - colon - 1
  if (value.charCodeAt(colon) !== 0x3a || digits < 1 || digits > 5) return false
  for (let i = colon + 1; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < 0x30 || code > 0x39) return false
  }
  return true
}
