import { ConfigurationError, KeySetUnavailableError } from './errors.ts'
import { isKeySetUrl, type JsonWebKey } from './key-set-options.ts'
import { own } from './own.ts'
import { type Fetch, fetchJson, type RemoteJsonLimits, RemoteStatusError } from './remote-json.ts'

/** Fetches the keys of a JWK Set from a known address. */
export async function fetchJwkSet(
  fetch: Fetch,
  url: string,
  limits: RemoteJsonLimits,
): Promise<readonly JsonWebKey[]> {
  const document = await fetchJson(fetch, url, limits)
  const keys = isObject(document) ? own(document, 'keys') : undefined
  if (!Array.isArray(keys)) throw new KeySetUnavailableError('the key source sent no JWK Set')
  return keys.filter((key): key is JsonWebKey => isObject(key) && typeof key.kty === 'string')
}

/**
 * Fetches the keys of an issuer found by its metadata. The address is remembered for as long as it works and asked for
 * again when it does not, so that an issuer may move its key set.
 */
export function discoverKeys(
  fetch: Fetch,
  issuer: string,
  limits: RemoteJsonLimits,
): () => Promise<readonly JsonWebKey[]> {
  let jwksUri: string | undefined
  return async () => {
    const known = jwksUri
    jwksUri = undefined
    const url = known ?? (await discoverJwksUri(fetch, issuer, limits))
    const keys = await fetchJwkSet(fetch, url, limits)
    jwksUri = url
    return keys
  }
}

async function discoverJwksUri(fetch: Fetch, issuer: string, limits: RemoteJsonLimits): Promise<string> {
  const metadata = await fetchMetadata(fetch, issuer, limits)
  if (!isObject(metadata)) throw new KeySetUnavailableError('the issuer sent no metadata')
  checkIssuer(metadata.issuer, issuer)
  const url = metadata.jwks_uri
  if (typeof url === 'string' && isKeySetUrl(url)) return url
  throw new ConfigurationError('issuer', 'its metadata names no https `jwks_uri`; give `jwksUri` or `keys`')
}

/** OpenID Connect Discovery 1.0 section 4; where there is none, RFC 8414 section 3. */
async function fetchMetadata(fetch: Fetch, issuer: string, limits: RemoteJsonLimits): Promise<unknown> {
  const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer
  try {
    return await fetchJson(fetch, `${base}/.well-known/openid-configuration`, limits)
  } catch (error) {
    if (!(error instanceof RemoteStatusError && error.status === 404)) throw error
    const { origin, pathname } = new URL(base)
    return await fetchJson(
      fetch,
      `${origin}/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`,
      limits,
    )
  }
}

function checkIssuer(named: unknown, configured: string): void {
  if (named === configured) return
  const slash = named === `${configured}/` || `${String(named)}/` === configured
  const hint = slash ? 'the slash at the end is wrong' : 'compare them letter by letter'
  throw new ConfigurationError('issuer', `its own metadata names another issuer; ${hint}`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
