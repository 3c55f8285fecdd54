import type { Grants } from './grants.ts'

/** Who there is and what they may do: the vendor's records, in memory. */
export interface Directory {
  /** Defines a role, or changes what it permits from now on. */
  readonly setRole: (id: string, permissions: readonly string[]) => void
  /** Gives a user these roles in one tenant, and no others there. */
  readonly setUser: (userId: string, tenantId: string, roleIds: readonly string[]) => void
  readonly deleteUser: (userId: string) => void
  readonly hasUser: (userId: string) => boolean
  /** The roles there are among these, and all that they permit together; an unknown one permits nothing. */
  readonly grantsOfRoles: (roleIds: readonly string[]) => Grants
  /** What a user may do in a tenant. */
  readonly grantsOfUser: (userId: string, tenantId: string) => Grants
}

/** Creates an empty directory. */
export function createDirectory(): Directory {
  const roles = new Map<string, readonly string[]>()
  const users = new Map<string, Map<string, readonly string[]>>()
  const grantsOfRoles = (roleIds: readonly string[]): Grants => {
    const known = roleIds.filter((id) => roles.has(id))
    return { roles: known, permissions: [...new Set(known.flatMap((id) => roles.get(id) ?? []))] }
  }
  return {
    setRole: (id, permissions) => void roles.set(id, permissions),
    setUser: (userId, tenantId, roleIds) => {
      users.set(userId, (users.get(userId) ?? new Map()).set(tenantId, roleIds))
    },
    deleteUser: (userId) => void users.delete(userId),
    hasUser: (userId) => users.has(userId),
    grantsOfRoles,
    grantsOfUser: (userId, tenantId) => grantsOfRoles(users.get(userId)?.get(tenantId) ?? []),
  }
}
