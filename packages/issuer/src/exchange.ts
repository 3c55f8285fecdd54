import { toSeconds } from './access-token-claims.ts'
import { authenticateClient, authorizeAccount } from './client-authentication.ts'
import type { TokenDialect } from './dialect-options.ts'
import type { Grant, Issuance, IssuedToken } from './issuance.ts'
import { continueFamily, hasRefreshTokens, startFamily } from './refresh-tokens.ts'
import { type Parameters, readParameters } from './request-parameters.ts'
import { generateId } from './secret.ts'
import type { Client } from './store.ts'
import { claimSource } from './token-minter.ts'
import { TokenRequestError } from './token-request-error.ts'

/**
 * Exchanges what a request carries for a token: client credentials (RFC 6749 section 4.4) or a refresh token (section 6).
 * @throws TokenRequestError with the reason where there is none to be had
 */
export async function exchange(
  issuance: Issuance,
  dialect: TokenDialect,
  request: Request,
  origin: string | undefined,
): Promise<IssuedToken> {
  if (!issuance.enabled) throw new TokenRequestError('exchange_disabled')
  const parameters = await readParameters(request, dialect, issuance.maxBodyBytes)
  for (const name of dialect.required ?? []) {
    if (!parameters.has(name)) throw new TokenRequestError('missing_parameter')
  }
  const byRefreshToken = grantType(issuance, dialect, parameters) === 'refresh_token'
  const authenticated =
    dialect.credentials.length === 0
      ? undefined
      : await authenticateClient(issuance, dialect, request.headers, parameters)
  if (byRefreshToken) return await refresh(issuance, dialect, parameters, authenticated, origin)
  const client = authenticated as Client
  await authorizeAccount(issuance, client, origin)
  const audience = readAudience(issuance, dialect, parameters)
  const grant = { client, audience, ...narrow(client.credential.scopes, dialect, parameters) }
  const token = await mint(issuance, dialect, grant)
  return { ...token, refreshToken: await startFamily(issuance, dialect, grant) }
}

async function refresh(
  issuance: Issuance,
  dialect: TokenDialect,
  parameters: Parameters,
  authenticated: Client | undefined,
  origin: string | undefined,
): Promise<IssuedToken> {
  const text = named(parameters, dialect.parameters?.refreshToken)
  if (text === undefined) throw new TokenRequestError('missing_parameter')
  const { client, family, advance } = await continueFamily(issuance, text, authenticated)
  await authorizeAccount(issuance, client, origin)
  const held = client.credential.scopes
  const granted = family.scopes === null ? held : held.filter((scope) => family.scopes?.includes(scope))
  const { scopes, narrowed } = narrow(granted, dialect, parameters)
  const { audience } = family
  const token = await mint(issuance, dialect, {
    client,
    audience,
    scopes,
    narrowed: narrowed || family.scopes !== null,
  })
  return { ...token, refreshToken: await advance() }
}

function grantType(
  issuance: Issuance,
  dialect: TokenDialect,
  parameters: Parameters,
): 'client_credentials' | 'refresh_token' {
  const { grant } = dialect
  const named = typeof grant === 'string' ? grant : parameters.get(grant.parameter)
  if (named === undefined) throw new TokenRequestError('missing_parameter')
  if (named === 'client_credentials') return named
  if (named === 'refresh_token' && hasRefreshTokens(issuance, dialect)) return named
  throw new TokenRequestError('unsupported_grant_type')
}

/** One of the issuer's audiences, compared byte for byte (RFC 8707 section 2). */
function readAudience(
  { audiences }: Issuance,
  { parameters: names }: TokenDialect,
  parameters: Parameters,
): string {
  const asked = [names?.audience ?? []].flat().flatMap((name) => parameters.get(name) ?? [])
  if (asked.length > 1) throw new TokenRequestError('repeated_parameter')
  const audience = asked[0] ?? (audiences[0] as string)
  if (!audiences.includes(audience)) throw new TokenRequestError('invalid_audience')
  return audience
}

/** What has no name cannot be asked for, not even with an empty one. */
function named(parameters: Parameters, name: string | undefined): string | undefined {
  return name === undefined ? undefined : parameters.get(name)
}

/** What was asked for, all of which must be held (RFC 6749 section 3.3); without a wish, all that is held. */
function narrow(
  held: readonly string[],
  { parameters: names }: TokenDialect,
  parameters: Parameters,
): Pick<Grant, 'scopes' | 'narrowed'> {
  const text = named(parameters, names?.scope)
  if (text === undefined) return { scopes: held, narrowed: false }
  const scopes = [...new Set(text.split(' ').filter((scope) => scope !== ''))]
  if (scopes.length === 0 || !scopes.every((scope) => held.includes(scope))) {
    throw new TokenRequestError('invalid_scope')
  }
  return { scopes, narrowed: scopes.length < held.length }
}

async function mint(
  { minter, now, lifetime }: Issuance,
  dialect: TokenDialect,
  { client, audience, scopes, narrowed }: Grant,
): Promise<Omit<IssuedToken, 'refreshToken'>> {
  const { credential, account } = client
  const issuedAt = toSeconds(now()) * 1000
  const wanted = issuedAt + (dialect.lifetime === undefined ? lifetime : dialect.lifetime * 1000)
  const expiresAt = toSeconds(Math.min(wanted, credential.expiresAt ?? wanted)) * 1000
  // What ends within this second has ended: `exp` would not lie after `iat`.
  if (expiresAt <= issuedAt) throw new TokenRequestError('invalid_client')
  const source = claimSource('exchange', credential.clientId, { ...credential, scopes }, account)
  const key = await minter.keyFor(account)
  const accessToken = await minter.mint(
    { id: generateId(), audience, issuedAt, expiresAt, narrowed, source },
    key,
  )
  return { accessToken, issuedAt, expiresAt, scopes }
}
