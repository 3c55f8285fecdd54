import { createTokenIssuer, standardDialect, type TokenIssuer } from '@scopegate/issuer'
import { openLibsqlStore } from '@scopegate/issuer/libsql'
import { expressIssuer } from '@scopegate/issuer/node'

const issuer = 'https://issuer.example'
const audience = 'https://api.example'

/** What an issuer must be told. */
export function issuers(): void {
  createTokenIssuer({ issuer, audience, endpoints: [{ path: '/oauth/token', dialect: standardDialect }] })
  // @ts-expect-error tokens for nobody in particular
  createTokenIssuer({ issuer })
  // @ts-expect-error a scope is a string, the list of them a list
  createTokenIssuer({ issuer, audience, scopes: 'query write' })
  // @ts-expect-error shared secrets are per account, not how an issuer signs
  createTokenIssuer({ issuer, audience, signing: { algorithm: 'HS256' } })
  // @ts-expect-error a store is opened first
  createTokenIssuer({ issuer, audience, store: openLibsqlStore({ file: './issuer.db' }) })
  // @ts-expect-error the options are no issuer
  expressIssuer({ issuer, audience })
}

/** What records give away, and when. */
export async function credentials({ credentials }: TokenIssuer): Promise<void> {
  // @ts-expect-error whose credential?
  await credentials.create({ name: 'viewer', scopes: ['query'] })
  const created = await credentials.create({ account: 'a', name: 'viewer', scopes: ['query'] })
  void created.clientSecret
  // @ts-expect-error the secret is shown once, beside the record
  void created.credential.clientSecret
}
