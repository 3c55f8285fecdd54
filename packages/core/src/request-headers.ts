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
      if (equalsIgnoringCase(name, credentialNames[at] as string)) readCredential(headers, at, value)
    }
  }
  return headers
}

function readCredential(headers: RequestHeaders, at: number, value: string): void {
  if (headers.credentials[at] !== undefined) headers.repeatedCredential = true
  headers.credentials[at] = value
}

/** Told apart by length first: of a dozen headers only two or three are ever compared. */
function readKnown(headers: RequestHeaders, name: string, value: string): void {
  switch (name.length) {
    case 4:
      if (equalsIgnoringCase(name, 'host')) readHost(headers, value)
      break
    case 6:
      if (equalsIgnoringCase(name, 'origin')) readOrigin(headers, value)
      break
    case 10:
      if (name === ':authority') readAuthority(headers, value)
      break
    case 13:
      if (equalsIgnoringCase(name, 'x-http-method')) headers.methodOverride = true
      break
    case 17:
      if (equalsIgnoringCase(name, 'x-method-override')) headers.methodOverride = true
      break
    case 22:
      if (equalsIgnoringCase(name, 'x-http-method-override')) headers.methodOverride = true
      break
    case 29:
      if (equalsIgnoringCase(name, 'access-control-request-method')) readRequestedMethod(headers, value)
      break
  }
}

function readHost(headers: RequestHeaders, value: string): void {
  if (headers.host !== undefined) headers.repeatedHost = true
  headers.host = value
}

function readAuthority(headers: RequestHeaders, value: string): void {
  if (headers.authority !== undefined) headers.repeatedHost = true
  headers.authority = value
}

function readOrigin(headers: RequestHeaders, value: string): void {
  if (headers.origin !== undefined || value.includes(',')) headers.repeatedOrigin = true
  headers.origin = value
}

function readRequestedMethod(headers: RequestHeaders, value: string): void {
  if (headers.requestedMethod !== undefined || value.includes(',')) headers.repeatedRequestedMethod = true
  headers.requestedMethod = value
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
