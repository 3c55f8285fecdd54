import type { Portal, PortalCredential } from './portal.ts'

/** What the token endpoint gives for a credential. */
export interface Exchanged {
  readonly token: string
  /** An ISO 8601 instant. */
  readonly expiresOn: string
}

/** Exchanges a credential as a page does: Basic, and a JSON body that nobody reads. */
export async function exchange({ tokenEndpoint }: Portal, credential: PortalCredential): Promise<Exchanged> {
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { authorization: basic(credential), 'content-type': 'application/json' },
    body: '{}',
  })
  if (response.ok) return (await response.json()) as Exchanged
  throw new Error(`the token endpoint answered ${response.status}`)
}

/** The value of the `Authorization` header. */
export function basic({
  clientId,
  clientSecret,
}: Pick<PortalCredential, 'clientId' | 'clientSecret'>): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
}
