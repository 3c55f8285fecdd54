import type { JWK } from 'jose'
import { type AccessTokens, createAccessTokens } from './access-tokens.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import { type Credentials, createCredentials } from './credentials.ts'
import { standardDialect } from './dialects.ts'
import { ConfigurationError, RegistryError } from './errors.ts'
import type { Issuance } from './issuance.ts'
import { createJwksEndpoint, createMetadataEndpoint } from './issuer-metadata.ts'
import {
  issuerOptionsSchema,
  type TokenEndpointOptions,
  type TokenIssuerOptions,
  toKeyBytes,
} from './issuer-options.ts'
import { createKeyVault } from './key-vault.ts'
import { createMemoryStore } from './memory-store.ts'
import { parseOptions } from './parse-options.ts'
import { patientStore } from './patient-store.ts'
import { quietly } from './quietly.ts'
import { hasRefreshTokens } from './refresh-tokens.ts'
import type { Registry } from './registry.ts'
import { isId } from './registry-options.ts'
import { createSigningKeys, type SigningKeys } from './signing-keys.ts'
import type { IssuerStore } from './store.ts'
import { createThrottle } from './throttle.ts'
import { createTokenEndpoint, type WebHandler } from './token-endpoint.ts'
import { createTokenMinter, type MinterSettings, type TokenMinter } from './token-minter.ts'
import { createTokenSources, type TokenSources } from './token-sources.ts'

/** The signing keys, as an operator sees them. */
export interface IssuerKeys {
  /** The JWK Set that is published: next, current and previous keys. */
  jwks(): Promise<{ readonly keys: readonly JWK[] }>
  /**
   * Rotates now, besides the rotation by age: the issuer's keys, or those of an account with its own. Let the time that
   * verifiers remember key sets for (300 seconds here) pass between two rotations.
   */
  rotate(account?: string): Promise<void>
  /**
   * Takes a previous key (its `kid`) out of the key set for good, as where it may have been stolen: everything it signed is
   * refused by whoever fetches the set anew. Where it still signs, `rotate` first. Other processes may sign with it for 30 more
   * seconds, in vain.
   * @throws RegistryError where there is no such key, or it is not a previous one
   */
  revoke(keyId: string, account?: string): Promise<void>
}

/** A token issuer: the authorization server's half of client credentials. Its parts are plain functions, bound. */
export interface TokenIssuer extends TokenSources {
  /** The `iss` of its tokens. */
  readonly issuer: string
  /** The paths that `handle` answers; any other gets 404. */
  readonly paths: readonly string[]
  /** Token endpoints, JWK Set and metadata. Never rejects. */
  readonly handle: WebHandler
  readonly accounts: Accounts
  readonly credentials: Credentials
  readonly accessTokens: AccessTokens
  readonly keys: IssuerKeys
  /**
   * Resolves once the store has answered and there are signing keys; for start-up and probes. Requests need not wait for it.
   * @throws StoreUnavailableError, SigningKeyError
   */
  ready(): Promise<void>
}

/** Options with every default filled in. */
type Settings = TokenIssuerOptions &
  Required<Pick<TokenIssuerOptions, 'store' | 'endpoints' | 'lifetime' | 'jwksPath' | 'now' | 'onFault'>>

const DEFAULT_ENDPOINTS: readonly TokenEndpointOptions[] = [
  { path: '/oauth/token', dialect: standardDialect },
]
const DEFAULT_ROTATION = 2_592_000
const DEFAULT_REFRESH_LIFETIME = 2_592_000
const METADATA_PATH = '/.well-known/oauth-authorization-server'

/**
 * Creates an issuer. It checks and compiles its options; nothing is read, made or waited for before the first request or
 * `ready()`. It does not listen, and whoever opened the store closes it.
 *
 * @throws ConfigurationError naming the option that is wrong, unknown or without effect
 * @example
 * const issuer = createTokenIssuer({
 *   issuer: 'https://issuer.example',
 *   audience: 'https://api.example',
 *   store: await openLibsqlStore({ file: './issuer.db' }),
 *   endpoints: [{ path: '/oauth/token', dialect: standardDialect }],
 * })
 * @see RFC 6749 section 4.4, RFC 8414, RFC 9068
 */
export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const settings = toSettings(options)
  const { store, now, scopes, issuance } = settings
  const keys = createKeys(settings)
  const minter = createTokenMinter(toMinterSettings(settings), keys, settings.claims)
  const sources = createTokenSources(store, keys, {
    revocation: settings.revocation ?? 'immediate',
    localhost: settings.localhost ?? false,
    maxAge: settings.sourceMaxAge ?? 10,
    now,
  })
  const registry: Registry = { store, now, knownScopes: scopes && new Set(scopes) }
  const direct = { enabled: issuance !== 'exchange', minter, audiences: audiencesOf(settings) }
  const routes = compileRoutes(settings, keys, compileIssuance(settings, minter, sources))
  return Object.freeze<TokenIssuer>({
    issuer: settings.issuer,
    paths: Object.freeze([...routes.keys()]),
    handle: async (request) => await (routes.get(new URL(request.url).pathname) ?? notFound)(request),
    accounts: createAccounts(store.accounts, now),
    credentials: createCredentials(registry),
    accessTokens: createAccessTokens(registry, direct),
    keys: createIssuerKeys(store, keys),
    ready: async () => void (await keys.published()),
    ...sources,
  })
}

