import { foldAscii, hexDigit } from './ascii.ts'
import { addToHash, beginHash, hashOf } from './hash.ts'
import { isHost } from './request-headers.ts'
import { joinSegments, type Segments, segmentAt } from './segments.ts'

/** A request-target that was accepted: one loose reading, split once and decoded once. */
export interface RequestTarget {
  /** Decoded and ASCII lower-cased; what rules are matched against. */
  readonly folded: Segments
  /** {@link hashOf} each of them, by which rules are looked for: a wrong one would hide a rule. */
  readonly hashes: readonly number[]
  /** Decoded once, case kept; what a path parameter captures. */
  readonly decoded: Segments
  /** As sent; what "byte for byte" means for `overrides`. */
  readonly raw: Segments
  readonly trailingSlash: boolean
  /** Which of the {@link OPAQUE} spellings occur; every matching rule must have opted in to each. */
  readonly opaque: number
}

/** Spellings a rule may opt in to, for its parameters and `/*` only. A segment holding one never equals a literal. */
export const OPAQUE: Readonly<Record<OpaqueSpelling, number>> = Object.freeze({
  '%2f': 1,
  '%25': 2,
  ';': 4,
  '%5c': 8,
})

/** See {@link RouteRule.opaque}. */
export type OpaqueSpelling = '%2f' | '%25' | ';' | '%5c'

const MAX_PATH_LENGTH = 8192
const MAX_SEGMENTS = 64

const SLASH = 0x2f
const QUESTION = 0x3f
const HASH = 0x23
const BACKSLASH = 0x5c
const PERCENT = 0x25
const SEMICOLON = 0x3b
const DOT = 0x2e

const SPECIAL = 1
const PLAIN = 2
/** What a character is to a path: nothing where it may not be in one. Of a typed array, so that nothing is inherited. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (!/[!-~]/.test(character) || /[#\\]/.test(character)) return 0
  return /[A-Z/?%;.]/.test(character) ? SPECIAL : PLAIN
})

/**
 * Splits and decodes a raw request-target, or refuses it with `undefined`: anything that two routers could read in two
 * ways is refused and never repaired. The query is judged for illegal bytes only.
 */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  if (target.charCodeAt(0) !== SLASH) return undefined
  const ends: number[] = []
  const hashes: number[] = []
  let count = 0
  let hash = beginHash()
  let start = 1
  let plain = true
  let i = 1
  const readable = Math.min(target.length, MAX_PATH_LENGTH + 1)
  for (; i < readable; i++) {
    const code = target.charCodeAt(i)
    const kind = KINDS[code]
    if (kind !== PLAIN) {
      if (kind !== SPECIAL) return undefined
      if (code === QUESTION) break
      if (code === SLASH) {
        if (i === start || count === MAX_SEGMENTS) return undefined
        ends[count] = i
        hashes[count++] = hash
        hash = beginHash()
        start = i + 1
        continue
      }
      if (code !== DOT || i === start) plain = false
    }
    hash = addToHash(hash, code)
  }
  if (i > MAX_PATH_LENGTH || hasIllegalByte(target, i)) return undefined
  const trailingSlash = i === start && count > 0
  if (i > start) {
    ends[count] = i
    hashes[count++] = hash
  }
  if (count > MAX_SEGMENTS) return undefined
  const raw = { text: target, ends }
  return plain
    ? { folded: raw, hashes, decoded: raw, raw, trailingSlash, opaque: 0 }
    : decode(raw, trailingSlash)
}

function hasIllegalByte(target: string, from: number): boolean {
  for (let i = from; i < target.length; i++) {
    const code = target.charCodeAt(i)
    if (code <= 0x20 || code >= 0x7f || code === HASH) return true
  }
  return false
}

function decode(raw: Segments, trailingSlash: boolean): RequestTarget | undefined {
  const decoded: string[] = []
  const folded: string[] = []
  let opaque = 0
  for (let place = 0; place < raw.ends.length; place++) {
    const segment = segmentAt(raw, place) as string
    const text = segment.includes('%') ? decodeOnce(segment) : segment
    if (text === undefined || isDotSegment(text)) return undefined
    opaque |= opaqueIn(text)
    decoded.push(text)
    folded.push(foldAscii(text))
  }
  const hashes = folded.map((segment) => hashOf(segment))
  return { folded: joinSegments(folded), hashes, decoded: joinSegments(decoded), raw, trailingSlash, opaque }
}

/** `undefined` for a bad escape, invalid or overlong UTF-8, and control characters. */
function decodeOnce(segment: string): string | undefined {
  let text: string
  try {
    text = decodeURIComponent(segment)
  } catch {
    return undefined
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code === 0x7f) return undefined
  }
  return text
}

function opaqueIn(text: string): number {
  let found = 0
  if (text.includes('/')) found |= OPAQUE['%2f']
  if (text.includes('%')) found |= OPAQUE['%25']
  if (text.includes(';')) found |= OPAQUE[';']
  if (text.includes('\\')) found |= OPAQUE['%5c']
  return found
}

/**
 * A dot segment in any spelling that someone behind us could resolve: `..`, `..;x`, `a%2f..`, `%252e%252e`, escaped as
 * often as one likes. Judged even where a rule opted in to the characters that hide it.
 */
export function isDotSegment(decoded: string): boolean {
  if (!decoded.includes('.') && !decoded.includes('%')) return false
  let dots = 0
  for (const code of decodeFully(`${decoded}/`)) {
    const ends = code === SLASH || code === BACKSLASH
    if ((ends || code === SEMICOLON) && (dots === 1 || dots === 2)) return true
    if (code === DOT) dots++
    else dots = ends ? 0 : 3
  }
  return false
}

/** The characters that are left when no escape is, in whatever order one decodes: an escape may be made of escapes. */
function decodeFully(text: string): Uint16Array {
  const read = new Uint16Array(text.length)
  let end = 0
  for (let i = 0; i < text.length; i++) {
    read[end++] = text.charCodeAt(i)
    while (read[end - 3] === PERCENT) {
      const code = 16 * hexDigit(read[end - 2] as number) + hexDigit(read[end - 1] as number)
      if (Number.isNaN(code)) break
      end -= 2
      read[end - 1] = code
    }
  }
  return read.subarray(0, end)
}

/**
 * Cuts the request-target out of an absolute URL by text alone, where the runtime has no raw target. Refused with
 * `undefined` unless the URL is `http(s)://authority/...` and its authority is the `Host` that was sent; without a `Host`,
 * unless the authority is a plain host, which nobody can take for part of the path.
 */
export function targetOfUrl(url: string, host: string | undefined): string | undefined {
  const authorityStart = url.startsWith('https://') ? 8 : url.startsWith('http://') ? 7 : 0
  if (authorityStart === 0) return undefined
  const pathStart = url.indexOf('/', authorityStart)
  if (pathStart === -1) return undefined
  const authority = url.slice(authorityStart, pathStart)
  const defaultPort = authorityStart === 8 ? ':443' : ':80'
  const agrees =
    host === undefined
      ? isHost(authority)
      : withoutPort(authority, defaultPort) === withoutPort(host, defaultPort)
  return agrees ? url.slice(pathStart) : undefined
}

function withoutPort(authority: string, port: string): string {
  const folded = foldAscii(authority)
  return folded.endsWith(port) ? folded.slice(0, -port.length) : folded
}
