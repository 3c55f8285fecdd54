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
  const { dialect, now, fetch } = settings
  const refresh = values.refreshToken === undefined ? undefined : dialect.refresh
  const url = refresh ? settings.refreshEndpoint : settings.tokenEndpoint
  const init: RequestInit = { ...toInit(refresh ?? dialect.request, values), redirect: 'manual', signal }
  const sentAt = now()
  let response: Response
  let fields: Awaited<ReturnType<typeof boundedJson>>
  try {
    response = await fetch(url, init)
    fields = await boundedJson(response)
  } catch (error) {
    throw unreachable(Object(error))
  }
  const date = Date.parse(response.headers.get('date') ?? '')
  if (response.ok) return readGrant(fields, dialect.reply, sentAt, date)
  throw refusal(response, String(fields.error), date || now())
}

function unreachable({ code, cause }: { readonly code?: string; readonly cause?: unknown }): TokenError {
  const known = [Object(cause).code, code].find((text) => /^[A-Z][A-Z0-9_]+$/.test(text))
  return new TokenError(
    'ERR_TOKEN_UNAVAILABLE',
    `the token endpoint could not be reached (${known ?? 'no code'})`,
  )
}

function refusal({ status, headers }: Response, text: string, now: number): TokenError {
  // A code only: free text may repeat what was sent.
  const error = /^[a-z_]{1,40}$/.test(text) ? text : undefined
  const mayPass = status === 408 || status === 429 || status >= 500
  return new TokenError(
    mayPass ? 'ERR_TOKEN_UNAVAILABLE' : 'ERR_TOKEN_REFUSED',
    `the token endpoint answered ${status} (${error ?? 'no code'})`,
    { status, error, retryAfter: mayPass ? retryAfter(headers, now) : undefined },
  )
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
    'content-type': `application/${json ? 'json' : 'x-www-form-urlencoded'}`,
  }
  if (shape.basic) headers.authorization = basic(values, shape.basic === 'form')
  return {
    method: 'POST',
    headers,
    body: json ? JSON.stringify(fields) : `${new URLSearchParams(fields)}`,
  }
}

function basic({ clientId, clientSecret }: ClientCredentials, formEncoded: boolean): string {
  const [id, secret] = [clientId, clientSecret].map((text) =>
    formEncoded ? `${new URLSearchParams({ '': text })}`.slice(1) : text,
  )
  // `btoa` alone throws beyond Latin-1.
  return `Basic ${base64(new TextEncoder().encode(`${id}:${secret}`))}`
}
