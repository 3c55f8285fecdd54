import { type PathPattern, parsePathPattern } from '../path-pattern.ts'

/** How a framework writes paths: path-to-regexp 8 (Express 5, @koa/router), path-to-regexp 0.1 (Express 4) or Hono. */
export type RouteGrammar = 'path-to-regexp' | 'express4' | 'hono'

/** A registered path in the terms of rules. */
export interface RoutePattern {
  /** What it matches lies inside this pattern. */
  readonly pattern: PathPattern
  /** Whether the path is made of what rules are made of; else the pattern is the path as far as it was understood, and `/*`. */
  readonly plain: boolean
}

const FINAL_WILDCARD: Readonly<Record<RouteGrammar, RegExp>> = {
  'path-to-regexp': /(?:\/\*[A-Za-z_]\w*|\{\/\*[A-Za-z_]\w*\})$/,
  express4: /\/\*$/,
  hono: /\/\*$/,
}

/** Reads a registered path. `prefix` says that everything under it is matched too, as `use` does. */
export function readRoutePath(path: unknown, grammar: RouteGrammar, prefix = false): RoutePattern {
  if (typeof path !== 'string') return everythingUnder('')
  const text = grammar === 'express4' && path === '*' ? '/*' : path
  const base = text.replace(FINAL_WILDCARD[grammar], '')
  const wildcard = prefix || base !== text
  const plain = toPattern(base, wildcard)
  return plain ? { pattern: plain, plain: true } : everythingUnder(understood(base, grammar))
}

/** The pattern of all that lies under a path, for what cannot be read any closer. */
export function everythingUnder(path: string): RoutePattern {
  return { pattern: toPattern(path, true) ?? (parsePathPattern('/*') as PathPattern), plain: false }
}

/** A path behind a mount path. */
export function joinPaths(mount: string, path: string): string {
  const base = mount.replace(/\/$/, '')
  return path === '/' || path === '' ? base || '/' : `${base}${path.startsWith('/') ? '' : '/'}${path}`
}

function toPattern(path: string, wildcard: boolean): PathPattern | undefined {
  const base = path.replace(/\/$/, '')
  if (/[{}]/.test(base)) return undefined
  const named = base.replace(/(?<=\/):[A-Za-z_]\w*(?=\/|$)/g, (_, at: number) => `:p${at}`)
  const pattern = parsePathPattern(wildcard ? `${named}/*` : named || '/')
  return typeof pattern === 'string' ? undefined : pattern
}

/** The leading segments that mean what they mean in a rule, whatever stands behind them. */
function understood(path: string, grammar: RouteGrammar): string {
  if (grammar === 'express4' && /[|^$[\]\\]/.test(path)) return ''
  const whole = grammar === 'path-to-regexp' ? beforeOptionalSegments(path) : path
  const segments = whole.split('/')
  const strange = segments.findIndex(
    (segment, i) => i > 0 && (segment === '*' || toPattern(`/${segment}`, false) === undefined),
  )
  if (strange === -1) return whole
  // In Express 4 a quantifier at the start of a segment belongs to the slash before it.
  const end = grammar === 'express4' && /^[?+{]/.test(segments[strange] as string) ? strange - 1 : strange
  return segments.slice(0, Math.max(1, end)).join('/')
}

/** `/x` of `/x{/:y}/z`: groups that begin with a slash leave the segment before them whole. */
function beforeOptionalSegments(path: string): string {
  const group = path.indexOf('{')
  if (group === -1) return path
  return /^(?:\{\/[^{}]*\}|\/[^{}]*)*$/.test(path.slice(group)) ? path.slice(0, group) : path
}
