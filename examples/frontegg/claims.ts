import type { ClaimMapping, ClaimSource } from '@scopegate/issuer'
import type { Directory } from './directory.ts'
import type { Grants } from './grants.ts'

/** What the tokens of an exchange, and those handed out as they are, call themselves. */
export type TokenTypes = Readonly<Record<ClaimSource['issuance'], string>>

/** The type, the tenant and the user if there is one; roles and permissions in all but access tokens. */
export function fronteggClaims(directory: Directory, types?: TokenTypes): ClaimMapping {
  return (source) => {
    const { account, issuance, metadata, subject } = source
    const type = (types ?? machineTypes(source))[issuance]
    if (type === 'vendor') return { type, vendorId: account.id }
    const common = { type, tenantId: account.id, ...(subject.kind === 'user' && { userId: subject.id }) }
    if (type.endsWith('AccessToken')) return common
    const { acr, amr, auth_time, metadata: given } = metadata
    return { ...common, ...grantsOf(directory, source), acr, amr, auth_time, metadata: given }
  }
}

function machineTypes({ subject }: ClaimSource): TokenTypes {
  const owner = subject.kind === 'user' ? 'user' : 'tenant'
  return { exchange: `${owner}ApiToken`, direct: `${owner}AccessToken` }
}

/** A user's are those of the moment; a tenant's token has the roles that it was created with. */
function grantsOf(directory: Directory, { subject, account, metadata }: ClaimSource): Grants {
  return subject.kind === 'user'
    ? directory.grantsOfUser(subject.id, account.id)
    : directory.grantsOfRoles(roleIdsOf(metadata))
}

/** The roles that a tenant's token was created with. */
export function roleIdsOf({ roleIds }: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(roleIds) ? roleIds : []
}
