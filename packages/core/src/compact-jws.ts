import { own } from './own.ts'
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
  readonly signature: Uint8Array<ArrayBuffer>
  /** Where the signing input ends in `text` (the second dot). */
  readonly signingInputEnd: number
}

/** Parses one text, or refuses it with `undefined`. */
export type CompactJwsParser = (text: string) => CompactJws | undefined

type Header = Pick<CompactJws, 'header' | 'algorithm' | 'kid' | 'isPlain'>

/**
 * Creates a parser that takes canonical text only: three non-empty base64url segments without padding, white space or stray
 * trailing bits, whose header and payload are JSON objects in strict UTF-8 with no member given twice. Tokens of one issuer
 * and key have one header, so it remembers the last.
 */
export function createCompactJwsParser(): CompactJwsParser {
  let segment = ''
  let named: Header | undefined
  return (text) => {
    const first = text.indexOf('.')
    const second = text.indexOf('.', first + 1)
    if (first < 1 || second < first + 2 || second === text.length - 1 || !encode(text)) return undefined
    const written = text.slice(0, first)
    if (written !== segment) [segment, named] = [written, readHeader(first)]
    if (named === undefined) return undefined
    const { header, algorithm, kid, isPlain } = named
    const payload = readObject(first + 1, second)
    const signature = payload && decodeBase64url(second + 1, text.length)
    if (payload === undefined || signature === undefined) return undefined
    return { text, header, algorithm, kid, isPlain, payload, signature, signingInputEnd: second }
  }
}

/** Extensions to be understood, another encoding of the payload, encryption, nesting. */
const REFUSED_PARAMETERS = ['crit', 'b64', 'enc', 'zip', 'cty']
const MAX_KID_LENGTH = 1024

function readHeader(end: number): Header | undefined {
  const header = readObject(0, end)
  if (header === undefined) return undefined
  const kid = ownText(header, 'kid')
  const isKeyNamed = !Object.hasOwn(header, 'kid') || (kid !== undefined && kid.length <= MAX_KID_LENGTH)
  const isPlain = isKeyNamed && !REFUSED_PARAMETERS.some((name) => Object.hasOwn(header, name))
  return { header, algorithm: ownText(header, 'alg') ?? '', kid, isPlain }
}

/** Without what `Object.prototype` may have been given. */
function ownText(header: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = own(header, name)
  return typeof value === 'string' ? value : undefined
}

function readObject(start: number, end: number): CompactJws['payload'] | undefined {
  const bytes = decodeBase64url(start, end)
  return bytes && parseStrictObject(bytes)
}

const ENCODER = new TextEncoder()

const MOST_BYTES = 3 // of a code unit in UTF-8

/** The text that is being parsed, with room for the longest yet. */
let encoded = new Uint8Array(MOST_BYTES * 4096)

/**
 * Puts the text into bytes, which take a third of the time to look at; whether it is ASCII, one byte a character. What is
 * not would be in no alphabet either, but nothing of an earlier token may ever stand where this one should. Room is made for
 * twice as much as is needed, so that texts that grow do not ask for it each time.
 */
function encode(text: string): boolean {
  if (MOST_BYTES * text.length > encoded.length) encoded = new Uint8Array(2 * MOST_BYTES * text.length)
  return ENCODER.encodeInto(text, encoded).written === text.length
}

const ROOM = 16_384
/**
 * What was decoded, one after another. Bytes that were handed out are never written to again, however long they are held:
 * when there is no room for more, new room is made. Memory of its own for each would take longer to get than to fill.
 */
let decoded = new Uint8Array(ROOM)
let filled = 0

/** Unpadded base64url, refused with `undefined` unless encoding the bytes again gives the same text. */
function decodeBase64url(start: number, end: number): Uint8Array<ArrayBuffer> | undefined {
  const length = ((end - start) * 3) >> 2
  const begin = makeRoom(length)
  const rest = (end - start) & 3
  const whole = end - rest
  let all = 0
  let at = begin
  for (let i = start; i < whole; i += 4) {
    const bits = quantum(i) | (sextet(i + 2) << 6) | sextet(i + 3)
    all |= bits
    decoded[at++] = bits >> 16
    decoded[at++] = bits >> 8
    decoded[at++] = bits
  }
  let unused = 0
  if (rest > 0) {
    const bits = quantum(whole) | (rest === 3 ? sextet(whole + 2) << 6 : 0)
    all |= bits
    unused = bits & (rest === 3 ? 0xff : 0xffff)
    decoded[at] = bits >> 16
    decoded[at + 1] = bits >> 8
  }
  return rest === 1 || all < 0 || unused !== 0 ? undefined : decoded.subarray(begin, begin + length)
}

/** Where so many bytes may be written; one more may be, which the next to come overwrites. */
function makeRoom(length: number): number {
  if (filled + length > decoded.length) {
    decoded = new Uint8Array(ROOM + length)
    filled = 0
  }
  filled += length
  return filled - length
}

/** Of four characters the bits of the first two, in their places. */
function quantum(at: number): number {
  return (sextet(at) << 18) | (sextet(at + 1) << 12)
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** By byte; negative for all but the alphabet's. */
const SEXTETS = new Int8Array(256).fill(-1)
for (let value = 0; value < ALPHABET.length; value++) SEXTETS[ALPHABET.charCodeAt(value)] = value

/** Negative for a character that is none. */
function sextet(at: number): number {
  return SEXTETS[encoded[at] as number] as number
}
