import { foldAscii } from './ascii.ts'
import { hashOf } from './hash.ts'
import { isDotSegment, type RequestTarget } from './request-target.ts'
import { segmentAt } from './segments.ts'

/**
 * One segment of a rule's path: plain characters, or a parameter that takes any non-empty segment. What it is not is written
 * down too: whatever is on `Object.prototype` must not make it the other.
 */
type PatternSegment = { readonly hash: number } & (
  | { readonly literal: string; readonly spelling: string; readonly parameter: undefined }
  | { readonly literal: undefined; readonly parameter: string }
)

/** A compiled rule path: literals, `:name` (or `{name}`) and, at the end only, `/*` for zero or more segments. */
export interface PathPattern {
  readonly segments: readonly PatternSegment[]
  /** Whether it ends in `/*`. */
  readonly wildcard: boolean
}

const LITERAL = /^[A-Za-z0-9\-._~@$&',=\u0080-\u{10ffff}]+$/u
const PARAMETER = /^(?::([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})$/
const MAX_SEGMENTS = 64

/** Parses a rule path, or says in words what is wrong with it. Who parses many may remember their segments. */
export function parsePathPattern(
  path: string,
  read: typeof parseSegment = parseSegment,
): PathPattern | string {
  if (!path.startsWith('/')) return 'must start with "/"; write the full path'
  const parts = path === '/' ? [] : path.slice(1).split('/')
  const wildcard = parts.at(-1) === '*'
  if (wildcard) parts.pop()
  if (parts.length > MAX_SEGMENTS) return `can never match: a target has at most ${MAX_SEGMENTS} segments`
  const segments = parts.map((part) => read(part))
  return firstProblem(segments) ?? { segments: segments as PatternSegment[], wildcard }
}

/** Reads one segment of a rule path. */
export function parseSegment(part: string): PatternSegment | string {
  const parameter = PARAMETER.exec(part)
  if (parameter) return { literal: undefined, parameter: (parameter[1] ?? parameter[2]) as string, hash: 0 }
  if (part === '') return 'has an empty segment; leave out "//" and a final "/"'
  if (part === '*') return 'may have "*" as its last segment only'
  if (!LITERAL.test(part))
    return `has a segment outside the grammar: plain characters, ":name", "{name}" or a final "/*"`
  if (isDotSegment(part)) return 'can never match: a target with a dot segment is refused'
  const literal = foldAscii(part)
  return { literal, spelling: part, parameter: undefined, hash: hashOf(literal) }
}

function firstProblem(segments: readonly (PatternSegment | string)[]): string | undefined {
  const names: string[] = []
  for (const segment of segments) {
    if (typeof segment === 'string') return segment
    if (segment.parameter === undefined) continue
    if (names.includes(segment.parameter)) return 'names a parameter twice'
    names.push(segment.parameter)
  }
  return undefined
}

/** The pattern with its parameter names left out and its literals folded: equal shapes match equal targets. */
export function shapeOf({ segments, wildcard }: PathPattern): string {
  const parts = segments.map((segment) => segment.literal ?? ':')
  return `/${[...parts, ...(wildcard ? ['*'] : [])].join('/')}`
}

/** Whether every target that `inner` matches is matched by `outer` too. */
export function contains(outer: PathPattern, inner: PathPattern): boolean {
  if (!outer.wildcard && (inner.wildcard || inner.segments.length !== outer.segments.length)) return false
  if (inner.segments.length < outer.segments.length) return false
  return outer.segments.every((segment, i) => {
    return segment.literal === undefined || segment.literal === inner.segments[i]?.literal
  })
}

/** Where a parameter of the pattern stands, counted in segments; `undefined` if it has none of that name. */
export function parameterIndex(pattern: PathPattern, name: string): number | undefined {
  const index = pattern.segments.findIndex((segment) => segment.parameter === name)
  return index === -1 ? undefined : index
}

/**
 * Whether a target (already matched) spells the pattern's literals byte for byte: no escapes, exact case, no slash at the
 * end and something under its `/*`. Only such a target reaches the pattern's own handler in every router.
 */
export function spellsExactly(target: RequestTarget, pattern: PathPattern): boolean {
  if (target.trailingSlash) return false
  if (pattern.wildcard && target.hashes.length === pattern.segments.length) return false
  return pattern.segments.every((segment, i) => {
    return segment.parameter !== undefined || segment.spelling === segmentAt(target.raw, i)
  })
}
