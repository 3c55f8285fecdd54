import { type ClaimMapping, type ClaimSource, type TokenContent, toClaims } from './access-token-claims.ts'
import { type SigningKey, signAccessToken } from './signing-key.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { AccountState } from './store.ts'

/** Turns what a token is to say into a signed JWT. */
export interface TokenMinter {
  /** The key that an account's tokens are signed with at the moment. */
  keyFor(account: AccountState): Promise<SigningKey>
  mint(content: Omit<TokenContent, keyof MinterSettings>, key: SigningKey): Promise<string>
}

/** What every token of an issuer says alike. */
export type MinterSettings = Pick<TokenContent, 'issuer' | 'subjectSuffix'>

/** Creates the minter of one issuer. */
export function createTokenMinter(
  settings: MinterSettings,
  keys: SigningKeys,
  mapping: ClaimMapping | undefined,
): TokenMinter {
  return Object.freeze<TokenMinter>({
    keyFor: async (account) => await keys.current(account),
    mint: async (content, key) => await signAccessToken(key, toClaims({ ...content, ...settings }, mapping)),
  })
}

type Named = Pick<ClaimSource, 'name' | 'scopes' | 'subject' | 'environment' | 'metadata'>

/** What the claims of a record's tokens are made from. */
export function claimSource(
  issuance: ClaimSource['issuance'],
  clientId: string,
  { name, scopes, subject, environment, metadata }: Named,
  account: AccountState,
): ClaimSource {
  return Object.freeze({ issuance, clientId, name, scopes, subject, environment, metadata, account })
}
