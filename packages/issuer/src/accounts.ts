import { RegistryError } from './errors.ts'
import { parseInput } from './parse-options.ts'
import {
  accountChangesSchema,
  isId,
  type ListOptions,
  listOptionsSchema,
  type NewAccount,
  newAccountSchema,
} from './registry-options.ts'
import { generateId } from './secret.ts'
import type { AccountChanges, AccountRecord, Instant, IssuerStore } from './store.ts'

/** The accounts that own credentials. Every method throws `RegistryError` for what cannot be done. */
export interface Accounts {
  create(account?: NewAccount): Promise<AccountRecord>
  get(id: string): Promise<AccountRecord | undefined>
  list(page?: ListOptions): Promise<readonly AccountRecord[]>
  /** Verifies, suspends, changes the allowlist of origins; what is left out stays as it is. */
  update(id: string, changes: AccountChanges): Promise<AccountRecord>
}

export const DEFAULT_LIMIT = 100

/** Creates the account half of the registry. */
export function createAccounts(store: IssuerStore['accounts'], now: () => Instant): Accounts {
  return Object.freeze<Accounts>({
    create: async (account = {}) => {
      const input = parseInput<NewAccount>(newAccountSchema, account)
      const record = toRecord(input, now())
      if (await store.insert(record)) return record
      throw new RegistryError('ERR_ALREADY_EXISTS', 'an account with this id exists')
    },
    get: async (id) => (isId(id) ? await store.find(id) : undefined),
    list: async (page = {}) => {
      const { after, limit = DEFAULT_LIMIT } = parseInput<ListOptions>(listOptionsSchema, page)
      return await store.list({ after, limit })
    },
    update: async (id, changes) => {
      const input = parseInput<AccountChanges>(accountChangesSchema, changes)
      const record = isId(id) ? await store.update(id, input) : undefined
      if (record) return record
      throw new RegistryError('ERR_NOT_FOUND', 'there is no such account')
    },
  })
}

function toRecord(input: NewAccount, now: Instant): AccountRecord {
  return Object.freeze({
    id: input.id ?? generateId(),
    verified: input.verified ?? false,
    active: input.active ?? true,
    origins: Object.freeze([...(input.origins ?? [])].sort()),
    tokenSigning: input.tokenSigning ?? 'issuer',
    createdAt: now,
  })
}
