import { type CacheItem, createBoundedCache } from './bounded-cache.ts'
import { keyOf } from './key-of.ts'
import { own } from './own.ts'
import { type ScopeHolder, splitScope } from './scope.ts'

/** How the scopes a token names become the scopes it holds. */
export interface ScopeReading {
  /** What a scope (or role) brings with it. */
  readonly implies: Readonly<Record<string, readonly string[]>>
  /** What parts a scope's segments, where `*` stands for segments. */
  readonly wildcardSeparator: string | undefined
}

/** What a token is granted; tokens that are granted the same share it. */
export interface Grant extends CacheItem {
  /** As the token names them. */
  readonly scopes: readonly string[]
  /** As rules ask for them. */
  readonly held: ScopeHolder
}

/** How many different grants are kept to be shared, and how much memory they may take. */
const SHARED = { maxEntries: 1024, maxBytes: 1_048_576 }
const SCOPE_BYTES = 64

/**
 * Compiles the reading into a function from what a token names (a string of scopes, or a list) to what it is granted. Most
 * tokens of an API name the same few grants: to share them is less to do, and more likely to be in the processor's cache.
 */
export function createGrantReader({
  implies,
  wildcardSeparator,
}: ScopeReading): (named: string | readonly string[]) => Grant {
  const closure = implications(implies)
  const shared = createBoundedCache<string, Grant>(SHARED)
  const create = (scopes: readonly string[], text: number): Grant => {
    const held = new Set(scopes.flatMap((scope) => closure.get(scope) ?? [scope]))
    return {
      scopes: Object.freeze([...scopes]),
      held: wildcardSeparator === undefined ? held : withWildcards(held, wildcardSeparator),
      bytes: text + SCOPE_BYTES * held.size,
      used: false,
    }
  }
  return (named) => {
    // No list has a key with a space first.
    const key = typeof named === 'string' ? ` ${named}` : keyOf(named)
    const known = shared.get(key)
    if (known !== undefined) return known
    const grant = create(typeof named === 'string' ? splitScope(named) : named, key.length)
    shared.set(key, grant)
    return grant
  }
}

/** Implications are followed to their end once, at set-up. */
function implications(implies: ScopeReading['implies']): ReadonlyMap<string, readonly string[]> {
  const follow = (scope: string, seen: Set<string>): Set<string> => {
    if (seen.has(scope)) return seen
    seen.add(scope)
    for (const implied of own(implies, scope) ?? []) follow(implied, seen)
    return seen
  }
  return new Map(Object.keys(implies).map((scope) => [scope, [...follow(scope, new Set())]]))
}

function withWildcards(held: ReadonlySet<string>, separator: string): ScopeHolder {
  const patterns = [...held].filter((scope) => scope.includes('*')).map((scope) => scope.split(separator))
  return {
    has: (scope) => held.has(scope) || patterns.some((pattern) => covers(pattern, scope.split(separator))),
  }
}

/** By whole segments: `*` is one segment, at the end one or more; everything else is a plain text. */
function covers(pattern: readonly string[], wanted: readonly string[]): boolean {
  const open = pattern.at(-1) === '*'
  if (open ? wanted.length < pattern.length : wanted.length !== pattern.length) return false
  return pattern.every((segment, i) => (segment === '*' ? wanted[i] !== '' : segment === wanted[i]))
}
