import type { JsonWebKeySet } from '../key-set-options.ts'
import type { SignatureAlgorithm } from '../token-profile-options.ts'
import { createTestKey, signToken, type TestKey, type TestKeyOptions } from './test-key.ts'

/** What a {@link TestIssuer} is made of. */
export interface TestIssuerOptions {
  /** The `iss` of its tokens. Default `https://issuer.example`, or the URL of the key set server started for it. */
  readonly issuer?: string
  /** The `aud` of its tokens. Default `https://api.example`. */
  readonly audience?: string
  /** The algorithm of its key. Default ES256. */
  readonly algorithm?: SignatureAlgorithm
  /** Several algorithms, a key for each; tokens are signed with the first unless `key` says otherwise. */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /** The clock its tokens are dated by, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/** What a token is to say. Everything has a default; a token without options is a good one. */
export interface MintOptions {
  /** The `scope` claim. Default: none. */
  readonly scope?: string
  /** The `sub` claim. Default: as `clientId`. */
  readonly subject?: string
  /** The `client_id` claim. Default `test-client`. */
  readonly clientId?: string
  /** Seconds from now to `exp`; negative for a token that has expired. Default 300. */
  readonly expiresIn?: number
  /** Claims to add or to replace, such as those that mark a kind; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Header parameters to add or to replace; `undefined` leaves one out. The signature stays that of the key. */
  readonly header?: Readonly<Record<string, unknown>>
  /** The key to sign with: the `kid` of one of the issuer's, also a withdrawn one, or any key. Default: the newest. */
  readonly key?: string | TestKey
}

/** An issuer with real keys, in memory. */
export interface TestIssuer {
  /** The `iss` of its tokens. */
  readonly issuer: string
  /** The `aud` of its tokens. */
  readonly audience: string
  /** The public JWK Set as it is now; empty for HMAC. */
  readonly jwks: JsonWebKeySet
  /** The keys published now, newest first. */
  readonly keys: readonly TestKey[]
  /** The shared secret tokens are signed with; `undefined` unless the algorithm is HS256, HS384 or HS512. */
  readonly secret: string | undefined
  /** Mints an RFC 9068 access token: `at+jwt` with `iss`, `aud`, `sub`, `client_id`, `iat`, `exp`, `jti` and `kid`. */
  readonly mintToken: (options?: MintOptions) => Promise<string>
  /** Generates a key, of the same algorithm by default, and signs with it from now on; older keys stay published. */
  readonly rotateKey: (options?: TestKeyOptions) => Promise<TestKey>
  /** Publishes the key no longer. `mintToken` can still be asked for it by its `kid`. */
  readonly withdrawKey: (kid: string) => void
  /** Changes the `iss` of the tokens minted from now on. */
  readonly identifyAs: (issuer: string) => void
}

export const DEFAULT_ISSUER = 'https://issuer.example'

/**
 * Creates an issuer whose tokens are real: generated keys, true signatures. Nothing listens; give its `jwks` to the option
 * `keys`, its `secret` to `secret`, or serve it with {@link startKeySetServer}.
 *
 * @example
 * const issuer = await createTestIssuer()
 * const server = createResourceServer({
 *   issuer: issuer.issuer,
 *   audience: issuer.audience,
 *   keys: issuer.jwks,
 *   routes: [{ method: 'GET', path: '/maps', scopes: 'query' }],
 * })
 * const token = await issuer.mintToken({ scope: 'query' })
 * const tooOld = await issuer.mintToken({ scope: 'query', expiresIn: -60 })
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-2 RFC 9068, section 2}
 */
export async function createTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const { audience = 'https://api.example', now = Date.now } = options
  const algorithms = options.algorithms ?? [options.algorithm ?? 'ES256']
  const made = await Promise.all(algorithms.map(async (algorithm) => await createTestKey({ algorithm })))
  let issuer = options.issuer ?? DEFAULT_ISSUER
  let published: readonly TestKey[] = [...made]
  const signer = (key: MintOptions['key']): TestKey => {
    if (typeof key === 'object') return key
    const found = key === undefined ? published[0] : made.find(({ kid }) => kid === key)
    if (found) return found
    throw new Error(key === undefined ? 'every key is withdrawn' : `the issuer has no key "${key}"`)
  }
  return Object.freeze({
    get issuer() {
      return issuer
    },
    audience,
    get jwks() {
      return { keys: published.map(({ publicJwk }) => publicJwk).filter((jwk) => jwk !== undefined) }
    },
    get keys() {
      return published
    },
    get secret() {
      return published[0]?.secret
    },
    mintToken: async (mint: MintOptions = {}) => {
      const key = signer(mint.key)
      return await signToken(key, headerOf(mint, key), claimsOf(mint, issuer, audience, now()))
    },
    rotateKey: async (rotated: TestKeyOptions = {}) => {
      const key = await createTestKey({ algorithm: algorithms[0] ?? 'ES256', ...rotated })
      made.push(key)
      published = [key, ...published]
      return key
    },
    withdrawKey: (kid: string) => {
      published = published.filter((key) => key.kid !== kid)
    },
    identifyAs: (identifier: string) => {
      issuer = identifier
    },
  })
}

function headerOf({ header }: MintOptions, { algorithm, kid }: TestKey): Record<string, unknown> {
  return { alg: algorithm, typ: 'at+jwt', kid, ...header }
}

function claimsOf(mint: MintOptions, iss: string, aud: string, now: number): Record<string, unknown> {
  const { clientId = 'test-client', subject = clientId, expiresIn = 300, scope } = mint
  const iat = Math.floor(now / 1000)
  const jti = crypto.randomUUID()
  return {
    iss,
    aud,
    sub: subject,
    client_id: clientId,
    iat,
    exp: iat + expiresIn,
    jti,
    scope,
    ...mint.claims,
  }
}
