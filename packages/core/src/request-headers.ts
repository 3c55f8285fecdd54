import { foldAscii, hexDigit, isBetween, isDigit } from './ascii.ts'
import { rememberLatest } from './remember-latest.ts'

/** The headers that take part in a decision, read from the raw list so that a repeated one is never merged away. */
export interface RequestHeaders {
  /** By the slots below; the credential headers follow in the configured order. */
  readonly values: readonly (string | undefined)[]
  /**
   * A bit for each slot whose header was sent twice, one for all credentials; for {@link ORIGIN} and
   * {@link REQUESTED_METHOD} also where a proxy joined the values.
   */
  readonly repeated: number
}

/** Reads the deciding headers in one pass. */
export type HeaderReader = (rawHeaders: readonly string[]) => RequestHeaders

export const METHOD_OVERRIDE = 0
export const HOST = 1
export const AUTHORITY = 2
export const ORIGIN = 3
export const REQUESTED_METHOD = 4
export const CREDENTIALS = 5

/** In the order of the slots, of which the first is for three. */
const NAMES = [
  'x-http-method',
  'x-method-override',
  'x-http-method-override',
  'host',
  ':authority',
  'origin',
  'access-control-request-method',
]

/** A header that is read, and the next whose name may be as long. */
interface DecidingHeader {
  readonly slot: number
  /** In lower case. */
  readonly name: string
  /** With a capital where each word begins. */
  readonly title: string
  readonly next: DecidingHeader | undefined
}

/** Headers are told apart by length first: of a dozen only two or three are ever compared. */
const LENGTHS = 32

/** `credentialNames` are lower case. */
export function createHeaderReader(credentialNames: readonly string[]): HeaderReader {
  const names = [...NAMES, ...credentialNames]
  const byLength = linkByLength(names)
  return (rawHeaders) => {
    // A literal costs no call; more than one credential header is rare.
    const values: (string | undefined)[] = [undefined, undefined, undefined, undefined, undefined, undefined]
    while (values.length < names.length - 2) values.push(undefined)
    let repeated = 0
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] as string
      for (let header = byLength[name.length % LENGTHS]; header !== undefined; header = header.next) {
        if (!isNameOf(header, name)) continue
        const { slot } = header
        const value: unknown = rawHeaders[i + 1]
        // Made wrongly by an adapter: not to be taken for a header that was not sent.
        if (typeof value !== 'string') throw new TypeError('a header has no text')
        if (values[slot] !== undefined || (isJudgedAsOne(slot) && value.includes(',')))
          repeated |= bitOf(slot)
        values[slot] = value
      }
    }
    return { values, repeated }
  }
}

function linkByLength(names: readonly string[]): readonly (DecidingHeader | undefined)[] {
  const byLength = new Array<DecidingHeader | undefined>(LENGTHS).fill(undefined)
  for (const [at, name] of names.entries()) {
    const slot = Math.max(at - 2, METHOD_OVERRIDE)
    const title = name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())
    byLength[name.length % LENGTHS] = { slot, name, title, next: byLength[name.length % LENGTHS] }
  }
  return byLength
}

/**
 * Whether a name is this one, in any case. The first character tells which of the two usual spellings it may be, or that it
 * is another name; V8 compares texts in a third of the time that a look at each character takes.
 */
function isNameOf({ name, title }: DecidingHeader, given: string): boolean {
  const first = given.charCodeAt(0)
  const usual = first === name.charCodeAt(0) ? name : title
  return first === usual.charCodeAt(0) && (given === usual || foldAscii(given) === name)
}

/**
 * A host with a comma is refused anyway, of an override only that it is there is of interest, and in credentials commas are
 * looked for where they are read.
 */
function isJudgedAsOne(slot: number): boolean {
  return slot === ORIGIN || slot === REQUESTED_METHOD
}

/** There may be any number of credential headers, so they share one. */
function bitOf(slot: number): number {
  return 1 << Math.min(slot, CREDENTIALS)
}

export function isRepeated({ repeated }: RequestHeaders, slot: number): boolean {
  return (repeated & bitOf(slot)) !== 0
}

const MAX_HOST_LENGTH = 261

/**
 * Whether `Host` and `:authority` are absent, or exactly one ASCII `name[:port]` or `[ipv6][:port]` (both may be sent over
 * HTTP/2 if they agree). Nothing is ever decided by it; it is judged because a server may derive the path from it.
 */
export function isWellFormedHost(headers: RequestHeaders): boolean {
  if (isRepeated(headers, HOST) || isRepeated(headers, AUTHORITY)) return false
  const { [HOST]: host, [AUTHORITY]: authority = host } = headers.values
  if (host !== undefined && host !== authority) return false
  return authority === undefined || isKnownHost(authority)
}

/** An API has few names. */
const isKnownHost = rememberLatest(isHost)

/** Whether the text is one ASCII `name[:port]` or `[ipv6][:port]`. */
export function isHost(value: string): boolean {
  if (value.length > MAX_HOST_LENGTH) return false
  const end = value.charCodeAt(0) === 0x5b ? endOfIpv6(value) : endOf(value, 0, isNameCharacter)
  return end > 0 && (end === value.length || isPort(value, end))
}

function endOf(value: string, start: number, belongs: (code: number) => boolean): number {
  let i = start
  while (i < value.length && belongs(value.charCodeAt(i))) i++
  return i
}

function isNameCharacter(code: number): boolean {
  return (
    isBetween(code | 0x20, 0x61, 0x7a) || isDigit(code) || code === 0x2d || code === 0x2e || code === 0x5f
  )
}

function endOfIpv6(value: string): number {
  const close = endOf(value, 1, isIpv6Character)
  return close > 2 && value.charCodeAt(close) === 0x5d ? close + 1 : 0
}

function isIpv6Character(code: number): boolean {
  return hexDigit(code) >= 0 || code === 0x3a || code === 0x2e
}

function isPort(value: string, colon: number): boolean {
  const digits = value.length - colon - 1
  if (value.charCodeAt(colon) !== 0x3a || digits < 1 || digits > 5) return false
  return endOf(value, colon + 1, isDigit) === value.length
}
