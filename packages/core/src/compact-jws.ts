import { type CacheItem, createBoundedCache } from './bounded-cache.ts'
import { parseStrictObject } from './strict-json.ts'

/** A JWS in compact serialisation (RFC 7515 section 3.1), decoded and parsed once, not yet verified. */
export interface CompactJws {
  /** The token as received; canonical, so that no second text stands for the same token. */
  readonly text: string
  readonly header: Readonly<Record<string, unknown>>
  /** `alg`; empty where it is absent or no text. */
  readonly algorithm: string
  /** `kid`, where it is text. */
  readonly kid: string | undefined
  /** Whether the header carries none of what no token may carry, and a `kid` of sane length or none. */
  readonly isPlain: boolean
  readonly payload: Readonly<Record<string, unknown>>
  readonly signature: Uint8Array
  /** Where the signing input ends in `text` (the second dot). */
  readonly signingInputEnd: number
}

/** Parses one text, or refuses it with `undefined`. */
export type CompactJwsParser = (text: string) => CompactJws | undefined

type Header = Pick<CompactJws, 'header' | 'algorithm' | 'kid' | 'isPlain'> & CacheItem

/** An issuer's tokens differ in the payload; headers are as many as there are keys, or a little more. */
const SHARED_HEADERS = { maxEntries: 64, maxBytes: 65_536 }

/**
 * Creates a parser that takes canonical text only: three non-empty base64url segments without padding, white space or stray
 * trailing bits, whose header and payload are JSON objects in strict UTF-8 with no member given twice.
 */
export function createCompactJwsParser(): CompactJwsParser {
  const headers = createBoundedCache<string, Header>(SHARED_HEADERS)
  const readHeader = (segment: string): Header | undefined => {
    const known = headers.get(segment)
    if (known !== undefined) return known
    const header = parseHeader(segment)
    if (header !== undefined) headers.set(segment, header)
    return header
  }
  return (text) => {
    const first = text.indexOf('.')
    const second = text.indexOf('.', first + 1)
    if (first < 1 || second < first + 2 || second === text.length - 1) return undefined
    const named = readHeader(text.slice(0, first))
    if (named === undefined) return undefined
    const { header, algorithm, kid, isPlain } = named
    const payload = parseSegment(text, first + 1, second)
    const signature = payload && readSignature(text, second + 1)
    return signature && { text, header, algorithm, kid, isPlain, payload, signature, signingInputEnd: second }
  }
}

/** Extensions to be understood, another encoding of the payload, encryption, nesting. */
const REFUSED_PARAMETERS = ['crit', 'b64', 'enc', 'zip', 'cty']
const MAX_KID_LENGTH = 1024

function parseHeader(segment: string): Header | undefined {
  const header = parseSegment(segment, 0, segment.length)
  if (header === undefined) return undefined
  const kid = ownText(header, 'kid')
  const isKeyNamed = !Object.hasOwn(header, 'kid') || (kid !== undefined && kid.length <= MAX_KID_LENGTH)
  const isPlain = isKeyNamed && !REFUSED_PARAMETERS.some((name) => Object.hasOwn(header, name))
  return { header, algorithm: ownText(header, 'alg') ?? '', kid, isPlain, bytes: segment.length, used: false }
}

/** Without what `Object.prototype` may have been given. */
function ownText(header: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(header, name) ? header[name] : undefined
  return typeof value === 'string' ? value : undefined
}

/** Read and done with before anything else can run, so that one buffer does for all. */
const SCRATCH = new Uint8Array(8192)

function parseSegment(text: string, start: number, end: number): CompactJws['payload'] | undefined {
  const size = sizeOf(start, end)
  const bytes = size > SCRATCH.length ? new Uint8Array(size) : SCRATCH.subarray(0, size)
  return decodeBase64url(text, start, end, bytes) ? parseStrictObject(bytes) : undefined
}

function readSignature(text: string, start: number): Uint8Array | undefined {
  const bytes = new Uint8Array(sizeOf(start, text.length))
  return decodeBase64url(text, start, text.length, bytes) ? bytes : undefined
}

function sizeOf(start: number, end: number): number {
  return ((end - start) * 3) >> 2
}

/** Unpadded base64url; false unless encoding the bytes again gives the same text. */
function decodeBase64url(text: string, start: number, end: number, bytes: Uint8Array): boolean {
  const rest = (end - start) & 3
  let at = 0
  let all = 0
  for (let i = start; i < end - rest; i += 4) {
    const bits =
      sextet(text, i, 18) | sextet(text, i + 1, 12) | sextet(text, i + 2, 6) | sextet(text, i + 3, 0)
    all |= bits
    bytes[at++] = bits >> 16
    bytes[at++] = bits >> 8
    bytes[at++] = bits
  }
  if (rest === 0) return all >= 0
  const bits =
    sextet(text, end - rest, 18) |
    sextet(text, end - rest + 1, 12) |
    (rest === 3 ? sextet(text, end - 1, 6) : 0)
  bytes[at++] = bits >> 16
  if (rest === 3) bytes[at] = bits >> 8
  return rest !== 1 && (all | bits) >= 0 && (bits & (rest === 3 ? 0xff : 0xffff)) === 0
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** For every code unit there is, so that none need be looked at twice; negative for all but the alphabet's. */
const SEXTETS = new Int8Array(0x10000).fill(-1)
for (let value = 0; value < ALPHABET.length; value++) SEXTETS[ALPHABET.charCodeAt(value)] = value

/** In its place among the bits; negative for a character that is none. */
function sextet(text: string, at: number, place: number): number {
  return (SEXTETS[text.charCodeAt(at)] as number) << place
}
