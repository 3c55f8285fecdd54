import type { TokenDialect } from './dialect-options.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { WebHandler } from './token-endpoint.ts'

/** What the metadata document is made of. URLs are absolute. */
export interface MetadataContent {
  readonly issuer: string
  readonly jwksUri: string
  /** The endpoint that OAuth clients are to use, if there is any. */
  readonly tokenEndpoint: string | undefined
  readonly dialect: TokenDialect | undefined
  readonly refreshTokens: boolean
  readonly scopes: readonly string[] | undefined
}

const MAX_AGE = 300
const PUBLIC: Readonly<Record<string, string>> = Object.freeze({
  'Content-Type': 'application/json',
  'Cache-Control': `public, max-age=${MAX_AGE}`,
  // Public and without credentials: any page may read it.
  'Access-Control-Allow-Origin': '*',
})

/** Creates the authorization server metadata endpoint (RFC 8414). */
export function createMetadataEndpoint(content: MetadataContent): WebHandler {
  const document = JSON.stringify(toDocument(content))
  return async (request) => answer(request, document)
}

/** Creates the JWK Set endpoint (RFC 7517). */
export function createJwksEndpoint(keys: SigningKeys, onFault: (error: unknown) => void): WebHandler {
  return async (request) => {
    try {
      return answer(request, JSON.stringify({ keys: await keys.published() }))
    } catch (error) {
      onFault(error)
      return new Response(null, { status: 503, headers: { 'Cache-Control': 'no-store', 'Retry-After': '5' } })
    }
  }
}

function answer({ method }: Request, document: string): Response {
  // The status is said also where it is the default, which a polluted prototype would change.
  if (method === 'GET' || method === 'HEAD')
    return new Response(method === 'GET' ? document : null, { status: 200, headers: PUBLIC })
  return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD', 'Cache-Control': 'no-store' } })
}

function toDocument(content: MetadataContent): Readonly<Record<string, unknown>> {
  const { issuer, jwksUri, tokenEndpoint, dialect, refreshTokens, scopes } = content
  return {
    issuer,
    token_endpoint: tokenEndpoint,
    jwks_uri: jwksUri,
    scopes_supported: scopes,
    response_types_supported: [],
    grant_types_supported: ['client_credentials', ...(refreshTokens ? ['refresh_token'] : [])],
    token_endpoint_auth_methods_supported: dialect?.credentials.flatMap(authenticationMethod),
  }
}

function authenticationMethod(place: TokenDialect['credentials'][number]): readonly string[] {
  if (place.in === 'basic') return ['client_secret_basic']
  return place.in === 'body' ? ['client_secret_post'] : []
}
