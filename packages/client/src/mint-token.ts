import { base64 } from './base64.ts'
import { ConfigurationError } from './errors.ts'
import { checkRange, withDefaults } from './option-checks.ts'
import type { TokenKind } from './token-kind.ts'

/** What one token is made of. */
export interface MintTokenOptions {
  /** The shared secret, as text (UTF-8) or bytes: at least 32 bytes. */
  readonly secret: string | Uint8Array<ArrayBuffer>
  /** Claims beside those of the kind and `jti`, `iat`, `nbf` and `exp`, which are set here. */
  readonly claims: Readonly<Record<string, unknown>>
  /** The lifetime from `iat` to `exp`, in whole seconds. Default 86400 (24 h); shorter is safer. */
  readonly ttl?: number
  /** Seconds that `iat` and `nbf` lie back, for a verifier whose clock is behind; taken off the lifetime. Default 0. */
  readonly backdate?: number
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/**
 * Signs a token with a key that its verifier shares (HS256), with WebCrypto. Asks no server, caches nothing.
 *
 * @throws ConfigurationError for a lifetime of nothing or over the kind's limit, a claim that is missing, empty or set by
 * the kind, a weak secret, and a server's token in a page
 * @example
 * const token = await mintToken(managementToken, { secret, claims: { access_key: key }, ttl: 600 })
 * @see RFC 7515, RFC 7518 section 3.2, RFC 7519
 */
export async function mintToken(kind: TokenKind, options: MintTokenOptions): Promise<string> {
  const { secret, claims, ttl, backdate, now } = withDefaults(options, DEFAULTS)
  if (kind.serverOnly && isPage())
    throw new ConfigurationError('kind', 'is for servers: a page would leak the secret')
  if (!(kind.maxTtl >= 1)) throw new ConfigurationError('kind', 'has no maxTtl')
  checkRange({ ttl }, 'ttl', 1, kind.maxTtl)
  checkRange({ backdate }, 'backdate', 0, ttl - 1)
  const iat = Math.floor(now() / 1000 - backdate)
  const own = { ...kind.claims, jti: crypto.randomUUID(), iat, nbf: iat, exp: iat + Math.floor(ttl) }
  checkClaims(claims, kind.required, own)
  return await sign({ ...claims, ...own }, secret)
}

const DEFAULTS = { secret: '', claims: {}, ttl: 86_400, backdate: 0, now: () => Date.now() }

/** A page, or a worker of one. */
function isPage(): boolean {
  return 'document' in globalThis || 'importScripts' in globalThis
}

function checkClaims(
  claims: Readonly<Record<string, unknown>>,
  required: readonly string[],
  own: object,
): void {
  for (const name of [...required, ...Object.keys(claims)]) {
    const problem = Object.hasOwn(own, name) ? 'is set by the kind of token' : 'must not be empty'
    if (Object.hasOwn(own, name) || (claims[name] ?? '') === '')
      throw new ConfigurationError(`claims.${name}`, problem)
  }
}

async function sign(claims: object, secret: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const encoder = new TextEncoder()
  const bytes = typeof secret === 'string' ? encoder.encode(secret) : secret
  if (!(bytes.length >= 32)) throw new ConfigurationError('secret', 'must be at least 32 bytes')
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
  const content = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => base64url(encoder.encode(JSON.stringify(part))))
    .join('.')
  const signature = await crypto.subtle.sign('HMAC', key, encoder.encode(content))
  return `${content}.${base64url(new Uint8Array(signature))}`
}

function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
