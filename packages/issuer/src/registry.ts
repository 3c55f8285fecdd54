import { DEFAULT_LIMIT } from './accounts.ts'
import { RegistryError } from './errors.ts'
import { parseInput } from './parse-options.ts'
import { isId, type OwnedListOptions, ownedListOptionsSchema } from './registry-options.ts'
import type { Instant, IssuerStore, Metadata, OwnedPage, Subject } from './store.ts'

/** What the two kinds of things that accounts own need of the issuer. */
export interface Registry {
  readonly store: IssuerStore
  readonly now: () => Instant
  /** The scopes there are; `undefined` where any will do. */
  readonly knownScopes: ReadonlySet<string> | undefined
}

/** The fields that credentials and directly minted tokens have in common, defaults filled in. */
export interface OwnedFields {
  readonly account: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly subject: Subject
  readonly environment: string
  readonly expiresAt: Instant | null
  readonly metadata: Metadata
  readonly createdAt: Instant
}

type OwnedInput = Pick<OwnedFields, 'account' | 'name' | 'scopes'> &
  Partial<Pick<OwnedFields, 'subject' | 'environment' | 'expiresAt' | 'metadata'>>

/** Fills in the defaults of what has been checked by itself, and checks it against the rest of the registry. */
export async function toOwnedFields(registry: Registry, input: OwnedInput): Promise<OwnedFields> {
  const now = registry.now()
  refuseUnknownScopes(registry, input.scopes)
  if (input.expiresAt !== undefined && input.expiresAt !== null && input.expiresAt <= now) {
    throw new RegistryError('ERR_INVALID_INPUT', 'expiresAt: lies in the past')
  }
  if (!isId(input.account) || !(await registry.store.accounts.find(input.account))) {
    throw new RegistryError('ERR_NOT_FOUND', 'there is no such account')
  }
  return {
    account: input.account,
    name: input.name,
    scopes: input.scopes,
    subject: input.subject ?? { kind: 'account' },
    environment: input.environment ?? 'production',
    expiresAt: input.expiresAt ?? null,
    metadata: input.metadata ?? {},
    createdAt: now,
  }
}

/** A scope that no rule asks for would be a spelling mistake that nobody notices. */
export function refuseUnknownScopes({ knownScopes }: Registry, scopes: readonly string[]): void {
  const at = scopes.findIndex((scope) => knownScopes?.has(scope) === false)
  if (at < 0) return
  throw new RegistryError('ERR_INVALID_INPUT', `scopes[${at}]: is none of the issuer's scopes`)
}

/** Checks and completes what a list is narrowed by. */
export function toPage(options: OwnedListOptions): OwnedPage {
  const { limit = DEFAULT_LIMIT, ...page } = parseInput<OwnedListOptions>(ownedListOptionsSchema, options)
  return { ...page, limit }
}
