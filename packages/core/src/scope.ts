/** What a rule asks of a token's scopes, as written by the user. See {@link RouteRule.scopes}. */
export type ScopeExpression<Scope extends string = string> =
  | Scope
  | { readonly all: readonly Scope[] }
  | { readonly any: readonly Scope[] }
  | { readonly anyOf: readonly (readonly Scope[])[] }

/** OR of ANDs: satisfied when every scope of at least one alternative is held. */
export type ScopeAlternatives = readonly (readonly string[])[]

/** A string means all of its space-separated scopes. */
export function toAlternatives(expression: ScopeExpression): ScopeAlternatives {
  if (typeof expression === 'string') return [splitScope(expression)]
  if ('all' in expression) return [[...expression.all]]
  if ('any' in expression) return expression.any.map((scope) => [scope])
  return expression.anyOf.map((alternative) => [...alternative])
}

/** Splits on single spaces only (RFC 6749 section 3.3); any other white space is part of the scope's name. */
export function splitScope(text: string): string[] {
  return text.split(' ').filter((scope) => scope !== '')
}

/** Whether it names scopes as a `scope` or `scp` claim does: a space-delimited string or an array of strings. */
export function isScopeClaim(claim: unknown): claim is string | readonly string[] {
  return (
    typeof claim === 'string' || (Array.isArray(claim) && claim.every((scope) => typeof scope === 'string'))
  )
}

/** What a token was granted, as a question; a `Set` compares exactly. */
export interface ScopeHolder {
  has(scope: string): boolean
}

/** Whether one of the alternatives is held in full. */
export function satisfies(held: ScopeHolder, alternatives: ScopeAlternatives): boolean {
  for (const alternative of alternatives) if (holdsAll(held, alternative)) return true
  return false
}

function holdsAll(held: ScopeHolder, wanted: readonly string[]): boolean {
  for (const scope of wanted) if (!held.has(scope)) return false
  return true
}

/** RFC 6749 section 3.3 scope-token: printable ASCII but for space, `"` and `\`. */
export function isScopeToken(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text)
}
