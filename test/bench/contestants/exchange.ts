import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { createMemoryStore, createTokenIssuer, type IssuerStore, type TokenIssuer } from '@scopegate/issuer'
import { openLibsqlStore } from '@scopegate/issuer/libsql'
import { openPostgresStore } from '@scopegate/issuer/postgres'
import type { Measurement } from '../bursts.ts'
import { type Contestant, timed } from '../sampler.ts'
import { AUDIENCE, ISSUER } from '../token-set.ts'

/** What every contestant of this module is told. */
export interface ExchangeInput {
  readonly directory: string
  readonly databaseUrl: string
  readonly sampleMs: number
}

const BATCH = 64
const CLIENTS = 100

/** Exchanges client credentials for ES256 tokens, 64 at a time, through the Web handler and without a socket. */
function exchanging(
  open: (input: ExchangeInput) => IssuerStore | Promise<IssuerStore>,
): Contestant<ExchangeInput> {
  return async (input) => {
    const store = await open(input)
    const issuer = createTokenIssuer({
      issuer: ISSUER,
      audience: AUDIENCE,
      store,
      signing: { encryptionKey: new Uint8Array(32) },
    })
    const credentials = await createCredentials(issuer)
    return measureExchange(issuer, credentials, input.sampleMs)
  }
}

/** `Basic` credentials of clients of one account. */
async function createCredentials({ accounts, credentials }: TokenIssuer): Promise<readonly string[]> {
  const { id: account } = await accounts.create({ verified: true })
  const made: string[] = []
  for (let at = 0; at < CLIENTS; at++) {
    const { credential, clientSecret } = await credentials.create({
      account,
      name: `n${at}`,
      scopes: ['query'],
    })
    made.push(`Basic ${btoa(`${credential.clientId}:${clientSecret}`)}`)
  }
  return made
}

function measureExchange(
  { handle }: TokenIssuer,
  credentials: readonly string[],
  milliseconds: number,
): Measurement {
  const request = (at: number): Request =>
    new Request(`${ISSUER}/oauth/token`, {
      method: 'POST',
      headers: { authorization: credentials[at % credentials.length] as string },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
  const run = async (requests: readonly Request[]): Promise<void> => {
    const responses = await Promise.all(requests.map(handle))
    const failed = responses.find(({ status }) => status !== 200)
    if (failed) throw new Error(`the token endpoint answered ${failed.status}`)
  }
  const prepare = (): Request[] => Array.from({ length: BATCH }, (_, at) => request(at))
  return timed({ milliseconds, prepare, run })
}

/** The signature that every exchange needs, and nothing else. */
const signing: Contestant<ExchangeInput> = ({ sampleMs }) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const data = Buffer.alloc(300, 1)
  const run = (batch: readonly Buffer[]): void => {
    for (const input of batch) sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  }
  return timed({ milliseconds: sampleMs, prepare: () => Array(BATCH).fill(data) as Buffer[], run })
}

export const contestants: Readonly<Record<string, Contestant<ExchangeInput>>> = {
  memory: exchanging(() => createMemoryStore()),
  libSQL: exchanging(async ({ directory }) => {
    const folder = await mkdtemp(join(directory, 'issuer-'))
    return await openLibsqlStore({ file: join(folder, 'issuer.db') })
  }),
  Postgres: exchanging(async ({ databaseUrl }) => await openPostgresStore({ connectionString: databaseUrl })),
  'an ES256 signature': signing,
}