function toSettings(options: TokenIssuerOptions): Settings {
  const parsed = parseOptions<TokenIssuerOptions>(issuerOptionsSchema, options)
  const settings: Settings = {
    ...parsed,
    // Not the copy: a store may be an object with a state of its own.
    store: patientStore(parsed.store === undefined ? createMemoryStore() : (options.store as IssuerStore)),
    endpoints: parsed.endpoints ?? (parsed.issuance === 'direct' ? [] : DEFAULT_ENDPOINTS),
    lifetime: parsed.lifetime ?? 3600,
    jwksPath: parsed.jwksPath ?? '/.well-known/jwks.json',
    now: parsed.now ?? Date.now,
    onFault: quietly(parsed.onFault),
  }
  refuseWithoutEffect(settings)
  warnOfPlainKeys(settings)
  return settings
}

function refuseWithoutEffect({ endpoints, issuance, refreshTokens }: Settings): void {
  if (endpoints.length === 0 && issuance !== 'direct') {
    throw new ConfigurationError('endpoints', "is empty; only `issuance: 'direct'` needs none")
  }
  const handsOut = endpoints.some(({ dialect }) => Object.values(dialect.reply).includes('refreshToken'))
  if (refreshTokens !== undefined && !handsOut) {
    throw new ConfigurationError('refreshTokens', "has no effect: no dialect's reply has a field for them")
  }
}

function warnOfPlainKeys({ store, signing, warn = console.warn }: Settings): void {
  if (!store.persistent || signing?.encryptionKey !== undefined) return
  quietly(warn)(
    'scopegate: signing keys are stored in plain text; give `signing.encryptionKey` outside development',
  )
}

function toMinterSettings({ issuer, subjectSuffix = '' }: Settings): MinterSettings {
  return { issuer, subjectSuffix }
}

function createKeys({ store, signing, endpoints, lifetime, now }: Settings): SigningKeys {
  const lifetimes = endpoints.map(({ dialect }) => dialect.lifetime ?? lifetime)
  return createSigningKeys({
    store: store.signingKeys,
    vault: createKeyVault(toKeyBytes(signing?.encryptionKey)),
    algorithm: signing?.algorithm ?? 'ES256',
    rotateAfter: (signing?.rotateAfter ?? DEFAULT_ROTATION) * 1000,
    longestLifetime: Math.max(lifetime, ...lifetimes) * 1000,
    now,
  })
}

function compileIssuance(settings: Settings, minter: TokenMinter, { origins }: TokenSources): Issuance {
  const { store, now, onFault, throttle, refreshTokens } = settings
  return Object.freeze<Issuance>({
    store,
    minter,
    origins,
    audiences: audiencesOf(settings),
    enabled: settings.issuance !== 'direct',
    lifetime: settings.lifetime * 1000,
    throttle: createThrottle({
      failures: throttle?.failures ?? 10,
      window: (throttle?.window ?? 60) * 1000,
      now,
    }),
    refreshTokens: refreshTokens && {
      lifetime: (refreshTokens.lifetime ?? DEFAULT_REFRESH_LIFETIME) * 1000,
      maxLive: refreshTokens.maxLive ?? 100,
    },
    maxBodyBytes: settings.maxBodyBytes ?? 16_384,
    now,
    onFault,
  })
}

function compileRoutes(settings: Settings, keys: SigningKeys, issuance: Issuance): Map<string, WebHandler> {
  const { issuer, endpoints, jwksPath, scopes, onFault } = settings
  const { origin, pathname } = new URL(issuer)
  const [first] = endpoints
  const metadata = createMetadataEndpoint({
    issuer,
    jwksUri: origin + jwksPath,
    tokenEndpoint: first && origin + first.path,
    dialect: first?.dialect,
    refreshTokens: first !== undefined && hasRefreshTokens(issuance, first.dialect),
    scopes,
  })
  const routes: readonly (readonly [string, WebHandler])[] = [
    // RFC 8414 section 3.1: the well-known part comes before the issuer's own path.
    [METADATA_PATH + pathname.replace(/\/$/, ''), metadata],
    [jwksPath, createJwksEndpoint(keys, onFault)],
    ...endpoints.map(({ path, dialect }) => [path, createTokenEndpoint(issuance, dialect)] as const),
  ]
  const byPath = new Map(routes)
  if (byPath.size < routes.length) throw new ConfigurationError('endpoints', 'gives one path twice')
  return byPath
}

function createIssuerKeys({ accounts }: IssuerStore, keys: SigningKeys): IssuerKeys {
  return Object.freeze<IssuerKeys>({
    jwks: async () => ({ keys: await keys.published() }),
    rotate: async (account) => {
      if (account === undefined) return await keys.rotate()
      const record = isId(account) ? await accounts.find(account) : undefined
      if (record?.tokenSigning === 'account') return await keys.rotate(account)
      throw new RegistryError('ERR_NOT_FOUND', 'there is no such account with signing keys of its own')
    },
    revoke: async (keyId, account) => {
      const ids = account === undefined ? [keyId] : [keyId, account]
      if (ids.every(isId) && (await keys.revoke(keyId, account))) return
      throw new RegistryError(
        'ERR_NOT_FOUND',
        'there is no such key, or it is not a previous one; rotate first',
      )
    },
  })
}

function audiencesOf({ audience }: Settings): readonly string[] {
  return typeof audience === 'string' ? [audience] : audience
}

async function notFound(): Promise<Response> {
  return new Response(null, { status: 404, headers: { 'Cache-Control': 'no-store' } })
}
