import type { MetafoldIssuer } from './issuer.ts'
import type { MetafoldClient } from './metafold.ts'
import { METAFOLD_AUDIENCE } from './policy.ts'

/** What a client sends for a token. */
export function exchangeFields(client: MetafoldClient): Readonly<Record<string, string>> {
  return {
    grant_type: 'client_credentials',
    audience: METAFOLD_AUDIENCE,
    client_id: client.clientId,
    client_secret: client.clientSecret,
  }
}

/** Exchanges a client's credentials for a token. */
export async function requestToken(
  { tokenEndpoint }: MetafoldIssuer,
  client: MetafoldClient,
): Promise<string> {
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams(exchangeFields(client)),
  })
  const reply = response.ok ? ((await response.json()) as { access_token?: string }) : {}
  if (reply.access_token !== undefined) return reply.access_token
  throw new Error(`the token endpoint answered ${response.status}`)
}
