import { discoverKeys, fetchJwkSet } from './discovery.ts'
import { ConfigurationError } from './errors.ts'
import { importKeyRing, importSecretRing } from './key-ring.ts'
import { createLocalKeySet, createRemoteKeySet } from './key-set.ts'
import { isKeySetUrl, type JsonWebKeySet, KEY_SET_DEFAULTS } from './key-set-options.ts'
import { fromKeySet, type KeySource } from './key-source.ts'
import type { Fetch } from './remote-json.ts'
import { createSecretLookup, listSecrets } from './secret-lookup.ts'
import type { ProfileOptions, SignatureAlgorithm } from './token-profile-options.ts'
import type { SecretLookup, Secrets } from './token-source-options.ts'
import { algorithmsOf, weaknessOf, weaknessOfSecret } from './verification-key.ts'

const ASYMMETRIC: readonly SignatureAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']

/** What fetching needs from the server. */
export interface KeyEnvironment {
  readonly fetch: Fetch
  readonly now: () => number
}

/** The algorithms of a profile: those it lists, or the default for its kind of key; HMAC and asymmetric never mix. */
export function profileAlgorithms(
  { secret, algorithms }: ProfileOptions,
  where: string,
): readonly SignatureAlgorithm[] {
  const chosen = algorithms ?? (secret === undefined ? ASYMMETRIC : (['HS256'] as const))
  const symmetric = chosen.filter((algorithm) => algorithm.startsWith('HS'))
  if (symmetric.length === (secret === undefined ? 0 : chosen.length)) return chosen
  const problem =
    secret === undefined
      ? 'HMAC needs a `secret`; public keys never verify it'
      : 'a `secret` is for HS256, HS384 and HS512 only'
  throw new ConfigurationError(`${where}algorithms`, problem)
}

/** Creates the key set of a profile from whichever source it names, or refuses it naming the key. */
export function createProfileKeys(
  options: ProfileOptions,
  algorithms: readonly SignatureAlgorithm[],
  environment: KeyEnvironment,
  where: string,
): KeySource {
  refuseSeveralSources(options, where)
  if (options.secret !== undefined) return secretKeys(options.secret, algorithms, environment, where)
  if (options.keys !== undefined) return givenKeys(options.keys, algorithms, `${where}keys`)
  if (options.initialKeys !== undefined) judgeKeys(options.initialKeys, algorithms, `${where}initialKeys`)
  const keySet = createRemoteKeySet({
    fetchKeys: fetcher(options, environment, where),
    algorithms,
    policy: { ...KEY_SET_DEFAULTS, ...options.keySet },
    initialKeys: options.initialKeys?.keys,
    now: environment.now,
  })
  return fromKeySet(keySet)
}

function refuseSeveralSources(options: ProfileOptions, where: string): void {
  const given = (['secret', 'keys', 'jwksUri'] as const).filter((name) => options[name] !== undefined)
  if (given.length > 1) {
    throw new ConfigurationError(
      `${where}${given[1]}`,
      `cannot stand beside \`${given[0]}\`; say where the keys are once`,
    )
  }
  if (given[0] !== 'secret' && given[0] !== 'keys') return
  for (const name of ['initialKeys', 'keySet'] as const) {
    if (options[name] !== undefined)
      throw new ConfigurationError(
        `${where}${name}`,
        `has no effect beside \`${given[0]}\`; nothing is fetched`,
      )
  }
}

function secretKeys(
  secret: Secrets | SecretLookup,
  algorithms: readonly SignatureAlgorithm[],
  { now }: KeyEnvironment,
  where: string,
): KeySource {
  if (isLookup(secret)) return createSecretLookup(secret, algorithms, now)
  const secrets = listSecrets(secret)
  for (const value of secrets) {
    const weakness = weaknessOfSecret(value, algorithms)
    if (weakness) throw new ConfigurationError(`${where}secret`, weakness)
  }
  return fromKeySet(createLocalKeySet(async () => await importSecretRing(secrets, algorithms)))
}

function isLookup(secret: Secrets | SecretLookup): secret is SecretLookup {
  return typeof secret === 'object' && 'find' in secret && typeof secret.find === 'function' && 'by' in secret
}

function givenKeys(
  { keys }: JsonWebKeySet,
  algorithms: readonly SignatureAlgorithm[],
  where: string,
): KeySource {
  judgeKeys({ keys }, algorithms, where)
  const source = fromKeySet(
    createLocalKeySet(async () => {
      const ring = await importKeyRing(keys, algorithms)
      if (ring.keys.length === 0) throw new ConfigurationError(where, 'none of the keys could be imported')
      return ring
    }),
  )
  const ready = async (): Promise<void> => {
    await importEach(keys, algorithms, where)
    await source.ready()
  }
  return Object.freeze({ ...source, ready })
}

/** Whether numbers make a key, a point on its curve for one, is known only once the platform has taken them. */
async function importEach(
  keys: JsonWebKeySet['keys'],
  algorithms: readonly SignatureAlgorithm[],
  where: string,
): Promise<void> {
  for (const [index, jwk] of keys.entries()) {
    const ring = await importKeyRing([jwk], algorithms)
    if (ring.keys.length === 0)
      throw new ConfigurationError(`${where}.keys[${index}]`, 'could not be imported: it makes no key')
  }
}

/** Keys from a configuration are judged at once: unlike those of a fetched set, a bad one is a mistake to be told of. */
function judgeKeys({ keys }: JsonWebKeySet, algorithms: readonly SignatureAlgorithm[], where: string): void {
  for (const [index, jwk] of keys.entries()) {
    const weakness = weaknessOf(jwk)
    if (weakness) throw new ConfigurationError(`${where}.keys[${index}]`, weakness)
    if (algorithmsOf(jwk, algorithms).length === 0) {
      throw new ConfigurationError(
        `${where}.keys[${index}]`,
        `fits none of the algorithms ${algorithms.join(', ')}`,
      )
    }
  }
}

function fetcher(
  options: ProfileOptions,
  { fetch }: KeyEnvironment,
  where: string,
): () => Promise<JsonWebKeySet['keys']> {
  const policy = { ...KEY_SET_DEFAULTS, ...options.keySet }
  const limits = { timeout: policy.timeout * 1000, maxBytes: policy.maxBytes }
  const { jwksUri, issuer } = options
  if (jwksUri !== undefined) return async () => await fetchJwkSet(fetch, jwksUri, limits)
  if (issuer === null)
    throw new ConfigurationError(
      `${where}issuer`,
      'null leaves nothing to find keys by; give `jwksUri`, `keys` or `secret`',
    )
  if (!isKeySetUrl(issuer) || issuer.includes('?')) {
    throw new ConfigurationError(
      `${where}issuer`,
      'is no https URL (http on loopback only) to find keys by; give `jwksUri`, `keys` or `secret`',
    )
  }
  return discoverKeys(fetch, issuer, limits)
}
