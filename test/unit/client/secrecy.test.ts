import { inspect } from 'node:util'
import { createTokenManager, type TokenManagerOptions } from '@scopegate/client'
import { clientSecretBasic, clientSecretPost, rawBasic } from '@scopegate/client/dialects'
import { createFetch } from '@scopegate/client/fetch'
import { managementToken, mintToken } from '@scopegate/client/mint'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answering, grantToken, startServer, type TestServer } from './token-endpoint.ts'

const clientSecret = 'the-secret-that-must-not-show'
const token = 'the-token-that-must-not-show'
const credentials = { clientId: 'reader', clientSecret }
const hidden = [clientSecret, token, btoa(`reader:${clientSecret}`)]

describe('nothing prints the secret or a token', () => {
  let server: TestServer

  beforeEach(async () => {
    server = await startServer(() => ({ body: { access_token: token, expires_in: 3600 } }))
  })
  afterEach(() => server.close())

  function manager(options: Partial<TokenManagerOptions> = {}): ReturnType<typeof createTokenManager> {
    return createTokenManager({
      tokenEndpoint: server.url,
      credentials,
      wait: async () => {},
      attempts: 1,
      ...options,
    })
  }

  it('of a manager that holds both', async () => {
    const tokens = manager()
    expect(await tokens.token()).toBe(token)
    expectSecrecy(tokens)
    expectSecrecy(createFetch(tokens, { api: server.origin }))
    expect(Object.isFrozen(tokens)).toBe(true)
  })

  it('of a wait for a token', async () => {
    const pending = manager().token()
    expect(inspect(pending, { depth: 9 })).not.toContain(clientSecret)
    await pending
  })

  const echo: [string, Answering][] = [
    [
      'an error that repeats the request',
      ({ headers, body }) => ({ status: 400, body: { error: headers.authorization ?? body } }),
    ],
    [
      'an error text',
      () => ({ status: 401, body: { error: 'invalid_client', error_description: clientSecret } }),
    ],
    ['no JSON', ({ body }) => ({ body: `${token} ${body} ${clientSecret}` })],
    ['no expiry', () => ({ body: { access_token: token, note: clientSecret } })],
    ['a token that no header can hold', () => ({ body: { access_token: `${token}\n`, expires_in: 60 } })],
    ['an outage', () => ({ status: 503, body: clientSecret, headers: { 'retry-after': clientSecret } })],
  ]
  it.each(echo)('of a failure by %s', async (_, answering) => {
    server.answer(answering)
    for (const dialect of [clientSecretBasic, clientSecretPost])
      expectSecrecy(await reasonOf(manager({ dialect }).token()))
  })

  it('of an HTTP stack whose errors hold the request', async () => {
    const fetch = async (url: string, init: RequestInit): Promise<never> => {
      throw Object.assign(new Error(`${init.headers} ${init.body} ${clientSecret}`), {
        config: { url, init },
        code: clientSecret,
        cause: { code: clientSecret, init },
      })
    }
    expectSecrecy(await reasonOf(manager({ fetch, dialect: clientSecretPost }).token()))
  })

  it('of options that are refused', () => {
    const wrong = [
      { tokenEndpoint: `https://reader:${clientSecret}@issuer.example/` },
      { tokenEndpoint: clientSecret },
      { dialect: rawBasic, credentials: { clientId: `a:${clientSecret}`, clientSecret } },
      { credentials: { clientId: '', clientSecret } },
      { timeout: clientSecret as never },
    ]
    for (const options of wrong) {
      let reason: unknown
      try {
        manager(options)
      } catch (error) {
        reason = error
      }
      expect(reason).toMatchObject({ code: 'ERR_CONFIGURATION' })
      expectSecrecy(reason)
    }
  })

  it('of a request that fetch refuses to make', async () => {
    const api = createFetch(manager(), { api: server.origin })
    expectSecrecy(await reasonOf(api('https://elsewhere.example/')))
    server.answer(grantToken)
    expectSecrecy(await reasonOf(api('/', { method: 'GET', body: 'not allowed' })))
  })

  it('of a token that is not minted', async () => {
    const claims = { access_key: 'key', exp: 1 }
    expectSecrecy(await reasonOf(mintToken(managementToken, { secret: clientSecret, claims })))
    expectSecrecy(
      await reasonOf(mintToken(managementToken, { secret: clientSecret, claims: { access_key: 'key' } })),
    )
  })
})

async function reasonOf(promise: Promise<unknown>): Promise<Error> {
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(reason).toBeInstanceOf(Error)
  return reason as Error
}

function expectSecrecy(subject: unknown): void {
  const shown = [
    inspect(subject, { depth: 9, showHidden: true }),
    JSON.stringify(subject),
    JSON.stringify(Object.getOwnPropertyDescriptors(subject)),
    String(subject),
    subject instanceof Error ? `${subject.stack}` : '',
  ].join('\n')
  for (const text of hidden) expect(shown).not.toContain(text)
}
