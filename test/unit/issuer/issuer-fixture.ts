import {
  type AccountRecord,
  type CredentialRecord,
  createMemoryStore,
  createTokenIssuer,
  type IssuerStore,
  type NewAccount,
  type NewCredential,
  type TokenIssuer,
  type TokenIssuerOptions,
} from '@scopegate/issuer'
import { createLocalJWKSet, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://api.example'
export const START = Date.parse('2026-03-01T12:00:00.500Z')

/** An issuer with a clock that stands still until it is moved. */
export interface Fixture {
  readonly issuer: TokenIssuer
  readonly store: IssuerStore
  readonly clock: { now: number; advance(seconds: number): void }
  readonly faults: unknown[]
  account(account?: NewAccount): Promise<AccountRecord>
  client(
    credential?: Partial<NewCredential>,
    account?: NewAccount,
  ): Promise<{ id: string; secret: string; credential: CredentialRecord }>
}

export function createFixture(options: Partial<TokenIssuerOptions> = {}): Fixture {
  const clock = {
    now: START,
    advance: (seconds: number): void => {
      clock.now += seconds * 1000
    },
  }
  const faults: unknown[] = []
  const store = options.store ?? createMemoryStore()
  const issuer = createTokenIssuer({
    issuer: ISSUER,
    audience: AUDIENCE,
    store,
    now: () => clock.now,
    onFault: (error) => faults.push(error),
    warn: () => undefined,
    ...options,
  })
  const account = async (input: NewAccount = {}): Promise<AccountRecord> =>
    await issuer.accounts.create({ verified: true, ...input })
  return {
    issuer,
    store,
    clock,
    faults,
    account,
    client: async (credential = {}, owner = {}) => {
      const id = credential.account ?? (await account(owner)).id
      const created = await issuer.credentials.create({
        name: 'client',
        scopes: ['query', 'write'],
        ...credential,
        account: id,
      })
      return {
        id: created.credential.clientId,
        secret: created.clientSecret,
        credential: created.credential,
      }
    },
  }
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a reply may hold anything; that is what is tested
  readonly body: any
}

type RawBody = string | Uint8Array | ReadableStream

/** A request to a path of the issuer; a body that is an object is sent as a form. */
export async function send(
  { issuer }: Pick<Fixture, 'issuer'>,
  path: string,
  {
    method = 'POST',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: Record<string, string> | RawBody } = {},
): Promise<Reply> {
  const isForm = body !== undefined && Object.getPrototypeOf(body) === Object.prototype
  const request = new Request(new URL(path, ISSUER), {
    method,
    headers,
    ...(body === undefined
      ? {}
      : {
          body: isForm ? new URLSearchParams(body as Record<string, string>) : (body as RawBody),
          duplex: 'half',
        }),
  } as RequestInit)
  const response = await issuer.handle(request)
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}

/** What the issuer's own key set makes of a token, at the fixture's time. */
export async function verify(
  { issuer, clock }: Pick<Fixture, 'issuer' | 'clock'>,
  token: string,
  at: number = clock.now,
): Promise<JWTVerifyResult<JWTPayload>> {
  const keys = createLocalJWKSet((await issuer.keys.jwks()) as { keys: [] })
  return await jwtVerify(token, keys, {
    issuer: ISSUER,
    audience: AUDIENCE,
    typ: 'at+jwt',
    currentDate: new Date(at),
  })
}
