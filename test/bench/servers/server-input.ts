import {
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
  type RouteRule,
} from '@scopegate/core'
import { createVerifier } from 'fast-jwt'
import { AUDIENCE, ISSUER, ORIGIN, type TokenSet } from '../token-set.ts'

/** What a server of the benchmark is told. */
export interface ServerInput {
  readonly tokens: TokenSet
  /** Where the public key is published, for those that can only fetch it. */
  readonly jwksUri: string
  /** How many verified tokens are remembered, by whoever can. Default: all of them. */
  readonly remembered?: number
}

/** The routes of the API; only the first is ever allowed. */
export const RULES: readonly RouteRule[] = [
  { method: 'GET', path: '/maps/:mapCode', scopes: 'query' },
  { method: 'POST', path: '/maps', scopes: 'write' },
  { method: 'PUT', path: '/maps/:mapCode', scopes: 'write' },
  { method: 'DELETE', path: '/maps/:mapCode', scopes: 'delete' },
  { method: 'GET', path: '/map-sets', scopes: 'query' },
  { method: 'GET', path: '/map-sets/:code', scopes: 'query' },
  { method: 'GET', path: '/health', access: 'public' },
]

/** The gate doing what its peers do: no browser is let in. */
export function createGate(input: ServerInput): ResourceServer {
  return gateWith(input, {})
}

/** The gate of an API that pages use: it answers preflights and writes the headers of CORS, which no peer does. */
export function createGateWithOrigins(input: ServerInput): ResourceServer {
  return gateWith(input, { origins: [ORIGIN] })
}

function gateWith(
  { tokens, remembered = tokens.count + 1 }: ServerInput,
  more: Pick<ResourceServerOptions, 'origins'>,
): ResourceServer {
  return createResourceServer({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: { keys: [tokens.jwk as NonNullable<TokenSet['jwk']>] },
    routes: RULES,
    tokenCache: { maxEntries: remembered, maxBytes: 1_073_741_824 },
    ...more,
  })
}

/** What a verifier of claims gives. */
export type Claims = Readonly<Record<string, unknown>>

/** fast-jwt with a cache for every token, keyed by the token itself: its fastest documented configuration. */
export function createCachedVerifier({ tokens }: ServerInput): (token: string) => Claims {
  return createVerifier({
    key: tokens.key,
    algorithms: [tokens.algorithm],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    checkTyp: 'at+jwt',
    cache: tokens.count + 1,
    cacheTTL: Number.POSITIVE_INFINITY,
    cacheKeyBuilder: (token: string) => token,
  })
}

/** The check that every peer's application must write itself. */
export function hasScope(claims: unknown, scope: string): boolean {
  const held = (claims as Claims | undefined)?.scope
  return typeof held === 'string' && held.split(' ').includes(scope)
}
