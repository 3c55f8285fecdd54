import type { AccessToken } from '@scopegate/core'

/** What the upstream is told of who calls. Nobody outside can tell it: these names, however spelt, are the gateway's. */
export const IDENTITY_HEADERS = ['x-client-id', 'x-account-id', 'x-subject', 'x-scopes'] as const

/** What else upstreams are known to believe, and what was for the gateway alone. */
const RESERVED: ReadonlySet<string> = new Set([
  ...IDENTITY_HEADERS,
  ...['authorization', 'proxy-authorization', 'forwarded', 'x-real-ip', 'via'],
  ...['x-original-url', 'x-original-uri', 'x-original-host', 'x-original-method', 'x-rewrite-url'],
  ...['host', 'content-length', 'expect'],
])

/** Removes what the upstream must not hear from outside. */
export function stripInbound(headers: Headers): Headers {
  const kept = new Headers(headers)
  for (const name of headers.keys()) if (isReserved(name)) kept.delete(name)
  return kept
}

/** Servers read `X_Client_Id` and `X.Client.Id` as `X-Client-Id`: CGI made of every other character an underscore. */
function isReserved(name: string): boolean {
  const folded = name.toLowerCase().replace(/[^a-z0-9]/g, '-')
  return RESERVED.has(folded) || folded.startsWith('x-forwarded-')
}

/** The verified token as headers; none where a route asks for no token. Every text in it is the issuer's, so it is encoded. */
export function identityHeaders(token: AccessToken | undefined): Readonly<Record<string, string>> {
  if (token === undefined) return {}
  const { clientId, account, subject, scopes } = token
  const values = [clientId, account, subject].map((text) => text && encodeURIComponent(text))
  const all = [...values, scopes.map(encodeURIComponent).join(' ')]
  const named = IDENTITY_HEADERS.map((name, at): [string, string] => [name, all[at] ?? ''])
  return Object.fromEntries(named.filter(([, value]) => value !== ''))
}
