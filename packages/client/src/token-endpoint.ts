import { boundedJson } from './bounded-json.ts'
import type { TokenRequestValues } from './dialect.ts'
import { TokenError } from './errors.ts'
import { retryAfter } from './retry-after.ts'
import type { TokenManagerSettings } from './token-manager-options.ts'
import { type Grant, readGrant } from './token-reply.ts'

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
  const refresh = values.refreshToken ? dialect.refresh : undefined
  const url = refresh ? settings.refreshEndpoint : settings.tokenEndpoint
  const request = (refresh ?? dialect.request)(values)
  const sentAt = now()
  let response: Response
  let fields: Awaited<ReturnType<typeof boundedJson>>
  try {
    response = await fetch(url, { ...request, method: 'POST', redirect: 'manual', signal })
    fields = await boundedJson(response)
  } catch (error) {
    throw unreachable(Object(error))
  }
  const date = Date.parse(response.headers.get('date') ?? '')
  if (response.ok) return readGrant(fields, dialect, { sentAt, date })
  throw refusal(response, JSON.stringify(fields.error), date || now())
}

function unreachable({
  code,
  cause,
}: {
  readonly code?: string
  readonly cause?: { readonly code?: string } | null
}): TokenError {
  const known = /^[A-Z][A-Z0-9_]+$/.exec((cause?.code ?? code) as string)?.[0]
  return new TokenError(
    'ERR_TOKEN_UNAVAILABLE',
    `the token endpoint could not be reached (${known ?? 'no code'})`,
  )
}

function refusal({ status, headers }: Response, json: string, now: number): TokenError {
  // A code only: free text may repeat what was sent.
  const error = /^"([a-z_]{1,40})"$/.exec(json)?.[1]
  const mayPass = /^(408|429|5..)$/.test(`${status}`)
  return new TokenError(
    mayPass ? 'ERR_TOKEN_UNAVAILABLE' : 'ERR_TOKEN_REFUSED',
    `the token endpoint answered ${status} (${error ?? 'no code'})`,
    { status, error, retryAfter: mayPass ? retryAfter(headers, now) : undefined },
  )
}
