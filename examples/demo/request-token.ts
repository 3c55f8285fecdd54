import type { Demo } from './demo.ts'
import type { DemoClient } from './issuer.ts'

/** Gets a token as any OAuth client does (RFC 6749 section 4.4.2). */
export async function requestToken({ issuer }: Demo, client: DemoClient): Promise<string> {
  const response = await fetch(issuer.tokenEndpoint, {
    method: 'POST',
    headers: { authorization: basic(client) },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: client.scope }),
  })
  const { access_token } = (await response.json()) as { access_token?: string }
  if (access_token === undefined) throw new Error(`the token endpoint answered ${response.status}`)
  return access_token
}

/** Gets one as a page would at the other endpoint: the same ids once more in a body that nobody reads. */
export async function requestM2mToken({ issuer }: Demo, client: DemoClient): Promise<string> {
  const { clientId, clientSecret } = client
  const response = await fetch(issuer.m2mTokenEndpoint, {
    method: 'POST',
    headers: { authorization: basic(client), 'content-type': 'application/json' },
    body: JSON.stringify({ clientId, clientSecret }),
  })
  const { token } = (await response.json()) as { token?: string }
  if (token === undefined) throw new Error(`the token endpoint answered ${response.status}`)
  return token
}

function basic({ clientId, clientSecret }: DemoClient): string {
  return `Basic ${btoa(`${clientId}:${clientSecret}`)}`
}
