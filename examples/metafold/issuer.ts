import { listen } from '@scopegate/example-harness'
import { auth0Dialect, createTokenIssuer, type TokenIssuer } from '@scopegate/issuer'
import { issuerListener } from '@scopegate/issuer/node'
import { METAFOLD_AUDIENCE, METAFOLD_SCOPES } from './policy.ts'

/** Where its tokens are had. */
export const TOKEN_PATH = '/oauth/token'

/** What stands in for the authorization server, listening. */
export interface MetafoldIssuer {
  readonly issuer: TokenIssuer
  readonly port: number
  /** Without a slash at the end, which `iss` has. */
  readonly url: string
  readonly tokenEndpoint: string
  readonly close: () => Promise<void>
}

/** Starts an issuer whose tokens look as Auth0 makes them, with the permissions of its role-based access control. */
export async function startMetafoldIssuer(now: () => number): Promise<MetafoldIssuer> {
  const { server, port, url, close } = await listen()
  const issuer = createTokenIssuer({
    issuer: `${url}/`,
    audience: METAFOLD_AUDIENCE,
    endpoints: [{ path: TOKEN_PATH, dialect: auth0Dialect }],
    scopes: METAFOLD_SCOPES,
    signing: { algorithm: 'RS256' },
    subjectSuffix: '@clients',
    claims: ({ clientId, scopes }) => ({ azp: clientId, gty: 'client-credentials', permissions: scopes }),
    now,
  })
  server.on('request', issuerListener(issuer))
  return { issuer, port, url, tokenEndpoint: url + TOKEN_PATH, close }
}
