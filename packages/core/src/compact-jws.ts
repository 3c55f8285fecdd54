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
    if (first < 1 || second < first + 2 || second === text.length - 1) return undefined
    const written = text.slice(0, first)
    if (written !== segment) [segment, named] = [written, readHeader(written)]
    if (named === undefined) return undefined
    const { header, algorithm, kid, isPlain } = named
    const payload = readObject(text, first + 1, second)
    const signature = payload && decodeBase64url(text, second + 1, text.length)?.slice()
    return signature && { text, header, algorithm, kid, isPlain, payload, signature, signingInputEnd: second }
  }
}

/** Extensions to be understood, another encoding of the payload, encryption, nesting. */
const REFUSED_PARAMETERS = ['crit', 'b64', 'enc', 'zip', 'cty']
const MAX_KID_LENGTH = 1024

function readHeader(segment: string): Header | undefined {
  const header = readObject(segment, 0, segment.length)
  if (header === undefined) return undefined
  const kid = ownText(header, 'kid')
  const isKeyNamed = !Object.hasOwn(header, 'kid') || (kid !== undefined && kid.length <= MAX_KID_LENGTH)
  const isPlain = isKeyNamed && !REFUSED_PARAMETERS.some((name) => Object.hasOwn(header, name))
  return { header, algorithm: ownText(header, 'alg') ?? '', kid, isPlain }
}

/** Without what `Object.prototype` may have been given. */
function ownText(header: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(header, name) ? header[name] : undefined
  return typeof value === 'string' ? value : undefined
}

function readObject(text: string, start: number, end: number): CompactJws['payload'] | undefined {
  const bytes = decodeBase64url(text, start, end)
  return bytes && parseStrictObject(bytes)
}

/** As long as the longest segment yet. What is in it has been read or copied before anything else can run. */
let buffer = new Uint8Array(4096)

/** Unpadded base64url, refused with `undefined` unless encoding the bytes again gives the same text. They last until the next call. */
function decodeBase64url(text: string, start: number, end: number): Uint8Array | undefined {
  const rest = (end - start) & 3
  const whole = end - rest
  const size = ((end - start) * 3) >> 2
  if (size > buffer.length) buffer = new Uint8Array(size)
  let all = 0
  let at = 0
  for (let i = start; i < whole; i += 4) {
    const bits = quantum(text, i) | (sextet(text, i + 2) << 6) | sextet(text, i + 3)
    all |= bits
    buffer[at++] = bits >> 16
    buffer[at++] = bits >> 8
    buffer[at++] = bits
  }
  let unused = 0
  if (rest > 0) {
    const bits = quantum(text, whole) | (rest === 3 ? sextet(text, whole + 2) << 6 : 0)
    all |= bits
    unused = bits & (rest === 3 ? 0xff : 0xffff)
    buffer[at] = bits >> 16
    buffer[at + 1] = bits >> 8
  }
  return rest === 1 || all < 0 || unused !== 0 ? undefined : buffer.subarray(0, size)
}

/** Of four characters the bits of the first two, in their places. */
function quantum(text: string, at: number): number {
  return (sextet(text, at) << 18) | (sextet(text, at + 1) << 12)
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** For every code unit there is, so that none need be looked at twice; negative for all but the alphabet's. */
const SEXTETS = new Int8Array(0x10000).fill(-1)
for (let value = 0; value < ALPHABET.length; value++) SEXTETS[ALPHABET.charCodeAt(value)] = value

/** Negative for a character that is none. */
function sextet(text: string, at: number): number {
  return SEXTETS[text.charCodeAt(at)] as number
}
