import type { PathPattern } from '../path-pattern.ts'
import type { RegisteredRoute } from './registered-app.ts'
import { takes, type WrittenRule } from './written-rule.ts'

/** A request that stands for all exactly spelled ones of its length. */
export interface Witness {
  readonly method: string
  readonly target: string
  readonly segments: readonly string[]
}

const STANDARD = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * The requests that an override is verified by: its literals as written and values that no literal has, in every method
 * that both rules take (and `HEAD` with `GET`); where it ends in `/*`, in every length up to one past the longest pattern,
 * since a route of fixed length can hide the order at that length.
 */
export function witnessesOf(
  inner: WrittenRule,
  outer: WrittenRule,
  routes: readonly RegisteredRoute[],
  rules: readonly WrittenRule[],
): readonly Witness[] {
  const patterns = [...routes, ...rules].map(({ pattern }) => pattern)
  const methods = sharedMethods(inner, outer, routes)
  return spell(inner.pattern, patterns).flatMap((segments) =>
    methods.map((method) => ({ method, target: `/${segments.join('/')}`, segments })),
  )
}

function sharedMethods(
  inner: WrittenRule,
  outer: WrittenRule,
  routes: readonly RegisteredRoute[],
): readonly string[] {
  const named = routes.flatMap(({ methods }) => (methods === '*' ? [] : methods))
  const all = [
    ...STANDARD,
    ...named,
    ...[inner, outer].flatMap(({ methods }) => (methods === '*' ? [] : methods)),
  ]
  const judged = all.filter((method) => /^[A-Z]+$/.test(method) && method !== 'TRACE' && method !== 'CONNECT')
  return [...new Set([...judged, 'HEAD'])].filter((method) => takes(inner, method) && takes(outer, method))
}

function spell(pattern: PathPattern, patterns: readonly PathPattern[]): readonly (readonly string[])[] {
  const fresh = freshSegment(patterns)
  const base = pattern.segments.map((segment, i) =>
    segment.parameter === undefined ? segment.spelling : fresh(i),
  )
  if (!pattern.wildcard) return [base]
  const longest = Math.max(...patterns.map(({ segments }) => segments.length))
  const more = Math.max(1, longest + 1 - base.length)
  return Array.from({ length: more }, (_, count) => [
    ...base,
    ...Array.from({ length: count + 1 }, (_, i) => fresh(base.length + i)),
  ])
}

/** Values that equal no literal of any pattern. */
function freshSegment(patterns: readonly PathPattern[]): (index: number) => string {
  const literals = new Set(patterns.flatMap(({ segments }) => segments.map(({ literal }) => literal)))
  let stem = 'any'
  while ([...literals].some((literal) => literal?.startsWith(stem))) stem += 'x'
  return (index) => `${stem}${index}`
}

/** Whether a target of these segments lies in the pattern. */
export function isMatchedBy({ segments }: Witness, { segments: wanted, wildcard }: PathPattern): boolean {
  if (segments.length < wanted.length || (!wildcard && segments.length > wanted.length)) return false
  return wanted.every(({ literal }, i) => literal === undefined || literal === segments[i]?.toLowerCase())
}
