import type { JWK } from 'jose'
import { createKeyRings, ISSUER, type KeyRingPolicy } from './key-rings.ts'
import { openPrivateJwk, type SigningKey } from './signing-key.ts'
import type { AccountState } from './store.ts'

/** The keys tokens are signed with: of the issuer, and of each account that has its own. */
export interface SigningKeys {
  /** The current key for an account's tokens. */
  current(account: AccountState): Promise<SigningKey>
  /** The public keys of the issuer: next, current and previous ones (RFC 7517 section 5). */
  published(): Promise<readonly JWK[]>
  /** The secrets that tokens of an account may be signed with; empty where it has none of its own. */
  secretsOf(account: string): Promise<readonly Uint8Array[]>
  /** Lets the next key sign: of an account, or of the issuer where none is named. */
  rotate(account?: string): Promise<void>
  /** Drops a previous key of the same; `false` where there is none of this id. */
  revoke(id: string, account?: string): Promise<boolean>
}

/** Creates the keys over a store. Nothing is read or made before it is asked for. */
export function createSigningKeys(policy: KeyRingPolicy): SigningKeys {
  const { store, vault } = policy
  const rings = createKeyRings(policy)
  return Object.freeze<SigningKeys>({
    current: async ({ id, tokenSigning }) =>
      (await rings.get(tokenSigning === 'account' ? id : ISSUER)).current,
    published: async () =>
      (await rings.get(ISSUER)).records.map(({ publicKey }) => JSON.parse(publicKey) as JWK),
    secretsOf: async (account) => {
      if (account === ISSUER) return []
      return (await store.list(account)).map((record) => secretOf(openPrivateJwk(record, vault)))
    },
    rotate: async (account = ISSUER) => await rings.rotate(account),
    revoke: async (id, account = ISSUER) => await rings.revoke(account, id),
  })
}

function secretOf({ k = '' }: JWK): Uint8Array {
  return new Uint8Array(Buffer.from(k, 'base64url'))
}
