import { base64 } from './base64.ts'
import { boundedJson } from './bounded-json.ts'
import type { TokenRequestShape } from './dialect.ts'
import { TokenError } from './errors.ts'
import { retryAfter } from './retry-after.ts'
import type { ClientCredentials, TokenManagerSettings, TokenTarget } from './token-manager-options.ts'
import { type Grant, readGrant } from './token-reply.ts'

/** What a request can say; the dialect picks from it. */
export type TokenRequestValues = ClientCredentials &
  TokenTarget & { readonly refreshToken?: string | undefined }

/**
 * Makes one request: with the refresh token where there is one, else with the credentials. Follows no redirect.
 * @throws TokenError `ERR_TOKEN_UNAVAILABLE` where another attempt may help, another code where none will
 */
export async function requestToken(
  settings: TokenManagerSettings,
  values: TokenRequestValues,
  signal: AbortSignal,
): Promise<Grant> {
  const { dialect, now } = settings
  const refresh = values.refreshToken === undefined ? undefined : dialect.refresh
  const url = refresh ? settings.refreshEndpoint : settings.tokenEndpoint
  const init: RequestInit = { ...toInit(refresh ?? dialect.request, values), redirect: 'manual', signal }
  const sentAt = now()
  const { response, fields } = await download(settings, url, init)
  const date = Date.parse(response.headers.get('date') ?? '')
  if (response.ok) return readGrant(fields, dialect.reply, sentAt, date)
  throw refusal(response, String(fields.error), date || now())
}

async function download(
  { fetch }: TokenManagerSettings,
  url: string,
  init: RequestInit,
): Promise<{ readonly response: Response; readonly fields: Awaited<ReturnType<typeof boundedJson>> }> {
  try {
    const response = await fetch(url, init)
    return { response, fields: await boundedJson(response) }
  } catch (error) {
    const { code, cause } = Object(error)
    const known = [cause?.code, code].find((text) => /^[A-Z][A-Z0-9_]+$/.test(text))
    throw new TokenError(
      'ERR_TOKEN_UNAVAILABLE',
      `the token endpoint could not be reached (${known ?? 'no code'})`,
    )
  }
}

function refusal({ status, headers }: Response, text: string, now: number): TokenError {
  // A code only: free text may repeat what was sent.
  const error = /^[a-z_]{1,40}$/.test(text) ? text : undefined
  const problem = `the token endpoint answered ${status} (${error ?? 'no code'})`
  if (status !== 408 && status !== 429 && status < 500)
    return new TokenError('ERR_TOKEN_REFUSED', problem, status, error)
  return new TokenError('ERR_TOKEN_UNAVAILABLE', problem, status, error, retryAfter(headers, now))
}

function toInit(shape: TokenRequestShape, values: TokenRequestValues): RequestInit {
  const fields: Record<string, string> = { ...shape.parameters }
  for (const [key, name] of Object.entries(shape.fields)) {
    const value = values[key as keyof TokenRequestValues]
    if (value) fields[name] = value
  }
  const json = shape.body === 'json'
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded',
  }
  if (shape.basic) headers.authorization = `Basic ${basic(values, shape.basic === 'form')}`
  return {
    method: 'POST',
    headers,
    body: json ? JSON.stringify(fields) : String(new URLSearchParams(fields)),
  }
}

function basic({ clientId, clientSecret }: ClientCredentials, formEncoded: boolean): string {
  const encode = (text: string): string =>
    formEncoded ? String(new URLSearchParams({ '': text })).slice(1) : text
  return base64(`${encode(clientId)}:${encode(clientSecret)}`)
}
