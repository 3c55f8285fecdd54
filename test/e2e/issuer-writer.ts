import { createTokenIssuer } from '@scopegate/issuer'
import { openLibsqlStore } from '@scopegate/issuer/libsql'
import { openPostgresStore } from '@scopegate/issuer/postgres'

/**
 * Writes credentials until it is killed, several at a time, and prints each change once it is acknowledged: a line is a
 * promise that must be kept. Arguments: `libsql <file>` or `postgres <connection string>`.
 */
const [backEnd, where = ''] = process.argv.slice(2)
const store =
  backEnd === 'postgres'
    ? await openPostgresStore({ connectionString: where })
    : await openLibsqlStore({ file: where })
const issuer = createTokenIssuer({
  issuer: 'https://issuer.example',
  audience: 'https://api.example',
  store,
  signing: { encryptionKey: new Uint8Array(32) },
})
const { id: account } = await issuer.accounts.create({ verified: true })

async function write(): Promise<never> {
  for (;;) {
    const { credential, clientSecret } = await issuer.credentials.create({
      account,
      name: 'n',
      scopes: ['query'],
    })
    const { clientId } = credential
    console.log(JSON.stringify({ clientId, works: [clientSecret] }))
    const rotated = await issuer.credentials.rotate(clientId)
    console.log(JSON.stringify({ clientId, works: [clientSecret, rotated.clientSecret] }))
  }
}

await Promise.all(Array.from({ length: 8 }, write))
