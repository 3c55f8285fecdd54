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
  readonly payload: Readonly<Record<string, unknown>>
  readonly signature: Uint8Array
  /** Where the signing input ends in `text` (the second dot). */
  readonly signingInputEnd: number
}

const DOT = 0x2e

/**
 * Parses canonical text only: three non-empty base64url segments without padding, white space or stray trailing bits, whose
 * header and payload are JSON objects in strict UTF-8 with no member given twice. Everything else is `undefined`.
 */
export function parseCompactJws(text: string): CompactJws | undefined {
  const dots = findDots(text)
  if (dots === undefined) return undefined
  const [first, second] = dots
  const header = parseSegment(text.slice(0, first))
  const payload = parseSegment(text.slice(first + 1, second))
  const signature = decodeBase64url(text.slice(second + 1))
  if (header === undefined || payload === undefined || signature === undefined) return undefined
  return {
    text,
    header,
    algorithm: ownText(header, 'alg') ?? '',
    kid: ownText(header, 'kid'),
    payload,
    signature,
    signingInputEnd: second,
  }
}

/** Without what `Object.prototype` may have been given. */
function ownText(header: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(header, name) ? header[name] : undefined
  return typeof value === 'string' ? value : undefined
}

function findDots(text: string): readonly [number, number] | undefined {
  const first = text.indexOf('.')
  const second = text.indexOf('.', first + 1)
  if (first < 1 || second < first + 2 || second === text.length - 1) return undefined
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === DOT ? i !== first && i !== second : sextet(code) === -1) return undefined
  }
  return [first, second]
}

function parseSegment(segment: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64url(segment)
  return bytes === undefined ? undefined : parseStrictObject(bytes)
}

/** Unpadded base64url, refused with `undefined` unless encoding the bytes again gives the same text. */
function decodeBase64url(segment: string): Uint8Array | undefined {
  const rest = segment.length & 3
  if (rest === 1) return undefined
  const last = sextet(segment.charCodeAt(segment.length - 1))
  if ((rest === 2 && (last & 15) !== 0) || (rest === 3 && (last & 3) !== 0)) return undefined
  const bytes = new Uint8Array((segment.length * 3) >> 2)
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < segment.length; i++) {
    bits = (bits << 6) | sextet(segment.charCodeAt(i))
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[at++] = (bits >> held) & 0xff
    }
  }
  return bytes
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const SEXTETS: Int8Array = Int8Array.from({ length: 128 }, (_, code) =>
  ALPHABET.indexOf(String.fromCharCode(code)),
)

function sextet(code: number): number {
  return code < 128 ? (SEXTETS[code] as number) : -1
}
