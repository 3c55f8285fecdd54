import type { ScopeExpression } from '@scopegate/core'

/** What someone may do: the keys of roles, and the permissions that come with them. */
export interface Grants {
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
}

const ROLE = 'role:'

/** How rules ask for a role. */
export function role(key: string): string {
  return ROLE + key
}

/**
 * Roles and permissions as scopes. A role with a `*` in it, and a permission that looks like a role or whose `*` stands at
 * its beginning and would cover one, grant nothing.
 */
export function toScopes({ roles, permissions }: Grants): readonly string[] {
  const plain = roles.filter((key) => !key.includes('*'))
  return [
    ...plain.map(role),
    ...permissions.filter((text) => !text.startsWith(ROLE) && !/^[^.]*\*/.test(text)),
  ]
}

/** What a token says of itself; what is no list of texts grants nothing. */
export function grantsIn(claims: Readonly<Record<string, unknown>>): Grants {
  return { roles: texts(claims.roles), permissions: texts(claims.permissions) }
}

function texts(claim: unknown): readonly string[] {
  return Array.isArray(claim) ? claim.filter((entry) => typeof entry === 'string') : []
}

/** One of each list: one of these roles AND one of these permissions. */
export function oneOfEach(first: readonly string[], second: readonly string[]): ScopeExpression {
  return { anyOf: first.flatMap((one) => second.map((other) => [one, other])) }
}
